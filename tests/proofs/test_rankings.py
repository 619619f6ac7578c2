"""Rankings anyone can check: causes, lifts and receipts as weighing anew gives them; page, file and script agree."""

import csv
import io
import random
import re
from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest
import rerank  # docs/rerank.py, which imports nothing of ours
from django.test import Client

from catalog.models import ChartEdition, Movie, Tally
from catalog.recsys import lifting
from catalog.recsys.columns import Columns, read
from catalog.recsys.editions import artefact
from catalog.recsys.moves import causes
from catalog.recsys.weighted import Tallied, chart
from catalog.selectors import charts
from catalog.selectors.receipts import receipt
from tests import recompute
from tests.factories.catalog import make_edition, make_movie, small_catalogue
from tests.factories.mlops import NOON
from tests.proofs.conftest import Tell
from tests.recompute import Film

World = dict[int, Film]
Rule = tuple[int, int, int]  # m, floor, C in ten-thousandths


def ranks(world: World, rule: Rule) -> dict[int, int]:
    """Every listed film's rank, with C as given: sorted anew in exact fractions."""
    m, floor, c = rule
    listed = [number for number, film in world.items() if film.votes >= floor]
    keys = {n: (-recompute.wr_e6(world[n], m, c), -world[n].votes, world[n].year, n) for n in listed}
    return {number: place for place, number in enumerate(sorted(listed, key=keys.__getitem__), start=1)}


def printed(world: World, m: int, floor: int) -> Columns:
    films = [Tallied(number, *film) for number, film in world.items()]
    whole = chart(films, prior_votes=m, floor=floor)
    return read(artefact(whole, version="v", prior_votes=m, floor=floor, kinds=["MEMBER"]))


def some_film(dice: random.Random) -> Film:
    votes = dice.choice([dice.randint(1, 40), dice.randint(1, 3_000), dice.randint(20_000, 200_000)])
    return Film(dice.randint(1920, 1930), votes, dice.randint(votes * 10, votes * 100))


def moved(world: World, dice: random.Random) -> World:
    """The world of a later edition: some films have other votes, some went, some came."""
    later = {n: some_film(dice) if dice.random() < 0.3 else film for n, film in world.items() if dice.random() > 0.05}
    return later | {max(world) + extra: some_film(dice) for extra in range(1, dice.randint(1, 4))} or dict(world)


def with_tens(world: World, number: int, n: int) -> World:
    film = world[number]
    return world | {number: Film(film.year, film.votes + n, film.points + 100 * n)}


def rank_with(world: World, number: int, n: int, m: int, floor: int) -> int | None:
    """The rank when the whole chart, C included, is weighed anew with n tens more."""
    given = with_tens(world, number, n)
    return recompute.places(given, m, floor)[number].rank


def check_causes(earlier: World, later: World, first: Rule, last: Rule, number: int) -> None:
    own = {n: film for n, film in earlier.items() if n != number} | ({number: later[number]} if number in later else {})
    expected = [
        ranks(own, first).get(number),
        ranks(later, first).get(number),
        ranks(later, (first[0], first[1], last[2])).get(number),
        ranks(later, last).get(number),
    ]
    found = causes(printed(earlier, first[0], first[1]), printed(later, last[0], last[1]), number)
    assert found.before == ranks(earlier, first).get(number)
    assert list(found.after) == expected
    assert found.after[-1] == recompute.places(later, last[0], last[1]).get(number, recompute.Place(0, None)).rank


def check_lift(world: World, number: int, m: int, floor: int, target: int, dice: random.Random) -> int | None:
    """n is enough, n − 1 is not, nor is any smaller number tried: all of them up to 40, else 10 at random."""
    columns = printed(world, m, floor)
    film = columns.film(number)
    assert film is not None
    found = lifting.lift(lifting.Given(columns, film), target)
    if found.tens is None:
        assert (rank_with(world, number, lifting.MOST, m, floor) or target + 1) > target
        return None
    rank = rank_with(world, number, found.tens, m, floor)
    assert rank is not None and rank <= target  # noqa: PT018
    assert (rank, recompute.mean_e4(with_tens(world, number, found.tens))) == (found.rank, found.mean_e4)
    assert rank_with(world, number, found.tens - 1, m, floor) == found.fewer
    few = (
        range(1, found.tens)
        if found.tens <= 40
        else [found.tens - 1, *(dice.randint(1, found.tens - 1) for _ in range(9))]
    )
    assert all((rank_with(world, number, n, m, floor) or target + 1) > target for n in few)
    return found.tens


def test_causes_and_lifts_are_what_weighing_the_whole_chart_anew_gives(long: bool, tell: Tell) -> None:
    dice, cases, reached, ticked = random.Random(5), 1_000 if long else 12, 0, 0
    for _ in range(cases):
        world = {number: some_film(dice) for number in range(1, dice.randint(3, 40))}
        later = moved(world, dice)
        (m, floor), (n, least) = [(dice.choice([0, 10, 1_300, 25_000]), dice.choice([1, 1, 20])) for _ in range(2)]
        first, last = (m, floor, recompute.mean_e4(world)), (n, least, recompute.mean_e4(later))
        check_causes(world, later, first, last, dice.choice([*world, *later]))
        number = dice.choice(list(world))
        rank = ranks(world, first).get(number) or len(world) + 1
        for target in {max(1, rank - 1), dice.randint(1, max(1, rank - 1))}:
            if target < rank:
                tens = check_lift(world, number, m, floor, target, dice)
                reached += tens is not None
                ticked += tens is not None and recompute.mean_e4(with_tens(world, number, tens)) != first[2]
    assert reached
    tell("random (film, edition) whose causes and lifts were simulated", cases)
    tell("lifts found, of them with C moved", f"{reached}, {ticked}")


@pytest.mark.django_db
def test_receipts_of_random_films_in_random_editions(client: Client, long: bool, tell: Tell) -> None:
    dice, cases = random.Random(6), 1_000 if long else 6
    small_catalogue(25)
    for day in range(1, 12 if long else 4):
        for tally in Tally.objects.all():
            if dice.random() < 0.4:
                _, votes, points = some_film(dice)
                Tally.objects.filter(pk=tally.pk).update(votes=votes, points=points)
        _, votes, points = some_film(dice)
        Tally.objects.create(movie=make_movie(), votes=votes, points=points)
        make_edition(NOON + timedelta(days=day))
    for _ in range(cases):
        edition = dice.choice(list(ChartEdition.objects.all()))
        _head, *lines = [rerank.json.loads(line) for line in charts.artefact(edition).splitlines()]
        world = {line["id"]: Film(line["year"], line["v"], line["S"]) for line in lines}
        film = Movie.objects.get(pk=dice.choice(list(world)))
        check_receipt(client, edition, film, world)
    tell("receipts whose every number and lift was counted again, with their pages", cases)


def check_receipt(client: Client, edition: ChartEdition, film: Movie, world: World) -> None:
    m, here = edition.prior_votes, world[film.pk]
    place = recompute.places(world, m, edition.floor)[film.pk]
    found = receipt(film, edition)
    assert found is not None
    assert (found.place.rank, found.place.wr_e6) == (place.rank, place.wr_e6)
    mean = Fraction(here.points, 10 * here.votes)
    assert (found.mean, found.own_weight) == (mean, Fraction(here.votes, here.votes + m))
    assert found.exact == (Fraction(here.points, 10) + m * Fraction(edition.mean_e4, 10**4)) / (here.votes + m)
    for lift in found.lifts:
        if lift.tens:
            assert rank_with(world, film.pk, lift.tens, m, edition.floor) == lift.rank
            assert rank_with(world, film.pk, lift.tens - 1, m, edition.floor) == lift.fewer
            assert lift.rank and lift.rank <= lift.target < (lift.fewer or 10**9)  # noqa: PT018
    page = client.get(f"/m/{film.pk}/rank?edition={edition.number}").content.decode()
    assert f"<dd>{place.wr_e6 // 10**6}.{place.wr_e6 % 10**6:06d}</dd>" in page
    assert f"No. {place.rank} of {edition.ranked}" in page
    assert all(f"<b>{lift.tens:,} ten" in page for lift in found.lifts if lift.tens)


@pytest.mark.django_db
def test_page_file_and_script_give_the_same_order_under_random_knobs(client: Client, long: bool, tell: Tell) -> None:
    dice, cases = random.Random(7), 1_000 if long else 8
    small_catalogue(105)
    for tally in Tally.objects.all():
        _, votes, points = some_film(dice)
        Tally.objects.filter(pk=tally.pk).update(votes=votes, points=points)
    edition = make_edition(NOON + timedelta(days=1))
    data = charts.artefact(edition)
    for _ in range(cases):
        knobs = some_knobs(dice)
        rule = knobs["value"] if knobs["c"] == "fixed" else knobs["c"]
        c, lines = rerank.reranked(data, int(knobs["m"]), int(knobs["floor"]), rule)
        script = [(rank, number, f"{wr // 10**6}.{wr % 10**6:06d}") for rank, number, wr in lines]
        answer = client.get("/top.csv", knobs).content.decode()
        file = [(int(row["rank"]), int(row["film"]), row["wr"]) for row in csv.DictReader(io.StringIO(answer))]
        assert file == script
        page = dice.randint(1, -(-len(script) // 100))
        shown = order(client.get("/top", {**knobs, "page": str(page)}), c)
        assert shown == [line[:2] for line in script[100 * page - 100 : 100 * page]]
    tell("random knob settings in which page, CSV and script gave the same order", cases)


def some_knobs(dice: random.Random) -> dict[str, str]:
    rule = dice.choice(["films", "listed", "votes", "fixed"])
    value = f"{dice.randint(1, 9)}.{dice.randint(0, 9999):04d}" if rule == "fixed" else ""
    m, floor = dice.choice([0, 1, 1_300, dice.randint(0, 10**9)]), dice.choice([1, 30, 1_000, dice.randint(1, 20_000)])
    return {"m": str(m), "floor": str(floor), "c": rule, "value": value}


def order(response: Any, c: int) -> list[tuple[int, int]]:
    """Rank and film of the lines of a page, whose banner names C."""
    page = response.content.decode()
    assert f"C = {c // 10**4}.{c % 10**4:04d}" in page
    return [(int(rank), int(film)) for film, rank in re.findall(r'id="film-(\d+)" value="(\d+)"', page)]
