"""Looking through films' names with what each database is good at: the same words find the same films on both."""

from typing import Any

from django.db import connection
from django.db.models import BooleanField, F, Q
from django.db.models.expressions import Func, RawSQL, Value

from catalog.finding.asked import Reading, alike

# SQLite's FTS5 index over catalog_filmnames, kept by triggers
MATCHING = "SELECT rowid FROM catalog_filmnames_index WHERE catalog_filmnames_index MATCH %s"
LONG_ENOUGH = 3  # FTS5's trigrams find nothing shorter
MOST_GRAMS = 80


def every_word(reading: Reading) -> Q:
    """Return the condition that a film's names hold every word of a search, or one that begins so."""
    if reading.years and not reading.words:
        return Q(year__in=reading.years)
    held = _full_text(reading.words) if connection.vendor == "postgresql" else _trigrams(reading.words)
    return held & Q(year__in=reading.years) if reading.years else held


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


def candidates(words: tuple[str, ...], most: int) -> Any:
    """Return the numbers of films whose names look most like these words, by the database's own trigrams: a statement.

    Which of them are near is not decided here: catalog.finding.nearness measures, and the same on every database.
    """
    return _similar(words, most) if connection.vendor == "postgresql" else _overlapping(words, most)


def _similar(words: tuple[str, ...], most: int) -> tuple[str, list[Any]]:
    near = " OR ".join(["%s <%% line"] * len(words))
    likeness = " + ".join(["word_similarity(%s, line)"] * len(words))
    query = f"SELECT movie_id FROM catalog_filmnames WHERE {near} ORDER BY {likeness} DESC, movie_id LIMIT %s"  # noqa: S608 — no word of it is given
    return query, [*words, *words, most]


def _overlapping(words: tuple[str, ...], most: int) -> tuple[str, list[Any]]:
    grams = dict.fromkeys(gram for word in words for gram in _grams(f" {word} "))
    asked = " OR ".join(_quoted(gram) for gram in list(grams)[:MOST_GRAMS])
    return MATCHING + " ORDER BY rank, rowid LIMIT %s", [asked, most]


def _grams(text: str) -> list[str]:
    return [text[at : at + 3] for at in range(len(text) - 2)]
