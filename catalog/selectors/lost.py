"""What somebody may have looked for whose address leads nowhere."""

import re
from datetime import datetime
from urllib.parse import unquote

from catalog.finding.asked import MOST_LETTERS
from catalog.models import Movie

_FILM = re.compile(r"^/m/(\d{1,18})(?:/|$)")
_ENDING = re.compile(r"\.\w{1,5}$")
_NOT_WORD = re.compile(r"[\W_]+")
# What an address of a film, or of a list, is made of besides a name.
PLACES = (
    "m",
    "movie",
    "film",
    "title",
    "top",
    "browse",
    "search",
    "rank",
    "watch",
    "rating",
    "similar",
    "list",
    "lists",
)
NEAR = 5


def removed(path: str) -> tuple[str, datetime] | None:
    """Return the title of the film that once had an address's number, and when it went; None if there never was one."""
    found = _FILM.match(path)
    if not found or int(found[1]) >= 2**63 or Movie.objects.filter(pk=int(found[1])).exists():
        return None
    last = Movie.history.filter(id=int(found[1]), history_type="-").order_by("-history_date", "-history_id").first()
    return (last.title, last.history_date) if last else None


def words(path: str) -> str:
    """Return what of an address may be a title: its last part that is no place of this site, without numbers in front."""
    for part in reversed(unquote(path).split("/")):
        name = _NOT_WORD.sub(" ", _ENDING.sub("", part)).strip()
        if name and name.casefold() not in PLACES and not name.isdigit():
            return name[:MOST_LETTERS]
    return ""


def near(path: str) -> list[Movie]:
    """Return films whose titles are near to an address, best first."""
    asked = words(path)
    return list(Movie.objects.search(asked)[:NEAR]) if asked else []
