"""Recommendations told as they are: reasons add up, counterfactuals come true, and with nobody to recommend nobody reads."""

import random
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, get_resolver, reverse

from catalog.models import Movie, User
from catalog.selectors import recommendations as reads
from catalog.selectors import tastes
from catalog.services import preferences, ratings
from tests.catalog.learned import serve, small_model
from tests.factories.catalog import make_hidden, make_member_rating, make_user, small_catalogue
from tests.factories.mlops import NOON
from tests.proofs.conftest import Tell

pytestmark = pytest.mark.django_db
SHORT, LONG = (10, 5, 24), (200, 50, 300)  # visitors, counterfactuals, films


def house(count: int) -> list[Movie]:
    """Films of which every one says something, for or against, of every other; a tenth of them are gone since."""
    films = small_catalogue(count)
    draw = np.random.default_rng(1895)
    lifts = {(i, j): float(draw.normal(0.01, 0.1)) for i in range(count) for j in range(count) if i != j}
    serve(small_model(films, lifts))
    gone = films[5::10]
    Movie.objects.filter(pk__in=[film.pk for film in gone]).delete()
    return [film for film in films if film not in gone]


def visitors(films: list[Movie], count: int, lot: random.Random) -> Iterator[User]:
    """Members who rated and put away what a lot gave them."""
    for _ in range(count):
        user, drawn = make_user(), lot.sample(films, lot.randint(3, min(20, len(films) // 2)))
        for film in drawn[:-1]:
            make_member_rating(film, by=user, value=lot.randint(1, 10))
        make_hidden(user, drawn[-1])
        yield user


def test_reasons_add_up_and_what_a_receipt_foretells_comes_true(long: bool, tell: Tell) -> None:
    people, carried_out, size = LONG if long else SHORT
    films, lot = house(size), random.Random(7)
    picks = done = moved = 0
    for user in visitors(films, people, lot):
        taste = tastes.of_member(user)
        listed = reads.picks(taste, most=10).picks
        for pick in listed:
            assert sum(cause.weight for cause in pick.because) == pick.score > 0
            assert sum(cause.share for cause in pick.because) == 100
        assert [pick.rank for pick in listed] == list(range(1, len(listed) + 1))  # closed up over films that are gone
        picks += len(listed)
        if listed and done < carried_out:
            moved += _carry_out(user, lot.choice(listed).film, lot)
            done += 1
    assert done == carried_out
    tell("visitors, whose reasons all add up to their scores", people)
    tell("places on their lists", picks)
    tell("counterfactuals carried out, all as foretold", f"{done}, of which {moved} moved the film")


def _carry_out(user: User, film: Movie, lot: random.Random) -> bool:
    """Read a receipt as its page has it, take one of its causes back for real, and read the list anew."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(f"/for-you/why/{film.pk}")
    line = lot.choice([line for line in page.context["told"] if line["without"]])
    before, foretold = page.context["pick"].rank, line["without"]

    ratings.withdraw_rating(movie_id=line["cause"].film.pk, by=user, at=NOON)

    whole = {pick.film.pk: pick for pick in reads.picks(tastes.of_member(user), most=10_000).picks}
    real = whole.get(film.pk)
    assert (real.rank, real.score) == (foretold.rank, foretold.score) if real else foretold.rank is None
    return real is None or real.rank != before


# --- nobody recommends -------------------------------------------------------------------------------------------
def addresses(film: Movie) -> list[str]:
    """Every public address that a film, an edition and a version are enough for; what is one's own is asked for."""
    words = {"pk": film.pk, "slug": film.slug, "number": 1, "seq": 1, "recipe_key": "recommender", "decade": 1930}
    words |= {"genre": "Drama"}
    names = {pattern.name: pattern for pattern in get_resolver("catalog.urls").url_patterns if pattern.name}
    found = ["/search?q=reel", "/browse?genre=Drama", "/for-you?all=1", f"/for-you?rated={film.pk}"]
    for name, pattern in names.items():
        wanted = pattern.pattern.converters
        try:
            found.append(reverse(name, kwargs={word: words[word] for word in wanted}))
        except (KeyError, NoReverseMatch):
            continue
    return [address for address in found if not address.startswith("/me")]


def read_on(client: Client, address: str) -> list[str]:
    """The statements on anybody's ratings, or their history, that a page makes."""
    with CaptureQueriesContext(
        connection,
    ) as asked:
        client.get(address)
    return [
        one["sql"]
        for one in asked.captured_queries
        if "catalog_rating" in one["sql"] or "historicalrating" in one["sql"]
    ]


def test_with_nobody_to_recommend_no_page_reads_ones_ratings(client: Client, tell: Tell) -> None:
    films = house(24)
    user = next(visitors(films, 1, random.Random(7)))
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    assert read_on(client, "/for-you")  # what is looked for can be found

    preferences.choose(by=user, personal=False)

    pages = addresses(films[0])
    found = {address: read_on(client, address) for address in pages}
    assert {address for address, read in found.items() if read and not address.startswith("/m/")} == set()
    told: Any = [sql for read in found.values() for sql in read]
    assert [sql for sql in told if "user_id" in sql] == []  # a film's bars count everybody's, whoever looks
    assert all("COUNT(" in sql for sql in told)
    assert len(pages) > 20
    tell("addresses asked with the switch off, none of which read one's ratings", len(pages))
    mine = read_on(client, f"{films[0].get_absolute_url()}?mine=1")
    assert any("user_id" in sql for sql in mine)  # asked for, it is read
