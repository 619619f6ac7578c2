"""Signed addresses of what is shown: for one visitor, one film, one territory, and not for long."""

from datetime import UTC, datetime, timedelta

from django.core import signing
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from catalog.errors import TicketRefused
from catalog.selectors import programme
from catalog.selectors.programme import Showing
from catalog.territories import COUNTRIES

SALT = "catalog.tickets"
LASTS = timedelta(hours=6)  # longer than a long film with its intervals; the page gets another one by itself


def issue(*, visitor: str, movie_id: int, shown: Showing, at: datetime) -> str:
    """Return a ticket: good for so many hours, and never beyond the end of the rights. visitor: what stands for whoever looks."""
    until = int(min(at + LASTS, shown.ends_at).timestamp())
    held = {"v": _seal(visitor), "m": movie_id, "t": shown.territory, "u": until}
    return signing.Signer(salt=SALT).sign_object(held)


def admit(ticket: str, *, visitor: str, movie_id: int, at: datetime) -> None:
    """Let in whoever holds a good ticket. Raises TicketRefused saying why; the rights are asked for anew each time."""
    try:
        held = signing.Signer(salt=SALT).unsign_object(ticket)
        seal, film, territory, until = str(held["v"]), held["m"], held["t"], datetime.fromtimestamp(held["u"], UTC)
    except (signing.BadSignature, ValueError, KeyError, TypeError, OverflowError) as error:
        raise TicketRefused(_("This address was not made here, or was changed.")) from error
    if film != movie_id:
        raise TicketRefused(_("This address is for another film."))
    if not visitor or not constant_time_compare(seal, _seal(visitor)):
        raise TicketRefused(_("This address was made for another visitor."))
    if at >= until:
        raise TicketRefused(_("This address has expired: the film's page has a new one."))
    if territory not in COUNTRIES or not programme.plays(movie_id, territory, at):
        raise TicketRefused(_("The rights to this film have ended here."))


def _seal(visitor: str) -> str:
    """Return what a ticket says of a visitor: it tells nobody who that is."""
    return salted_hmac(SALT, visitor).hexdigest()[:24]
