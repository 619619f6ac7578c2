"""The two judges: what is measured, by which rule a claim holds, and where they disagree."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from catalog.models import Movie, Standing, User
from catalog.selectors import measurements, properties
from mlops.ledger import Figure, Figures
from tests.catalog.learned import candidate, serve, small_model
from tests.catalog.page_words import text
from tests.factories.catalog import make_member_rating, make_rater, make_rating, small_catalogue
from tests.factories.mlops import NOON
from tests.factories.monitoring import make_drift_report

pytestmark = pytest.mark.django_db


def side(page: Any, key: str, which: str) -> dict[str, Any]:
    """One system's side of one property, with its measures by their words."""
    found = next(told for told in page.context["properties"] if told["key"] == key)[which]
    return {**found, "by": {str(measure["words"]): measure for measure in found["measures"]}}


def measured(page: Any, key: str, which: str, words: str) -> str:
    by = side(page, key, which)["by"]
    found = next(measure for told, measure in by.items() if told.startswith(words))
    return str(found["value"]) if found["known"] else f"unknown: {found['why']}"


def verdicts(page: Any) -> dict[str, tuple[bool | None, bool | None]]:
    return {told["key"]: (told["software"]["holds"], told["learning"]["holds"]) for told in page.context["properties"]}


def fans(films: list[Movie]) -> None:
    """Three raters who love the first film."""
    for _ in range(3):
        make_rating(films[0], rater=make_rater("DEMO"), value=9)


# --- the properties ----------------------------------------------------------------------------------------------
def test_before_any_approval_only_the_formula_is_measured(films: list[Movie], client: Client) -> None:
    page = client.get("/vs")
    assert {key: learned for key, (_, learned) in verdicts(page).items()} == dict.fromkeys(verdicts(page))
    assert all(computed for computed, _ in verdicts(page).values())
    assert measured(page, "complexity", "learning", "numbers") == "unknown: no learned version is approved"
    assert "Only one of them has spoken" in text(page)


def test_with_nothing_printed_and_nothing_learned_the_page_stands(client: Client) -> None:
    page = client.get("/vs")
    assert page.status_code == 200
    assert measured(page, "drift", "software", "films").startswith("unknown: no edition was printed yet")


def test_every_number_comes_from_code_and_rows(films: list[Movie], client: Client) -> None:
    fans(films)
    model = small_model(films)
    serve(model)

    page = client.get("/vs")

    assert measured(page, "complexity", "learning", "numbers") == str(sum(a.size for a in model.arrays().values()))
    assert measured(page, "complexity", "learning", "seconds to train") == "2.0"
    assert measured(page, "debugging", "software", "ranks") == "12 of 12"
    assert measured(page, "debugging", "learning", "places") == "29 of 29"
    assert measured(page, "debugging", "learning", "predicted") == "0 of 29"
    assert measured(page, "determinism", "software", "films") == "12, edition 1"
    assert measured(page, "drift", "learning", "outputs") == "0 of 29"
    assert measured(page, "new-data", "learning", "held-out") == "unknown: not measured for this version"
    assert verdicts(page)["debugging"] == (True, True)  # a predicted rating has no receipt
    assert verdicts(page)["determinism"] == (True, None)


def test_a_chart_that_was_tampered_with_does_not_hold(films: list[Movie], client: Client) -> None:
    Standing.objects.filter(movie=films[0]).update(wr_e6=9_999_999)
    page = client.get("/vs")
    assert measured(page, "debugging", "software", "ranks") == "11 of 12"
    assert verdicts(page)["debugging"][0] is False
    assert "✗" not in text(page)  # colour and mark come from the style sheet; the words say it
    assert "does not hold" in text(page)


def test_a_column_that_moved_makes_the_claim_of_drift_hold(films: list[Movie], client: Client) -> None:
    fans(films)
    version = serve(small_model(films))
    assert version.run is not None
    make_drift_report(version.run.dataset, recipe_key="recommender", columns=[{"name": "value", "moved": False}])
    assert verdicts(client.get("/vs"))["drift"] == (True, False)

    make_drift_report(version.run.dataset, recipe_key="recommender", measured_at=NOON + timedelta(days=1))

    page = client.get("/vs")
    assert verdicts(page)["drift"] == (True, True)
    assert measured(page, "drift", "learning", "columns") == "1 of 1"


def test_reruns_on_the_same_data_are_compared_by_their_arrays(films: list[Movie], client: Client) -> None:
    version = serve(small_model(films))
    run = {"dataset": version.run.dataset} if version.run else {}
    candidate(small_model(films), run=run, arrays_digest=version.arrays_digest)
    candidate(small_model(films), run=run, arrays_digest="9" * 64)
    candidate(small_model(films), arrays_digest=version.arrays_digest)  # learned from other data
    assert measured(client.get("/vs"), "determinism", "learning", "runs") == "2 of 3"


@pytest.mark.parametrize(
    ("gain", "error", "holds"), [(0.01, 0.004, True), (0.01, 0.006, False), (-0.01, 0.001, False), (0.01, None, None)]
)
def test_a_gain_holds_beyond_two_of_its_errors(gain: float, error: float | None, holds: bool | None) -> None:
    found = properties._new_data(None, figures(**{"data-gain": Figure(gain, error)}), "")
    assert found.learning.holds is holds


@pytest.mark.parametrize(("kept", "holds"), [(0.64, True), (1.0, False)])
def test_lists_that_no_refit_changes_are_not_probabilistic(kept: float, holds: bool) -> None:
    found = properties._determinism(None, figures(**{"list-stability": Figure(kept, 0.01)}), "")
    assert found.learning.holds is holds


def figures(**metrics: Figure) -> Figures:
    return Figures({}, metrics, None, None)


def test_code_lines_leave_out_what_does_nothing() -> None:
    source = '"""Doc\nstring."""\n\n# comment\nx = 1\n\n\ndef f():\n    """Doc."""\n    return """a\nb"""\n'
    assert measurements._code_lines(source) == 4


# --- where they disagree -----------------------------------------------------------------------------------------
def test_a_members_own_list_is_compared_without_what_they_rated(client: Client, visitor: User) -> None:
    films = small_catalogue(12)
    serve(small_model(films, {(0, 11): 0.9, (0, 1): -0.5}))
    make_member_rating(films[0], by=visitor, value=9)

    split = client.get("/vs").context["split"]

    assert (split.personal, split.films) == (True, 11)
    assert (split.learned_ahead[0].film, split.learned_ahead[0].chart, split.learned_ahead[0].learned) == (
        films[11],
        11,
        1,
    )
    assert (split.chart_ahead[0].film, split.chart_ahead[0].chart, split.chart_ahead[0].learned) == (films[1], 1, 11)


def test_without_ratings_the_order_for_a_newcomer_is_compared(films: list[Movie], client: Client) -> None:
    serve(small_model(films))  # expects the most of the first film, the least of the last: as the chart does
    page = client.get("/vs")
    split = page.context["split"]
    assert (split.personal, split.films, split.learned_ahead, split.chart_ahead) == (False, 12, [], [])
    assert "expects of somebody of whom it knows nothing" in text(page)
    assert "within its head they agree" in text(page)


# --- the first page ----------------------------------------------------------------------------------------------
def test_the_home_puts_the_learned_list_beside_the_chart(films: list[Movie], client: Client, visitor: User) -> None:
    serve(small_model(films))
    newcomer = client.get("/")
    assert "For a newcomer learned, recommender v1" in text(newcomer)
    assert [row.title for row, _ in newcomer.context["newcomer"]][:2] == ["The Reel Number 1", "The Reel Number 2"]

    make_member_rating(films[0], by=visitor, value=9)

    own = client.get("/")
    assert [pick.row.title for pick in own.context["picks"]] == [f"The Reel Number {n}" for n in (2, 3, 4)]
    assert "because you gave The Reel Number 1 9" in text(own)
    assert "private" in own["Cache-Control"]
    client.logout()
    assert "For a newcomer" in text(client.get("/"))


def test_the_two_judges_cost_a_fixed_number_of_queries(
    client: Client, visitor: User, django_assert_max_num_queries: Any
) -> None:
    films = small_catalogue(60)
    fans(films)
    serve(small_model(films))
    make_member_rating(films[0], by=visitor, value=9)
    client.get("/vs")
    with django_assert_max_num_queries(24):
        client.get("/vs")
