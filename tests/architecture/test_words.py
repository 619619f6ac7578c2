"""The German catalogue holds every word of the public site, and templates hold no word outside a catalogue."""

import gettext
import re
from pathlib import Path
from typing import Any

import pytest

from tests.architecture.tree import ROOT, short, templates
from tests.words import CATALOGUE, GETTEXT, NO_GETTEXT, compiled, extracted

Words = dict[Any, str]
needs_gettext = pytest.mark.skipif(not GETTEXT, reason=NO_GETTEXT)
MACHINE = CATALOGUE.with_suffix(".mo")
ENGLISH = {"admin", "api"}  # what staff and partners read
# Names, and what is the same in every language.
SAME = {
    "Retromovies",
    "CSV",
    "JSON",
    "RSS",
    ".csv",
    ".json",
    "Letterboxd",
    "IMDb",
    "UTC",
    "WR",
    "WR =",
    "Google Answers, 507508",
    "OpenAPI",
    "llms.txt",
    "Authorization: Bearer rmk_live_",
    "intelliot.com",
    "uproxx, webpronews",
}


def words(machine: Path) -> Words:
    with machine.open("rb") as file:
        found = dict(gettext.GNUTranslations(file)._catalog)  # type: ignore[attr-defined]
    found.pop("", None)
    return found


def plain(key: Any) -> str:
    """Return an English text without its context and its plural's number."""
    text = key[0] if isinstance(key, tuple) else key
    return str(text).rpartition("\x04")[2]


@needs_gettext
def test_the_catalogue_holds_the_words_of_the_sources_and_no_others(tmp_path: Path) -> None:
    assert extracted(tmp_path).read_text("utf-8") == CATALOGUE.read_text("utf-8"), "run `make words`, then translate"


@needs_gettext
def test_what_is_compiled_is_what_is_written(tmp_path: Path) -> None:
    compiled(CATALOGUE, tmp_path / "now.mo")
    assert words(MACHINE) == words(tmp_path / "now.mo"), "run `make words`"


def test_nothing_is_left_untranslated_or_guessed() -> None:
    source = CATALOGUE.read_text("utf-8")
    assert not re.findall(r"^#,.*fuzzy", source, re.MULTILINE)
    # Text goes on in the next line after an empty one, but for the untranslated.
    assert not re.findall(r'^msgstr(?:\[\d\])? ""\n(?!")', source, re.MULTILINE)


def test_every_translation_fills_the_same_places() -> None:
    places = re.compile(r"%\(\w+\)s|</?[a-z]+>")
    for english, german in words(MACHINE).items():
        wanted, given = set(places.findall(plain(english))), set(places.findall(german))
        # «The first film», «For a minute»: a singular may leave its number out.
        missing = wanted - given
        more = given - wanted if not isinstance(english, tuple) else set()
        assert not missing | more, f"{plain(english)!r}: {missing or more}"


def test_german_quotes_are_german() -> None:
    for english, german in words(MACHINE).items():
        assert not re.search(r"[«»\"]|(?<!„)\b\w+”", german), plain(english)


def test_templates_hold_no_bare_words() -> None:
    found = []
    for path in templates():
        if path.suffix == ".html" and not ENGLISH & set(path.parts):
            found += [f"{short(path)}: {text}" for text in bare_words(path.read_text("utf-8")) if text not in SAME]
    assert not found, "put them into {% translate %}:\n" + "\n".join(found)


def test_templates_name_the_form_of_a_date_and_do_not_spell_it() -> None:
    for path in templates():
        if path.suffix == ".html" and not ENGLISH & set(path.parts):
            spelt = re.findall(r'date:"[^"]*[jdDNMF] ?[^"]+"', path.read_text("utf-8"))
            assert not [form for form in spelt if "_FORMAT" not in form], f"{short(path)}: {spelt}"


def bare_words(source: str) -> list[str]:
    """Return the texts of a template that stand outside every tag, and attributes that are read aloud."""
    without = re.sub(r"\{#.*?#\}|\{% comment.*?endcomment %\}", "", source, flags=re.DOTALL)
    without = re.sub(r"\{% blocktranslate.*?endblocktranslate %\}", "", without, flags=re.DOTALL)
    without = re.sub(r"<(script|style|pre)\b.*?</\1>", "", without, flags=re.DOTALL)
    without = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "|", without, flags=re.DOTALL)
    read = re.findall(r'\b(?:aria-label|title|alt|placeholder)="([^"]*)"', without)
    shown = re.split(r"<[^>]*>|\||&\w+;|\n", without)
    return [text.strip(" ·–:,…") for text in (*read, *shown) if re.search(r"[^\W\d_]{2}", text)]


def test_the_sources_of_words_are_there() -> None:
    from tests.words import ENGLISH, PUBLIC

    assert all((ROOT / name).is_dir() for name in (*ENGLISH, *PUBLIC))
