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
LITERAL = str.maketrans({sign: f"\\{sign}" for sign in "\\%_"})  # signs that LIKE would take for patterns


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


def candidates(words: tuple[str, ...], most: int) -> tuple[str, list[Any]]:
    """Return the numbers of films that share most trigrams with these words, by number among equals: a statement.

    The index of each database only says where to look: what is counted, and so the films, are the same on both. Which of
    them are near is not decided here: catalog.finding.nearness measures.
    """
    padded = [f" {text} " for word in words for text in _ways(word)]
    grams = list(dict.fromkeys(text[at : at + 3] for text in padded for at in range(len(text) - 2)))[:MOST_GRAMS]
    if connection.vendor == "postgresql":
        held, place = " OR ".join(["line LIKE %s"] * len(grams)), "strpos(line, %s) > 0"
        looked: list[Any] = [f"%{gram.translate(LITERAL)}%" for gram in grams]
    else:
        held, place = f"movie_id IN ({MATCHING})", "instr(line, %s) > 0"
        looked = [" OR ".join(map(_quoted, grams))]
    shared = " + ".join([f"CASE WHEN {place} THEN 1 ELSE 0 END"] * len(grams))
    query = f"SELECT movie_id FROM catalog_filmnames WHERE {held} ORDER BY {shared} DESC, movie_id LIMIT %s"  # noqa: S608 — no word of it is given
    return query, [*looked, *grams, most]


def _ways(word: str) -> list[str]:
    """Return a word as it may have been meant: of four letters, the middle two swapped leave no trigram of it."""
    return [word, word[0] + word[2] + word[1] + word[3]] if len(word) == 4 else [word]
