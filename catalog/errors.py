"""Refusals, worded for the person who reads them."""


class CatalogError(Exception):
    """Something the catalogue does not allow, or that cannot be done."""


class UnknownMovie(CatalogError):
    """There is no film with this id."""


class BadRating(CatalogError):
    """A rating that is not a whole number from 1 to 10."""


class NotPublishable(CatalogError):
    """A source's terms do not allow showing its data here."""


class EditionGone(CatalogError):
    """An edition's artefact has been thinned by age, or cannot be read."""


class EditionWrong(CatalogError):
    """An edition does not agree with its own recomputation."""


class KeyRefused(CatalogError):
    """A partner key that is unknown, expired or revoked, or that cannot be issued on these terms."""
