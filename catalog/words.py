"""Names that are stored in English and shown in the visitor's language, and the order they are listed in.

What people read carries the sign of their language («8,1» in German). What machines copy, the CSV, JSON and NDJSON files,
the partner API, addresses, is the same in every language and carries a point: moviesite.languages answers those in English.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from typing import TypeVar

from django.utils.formats import get_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

GENRES = {
    "Action": pgettext_lazy("genre", "Action"),
    "Animation": pgettext_lazy("genre", "Animation"),
    "Comedy": pgettext_lazy("genre", "Comedy"),
    "Documentary": pgettext_lazy("genre", "Documentary"),
    "Drama": pgettext_lazy("genre", "Drama"),
    "Romance": pgettext_lazy("genre", "Romance"),
}

# What the ledger says in English, being staff's own: known sentences are told in the visitor's language.
LEDGER = {
    "Weighted rating": gettext_lazy("Weighted rating"),
    "Recommender": gettext_lazy("Recommender"),
    "Neighbours": gettext_lazy("Neighbours"),
    "Counts who likes both of two films; a film is lifted by the few that are nearest to it.": gettext_lazy(
        "Counts who likes both of two films; a film is lifted by the few that are nearest to it."
    ),
    "Weighs all films at once; a film is lifted by what is liked with it, less what the others explain already.": gettext_lazy(
        "Weighs all films at once; a film is lifted by what is liked with it, less what the others explain already."
    ),
    "the first version of a formula, in force from the start": gettext_lazy(
        "the first version of a formula, in force from the start"
    ),
    "promoted by an approved request": gettext_lazy("promoted by an approved request"),
    "rolled back to what served before": gettext_lazy("rolled back to what served before"),
    "nothing was signed yet: the signer does so within a minute of the first event": gettext_lazy(
        "nothing was signed yet: the signer does so within a minute of the first event"
    ),
}

Item = TypeVar("Item")

# C0 controls other than tab and line ends, and lone surrogates: no database column takes them, and no XML.
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def printable(text: str) -> str:
    """Return a text without the signs that nothing shows and no column, feed or page can carry."""
    return UNPRINTABLE.sub("", text)


def genre(name: str) -> str:
    """Return a genre's name as the visitor reads it; an unknown one as it is stored."""
    return str(GENRES.get(name, name))


def told(text: str) -> str:
    """Return a sentence of the ledger as the visitor reads it; an unknown one as it was written."""
    return str(LEDGER.get(text, text))


def genres(names: Iterable[str]) -> str:
    """Return the genres of a film as one line."""
    return listed(sorted(map(genre, names), key=place))


def listed(names: Iterable[str]) -> str:
    """Return names one after the other, with the sign that this language sets between them."""
    return pgettext("between the items of a list", ", ").join(names)


def together(names: Iterable[str]) -> str:
    """Return names that one sentence is about: «this and that»."""
    return pgettext("between names in a sentence", " and ").join(names)


def decade(first_year: int) -> str:
    """Return a decade by its first year: «1950s»."""
    return pgettext("a decade, by its first year", "%(year)ss") % {"year": first_year}


def minutes(number: int) -> str:
    """Return a length in minutes, short."""
    return _("%(minutes)s min") % {"minutes": number_format(number)}


def place(name: str) -> str:
    """Return what to sort a name by: capitals and accents make no difference, as in a German or English index."""
    plain = unicodedata.normalize("NFKD", str(name).replace("ß", "ss").casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def in_order(items: Iterable[Item], name: Callable[[Item], str]) -> list[Item]:
    """Return items sorted by the names that the visitor reads."""
    return sorted(items, key=lambda item: place(name(item)))


def figure(digits: str) -> str:
    """Return a decimal text («1,234.50») with the signs of this language («1.234,50»); no digit is touched."""
    signs: dict[str, str | int | None] = {
        ".": str(get_format("DECIMAL_SEPARATOR")),
        ",": str(get_format("THOUSAND_SEPARATOR")),
    }
    return digits.translate(str.maketrans(signs))
