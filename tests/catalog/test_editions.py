"""Publishing: when an edition appears, what it holds, that it follows from its inputs alone, and that it is whole."""

from datetime import datetime, timedelta
from datetime import timezone as fixed

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from catalog.demo import generated, sources
from catalog.models import ChartEdition, RankChange, Standing, Tally
from catalog.recsys.editions import content_digest, parse
from catalog.selectors import charts
from catalog.services import demo, editions, ratings
from mlops import store
from mlops.errors import NothingServed
from mlops.models import AuditEvent
from mlops.ports import SYSTEM
from tests import recompute
from tests.factories import catalog as make
from tests.factories.mlops import NOON, make_genesis

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
# The chart of 300 generated films with two members' votes. One number for both databases: a change here means that
# the same inputs no longer give the same edition.
CONTENT = "7663d06e00d288ac441b51222b4c5d521fd8132d4bbc48ad15ed905763954dfd"
CHAIN = "ce80f73208ec17370f3d074063d49752f254310502c2756db0c28a86f14dd842"


def publish(at=NOON, *, now=True):
    return editions.publish(by=SYSTEM, at=at, now=now)


def load_generated(count=300):
    films = generated.generated_films(1895, count)
    drawn = generated.generated_ratings(1895, films, 20, 600)
    demo.load(
        demo_set=demo.DemoSet(films, sources.GENERATED, {}, drawn, sources.GENERATED, {}, licence_seed=1895),
        by=SYSTEM,
        at=NOON,
        progress=lambda *_: None,
    )


# --- what an edition holds ---------------------------------------------------------------------------------------
def test_the_first_edition_by_hand():
    """C = (9 + 7) / 2 = 8. WR = (30·9 + 25,000·8) / 25,030 = 8.001199 and (10·7 + 200,000) / 25,010 = 7.999600."""
    better = make.make_imported_votes(votes=30, mean=9.0).movie
    worse = make.make_imported_votes(votes=10, mean=7.0).movie
    make.make_movie("Nobody voted for this")
    edition = make.make_edition()
    assert (edition.number, edition.mean_e4, edition.films, edition.ranked) == (1, 80_000, 2, 2)
    assert (edition.prior_votes, edition.floor, edition.version_label) == (25_000, 1, "weighted-rating v1")
    rows = Standing.objects.order_by("rank").values_list("movie", "votes", "points", "wr_e6", "rank", "edition")
    assert list(rows) == [(better.pk, 30, 2700, 8_001_199, 1, 1), (worse.pk, 10, 700, 7_999_600, 2, 1)]


def test_an_edition_is_what_the_definition_says_of_the_tallies():
    make.small_catalogue(80)
    tallies = Tally.objects.values_list("movie", "movie__year", "votes", "points")
    films = {number: recompute.Film(*film) for number, *film in tallies}
    standings = Standing.objects.values_list("movie", "wr_e6", "rank")
    assert {number: recompute.Place(*place) for number, *place in standings} == recompute.places(films, 25_000)
    assert charts.newest().mean_e4 == recompute.mean_e4(films)


def test_the_artefact_holds_what_the_standings_say():
    make.small_catalogue(20)
    edition = charts.newest()
    data = charts.artefact(edition)
    assert content_digest(data) == edition.content_digest
    head, rows = parse(data)
    assert (head["m"], head["C_e4"], head["kinds"]) == (25_000, edition.mean_e4, ["MEMBER"])
    standings = Standing.objects.order_by("rank").values_list("movie", "votes", "points", "wr_e6", "rank")
    assert [(row.id, row.votes, row.points, row.wr_e6, row.rank) for row in rows] == list(standings)


def test_the_same_inputs_give_the_same_digests_on_every_database():
    load_generated()
    for place, (film, value) in enumerate([(7, 10), (7, 9), (11, 1)]):
        member = make.make_user(f"member-{place}")
        ratings.rate_movie(movie_id=film, by=member, at=NOON, value=value)
    edition = make.make_edition()
    assert edition.films == 300
    assert (edition.content_digest, edition.chain_digest) == (CONTENT, CHAIN)


# --- when an edition appears -------------------------------------------------------------------------------------
def test_nothing_is_published_before_the_formula_is_in_force():
    make.make_imported_votes()
    with pytest.raises(NothingServed, match="no version of weighted-rating is deployed"):
        publish()
    assert not ChartEdition.objects.exists()


def test_nothing_is_published_of_a_catalogue_without_votes():
    make_genesis()
    make.make_movie()
    assert publish() is None


def test_nothing_changed_publishes_nothing():
    film = make.small_catalogue(5)[0]
    assert publish(NOON + timedelta(days=9)) is None
    member = make.make_user()
    make.make_member_rating(film, by=member, value=3)
    ratings.withdraw_rating(movie_id=film.pk, by=member, at=NOON)
    make.make_rating(film, value=1)  # a demo rater
    assert publish(NOON + timedelta(days=9)) is None
    assert ChartEdition.objects.count() == 1


def test_at_most_one_edition_in_the_time_between_two(settings):
    settings.EDITION_EVERY = 30
    film = make.small_catalogue(5)[0]
    make.make_member_rating(film, value=3)
    assert publish(NOON + 29 * SECOND, now=False) is None
    assert publish(NOON + 30 * SECOND, now=False).number == 2
    make.make_member_rating(film, value=4)
    assert publish(NOON + 59 * SECOND, now=False) is None
    assert publish(NOON + 60 * SECOND, now=False).number == 3


def test_any_number_of_ratings_costs_one_edition():
    films = make.small_catalogue(5)
    for film in films:
        make.make_member_rating(film, value=3)
    assert publish(NOON + timedelta(hours=1)).number == 2
    assert publish(NOON + timedelta(hours=2)) is None


# --- the chain ---------------------------------------------------------------------------------------------------
def test_editions_are_numbered_without_gaps_and_each_links_to_the_one_before():
    film = make.small_catalogue(5)[0]
    for hour in range(1, 5):
        make.make_member_rating(film, value=hour)
        publish(NOON + timedelta(hours=hour))
    chain = list(ChartEdition.objects.order_by("number"))
    assert [edition.number for edition in chain] == [1, 2, 3, 4, 5]
    assert [edition.previous_chain for edition in chain] == [
        "0" * 64,
        *(edition.chain_digest for edition in chain[:-1]),
    ]
    assert [charts.verify(edition) for edition in chain] == [5] * 5


def test_the_same_chart_at_another_time_has_its_content_digest_and_another_chain():
    film = make.small_catalogue(5)[0]
    member = make.make_user()
    make.make_member_rating(film, by=member, value=3)
    publish(NOON + timedelta(hours=1))
    ratings.withdraw_rating(movie_id=film.pk, by=member, at=NOON)
    third = publish(NOON + timedelta(hours=2))
    first = ChartEdition.objects.get(number=1)
    assert third.content_digest == first.content_digest
    assert third.chain_digest != first.chain_digest


def test_a_time_of_another_zone_is_the_same_moment_in_whole_seconds():
    make.make_imported_votes()
    make_genesis()
    edition = publish(datetime(2026, 6, 1, 14, 0, 0, 999_999, tzinfo=fixed(timedelta(hours=2))))
    edition.refresh_from_db()
    assert edition.at == NOON
    assert charts.verify(edition) == 1


# --- cost --------------------------------------------------------------------------------------------------------
def statements():
    with CaptureQueriesContext(
        connection,
    ) as made:
        assert publish(NOON + timedelta(hours=1))
    return [query["sql"].split()[0] for query in made.captured_queries]


def test_an_edition_costs_a_handful_of_statements_however_many_films():
    films = make.small_catalogue(20)
    make.make_member_rating(films[0])
    few = statements()
    for _ in range(280):
        Tally.objects.create(movie=make.make_movie(), votes=20, points=1300)
    many = statements()
    assert Standing.objects.count() == 300
    assert many == few
    # Six of them seal the noted change: what was noted before, what is ours, its digest, its seal, and that none is left.
    # One of them reads the version that serves together with the votes, which PostgreSQL needs a savepoint for.
    assert len(many) <= 24


# --- all or nothing ----------------------------------------------------------------------------------------------
def test_the_audit_log_says_what_was_published():
    make.small_catalogue(5)
    edition, event = charts.newest(), AuditEvent.objects.order_by("-seq").first()
    assert (event.action, event.object, event.actor) == ("edition.published", "edition:1", "system")
    assert event.facts["detail"] == {"content": edition.content_digest, "chain": edition.chain_digest}


def test_an_edition_that_cannot_be_audited_is_not_published():
    """The head of the log is corrupted, so that the database refuses whatever would follow it."""
    film = make.small_catalogue(5)[0]
    make.make_member_rating(film, value=1)
    before = state()
    on = " ON mlops_auditevent" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER mlops_auditevent_no_update{on}")
        first = "(SELECT prev FROM mlops_auditevent WHERE seq = 1)"
        cursor.execute(
            f"UPDATE mlops_auditevent SET hash = {first} WHERE seq = (SELECT MAX(seq) FROM mlops_auditevent)"
        )
    with pytest.raises(IntegrityError):
        publish(NOON + timedelta(hours=1))
    assert state() == before


def state():
    """Everything that publishing moves."""
    return [list(model.objects.order_by("pk").values_list()) for model in (ChartEdition, Standing, RankChange)] + [
        AuditEvent.objects.count()
    ]


def test_an_artefact_is_stored_before_its_edition_exists():
    make.small_catalogue(5)
    assert store.has(charts.newest().content_digest)
