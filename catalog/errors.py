"""Refusals, worded for the person who reads them, in their language: whoever raises one that visitors read has it translated."""

from datetime import timedelta
from typing import Self

from django.utils.translation import gettext as _
from django.utils.translation import ngettext


class CatalogError(Exception):
    """Something the catalogue does not allow, or that cannot be done."""


class UnknownMovie(CatalogError):
    """There is no film with this id."""

    @classmethod
    def numbered(cls, number: int) -> Self:
        return cls(_("There is no film with the number %(number)s.") % {"number": number})


class UnknownMember(CatalogError):
    """There is nobody with this subject id, or this name."""


class BadRating(CatalogError):
    """A rating that is not a whole number from 1 to 10."""


class NotKept(CatalogError):
    """There is no such thing among what this member keeps."""


class TooMany(CatalogError):
    """More than one member may keep."""


class BadWords(CatalogError):
    """A title, a note or a day that cannot be kept as it was given; field is where it was given."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(words)
        self.field = field


class NotPublishable(CatalogError):
    """A source's terms do not allow showing its data here."""


class EditionGone(CatalogError):
    """An edition's artefact has been thinned by age, or cannot be read."""


class EditionWrong(CatalogError):
    """An edition does not agree with its own recomputation."""


class TicketRefused(CatalogError):
    """The address of a film that has expired, or was made for somebody else, for another film, or not here."""


class NotRecorded(CatalogError):
    """What somebody watched is not kept: they did not ask for it, or it is gone."""


class KeyRefused(CatalogError):
    """A partner key that is unknown, expired or revoked, or that cannot be issued on these terms."""


class KeyTaken(CatalogError):
    """An Idempotency-Key that stands for another request."""


class KeyInUse(CatalogError):
    """An Idempotency-Key whose first request is at work still."""


class TooManyImports(CatalogError):
    """More imports of a partner than may wait at a time."""


class ImportOpen(CatalogError):
    """What an import comes to is not known yet."""


class ImportEnded(CatalogError):
    """An import that is over."""


class ResultGone(CatalogError):
    """Results of an import that are no longer kept."""


class TooManyAttempts(CatalogError):
    """Too many failed attempts to show who one is; wait is how long no other one is taken."""

    def __init__(self, wait: timedelta) -> None:
        seconds = max(1, round(wait.total_seconds()))
        words = ngettext(
            "Too many attempts: try again in %(n)s second.", "Too many attempts: try again in %(n)s seconds.", seconds
        )
        super().__init__(words % {"n": seconds})
        self.wait = wait


class MoveRefused(CatalogError):
    """An import, or a clearing away, that cannot be done as it stands now."""


class EndpointRefused(CatalogError):
    """A webhook endpoint that cannot be as it was asked for; field is what is wrong."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(words)
        self.field = field


class EndpointChanged(CatalogError):
    """Somebody else changed the endpoint, or removed it, since it was read."""


class TooManyEndpoints(CatalogError):
    """More webhook endpoints than a partner may have."""


class NothingToSend(CatalogError):
    """A delivery that cannot be asked for as things stand: the endpoint is disabled, hears of it no more, or it is on its way."""
