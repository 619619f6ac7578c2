"""mlops is reusable on any site, so it has no word for what this one ranks."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, short, templates

WORD = re.compile(r"(?<![a-z])(movie|film|rating)s?(?![a-z])", re.IGNORECASE)
HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def sources() -> Iterator[Path]:
    yield from sorted((ROOT / "mlops").rglob("*.py"))
    yield from (path for path in templates() if "mlops" in path.parts)


def spoken(text: str) -> list[str]:
    """The words of the domain in a text; MovieRow and movie_id are two words each."""
    return [found.group() for found in WORD.finditer(HUMP.sub(" ", text))]


def test_mlops_never_says_what_is_ranked() -> None:
    assert {short(path): spoken(path.read_text()) for path in sources() if spoken(path.read_text())} == {}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("movie_id", ["movie"]),
        ("class FilmRow", ["Film"]),
        ("the ratings", ["ratings"]),
        ("operating, generating, filmic", []),
        ("a.Movies", ["Movies"]),
    ],
)
def test_the_vocabulary_test_hears_what_it_should(text: str, words: list[str]) -> None:
    assert spoken(text) == words
