"""Titles: hand-worked cases from the sources, and what must hold for any text."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog import titles

TEXT = st.text(max_size=60)
PIECES = ["The", "Die", "Boot", ", The", ", L'", ", Die", " (", ")", " ", "A", "é", "1950", ","]
TITLE = st.lists(st.sampled_from(PIECES)).map("".join)


@pytest.mark.parametrize(
    ("source", "read"),
    [
        ("Shawshank Redemption, The", "The Shawshank Redemption"),
        ("Avventura, L'", "L'Avventura"),
        ("Altra vita, Un'", "Un'Altra vita"),
        ("Boot, Das", "Das Boot"),
        ("Vitelloni, I", "I Vitelloni"),
        ("Ayyam al-tawila, al-", "al-Ayyam al-tawila"),
        ("Title, The (1950)", "The Title (1950)"),
        ("Commune (Paris, 1871), La", "La Commune (Paris, 1871)"),
        ("Postman, The (Postino, Il)", "The Postman (Il Postino)"),
        ("Fist of Fury (Chinese Connection, The) (Jing wu men)", "Fist of Fury (The Chinese Connection) (Jing wu men)"),
        ("Blind Side, The ", "The Blind Side"),
        ("Buono, il brutto, il cattivo, Il", "Il Buono, il brutto, il cattivo"),
        ("As des as, L'", "L'As des as"),
        ("Die, Mommie, Die", "Die, Mommie, Die"),
        ("Die, Monster, Die!", "Die, Monster, Die!"),
        ("Girl, Interrupted", "Girl, Interrupted"),
        ("$", "$"),
        ("", ""),
    ],
)
def test_article_is_restored(source, read):
    assert titles.restore_article(source) == read


@pytest.mark.parametrize(
    ("title", "key"),
    [
        ("The Godfather", "godfather"),
        ("Godfather, The", "godfather"),
        ("L'Avventura", "avventura"),
        ("Das Boot", "boot"),
        ("A.I. Artificial Intelligence", "a i artificial intelligence"),
        ("Dasavatharam", "dasavatharam"),
        ("Die Hard", "die hard"),
        ("To Kill a Mockingbird", "to kill a mockingbird"),
        ("I Confess", "i confess"),
        ("El", "el"),
        ("A & P", "a and p"),
        ("Élevator", "elevator"),
        ("$", "$"),
    ],
)
def test_sort_title(title, key):
    assert titles.sort_title(title) == key


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Rosemary's Baby", "rosemarys baby"),
        ("M*A*S*H", "m a s h"),
        ("Amélie & Søren", "amelie and soren"),
        ("8½", "8 1 2"),
        ("STRAẞE", "strasse"),
        ("The  Thing!", "the thing"),
        (" $ ", "$"),
        ("", ""),
    ],
)
def test_search_key(text, key):
    assert titles.search_key(text) == key


def test_match_key_meets_the_other_source():
    assert titles.match_key("Postman, The", 1994) == titles.match_key("The Postman", 1994) == "1994 postman"
    assert titles.match_key("M*A*S*H", 1970) == titles.match_key("MASH", 1970)
    assert titles.match_key("MASH", 1970) != titles.match_key("MASH", 1971)


def test_names_in_parentheses():
    assert titles.other_names("Postman, The (Postino, Il)") == ("Il Postino",)
    assert titles.other_names("Léon: The Professional (a.k.a. The Professional) (Léon)") == ("The Professional", "Léon")
    assert titles.other_names("Vacation (aka Akasaka) ()") == ("Akasaka",)
    assert titles.main_name("Postman, The (Postino, Il)") == "The Postman"
    assert titles.main_name("(Haru)") == "(Haru)"


def test_slug():
    assert titles.slug("L'Été à Saint-Aubade!") == "l-ete-a-saint-aubade"
    assert titles.slug("$") == titles.slug("") == titles.slug("羅生門") == "film"
    assert titles.slug("word " * 40) == "-".join(["word"] * 16)
    assert titles.slug("x" * 100) == "x" * 80


@given(TEXT | TITLE)
def test_restoring_twice_changes_nothing(text):
    once = titles.restore_article(text)
    assert titles.restore_article(once) == once


@given(TEXT)
def test_key_of_a_key_is_the_key(text):
    once = titles.search_key(text)
    assert titles.search_key(once) == once


@given(TEXT | TITLE)
def test_both_spellings_sort_and_match_alike(text):
    assert titles.sort_title(text) == titles.sort_title(titles.restore_article(text))
    assert titles.match_key(text, 1950) == titles.match_key(titles.restore_article(text), 1950)


@given(st.from_regex(r"[A-Z][a-z]{1,9}( [A-Z][a-z]{1,9}){0,3}", fullmatch=True), st.sampled_from(titles.TRAILING))
def test_a_trailing_article_always_moves(name, article):
    glue = "" if article[-1] in "'-" else " "
    if name.split()[0].casefold() != article.casefold():
        assert titles.restore_article(f"{name}, {article}") == article + glue + name


@given(TEXT)
def test_slug_is_fit_for_a_url(text):
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", titles.slug(text))
    assert len(titles.slug(text)) <= titles.SLUG_LENGTH
