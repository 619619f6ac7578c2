"""Looking through films' names with what each database is good at: the same words find the same films on both."""

from functools import reduce
from operator import or_

from django.db import connection
from django.db.models import BooleanField, F, Q, TextField
from django.db.models.expressions import Func, RawSQL, Value
from django.db.models.functions import Replace
from django.db.models.lookups import Contains

from catalog.finding.asked import Asked, Reading, alike

# SQLite's FTS5 index over catalog_filmnames, kept by triggers
MATCHING = "SELECT rowid FROM catalog_filmnames_index WHERE catalog_filmnames_index MATCH %s"
LONG_ENOUGH = 3  # FTS5's trigrams find nothing shorter


def every_word(reading: Reading) -> Q:
    """Return the condition that a film's names hold every word of a search, or one that begins so."""
    if reading.years and not reading.words:
        return Q(year__in=reading.years)
    held = _full_text(reading.words) if connection.vendor == "postgresql" else _trigrams(reading.words)
    return of_years(reading, held)


def of_years(reading: Reading, found: Q) -> Q:
    """Return a condition held to the years that a search names, if it names any."""
    return found & Q(year__in=reading.years) if reading.years else found


def parted_otherwise(asked: Asked) -> Q:
    """Return the condition that a film's name is what was asked for but for its spaces: «ghostbusters», «Ghost Busters»."""
    glued = Replace("names__line", Value(" "), Value(""), output_field=TextField())
    named = (
        of_years(reading, Q(Contains(glued, Value(f"|{name.replace(' ', '')}|")))) for reading, name in asked.names()
    )
    return reduce(or_, named)


def _full_text(words: tuple[str, ...]) -> Q:
    """PostgreSQL: a full-text index over the words as they stand; no parser or dictionary of its own has a say."""
    either = (" | ".join([f"{_lexeme(word)}:*", *map(_lexeme, alike(word))]) for word in words)
    asked = " & ".join(f"({ways})" for ways in either)
    held = Func(
        F("names__line"),
        Value(asked),
        template="array_to_tsvector(string_to_array(%(expressions)s::tsquery",
        arg_joiner=", ' ')) @@ ",
        output_field=BooleanField(),
    )
    return Q(held)


def _lexeme(word: str) -> str:
    return "'" + word.replace("\\", "\\\\").replace("'", "''") + "'"


def _trigrams(words: tuple[str, ...]) -> Q:
    """SQLite: FTS5's trigram index holds the spaces too, so « vert» finds the beginning of a word."""
    found = Q()
    for word in words:
        ways = [f" {word}", *(f" {other} " for other in alike(word))]
        if all(len(way) >= LONG_ENOUGH for way in ways):
            found &= _match(" OR ".join(map(_quoted, ways)))
            continue
        either = Q()
        for way in ways:
            either |= Q(names__line__contains=way)
        found &= either
    return found


def _match(asked: str) -> Q:
    return Q(pk__in=RawSQL(MATCHING, [asked]))  # noqa: S611 — a constant; the words are a parameter


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
