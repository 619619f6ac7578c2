"""A member of whom something is everywhere is erased: nothing of them is found, the log holds, and what learned unlearns."""

import os
import time
import uuid
from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site
from django.core.management import call_command
from django.db import connection
from django.test import Client

from catalog.demo import generated, sources
from catalog.models import Movie, Rater, User
from catalog.services import demo, erasure, tallies
from mlops.models import Dataset, Erasure, ModelVersion, Run
from mlops.pipeline.execute import execute
from mlops.pipeline.partitions import partition_of
from mlops.pipeline.reproduce import reproduce
from mlops.ports import SYSTEM
from mlops.services import runs, strays
from tests.factories.catalog import PASSWORD, make_hidden, make_member_rating, make_play, make_preferences, make_user
from tests.factories.mlops import NOON
from tests.leftovers import in_database, in_files
from tests.proofs.conftest import Tell

pytestmark = pytest.mark.django_db(transaction=True)
SEED, LATER = 1895, NOON + timedelta(days=1)
SHORT, LONG = (
    (80, 60, 2_000),
    (10_000, 671, 68_000),
)  # films, raters, ratings; the long one has the size of the real demo
FIRST_HELD = 10  # of sixteen partitions; who is in those before it trains


@pytest.fixture
def films(long: bool) -> list[Movie]:
    count, raters, ratings = LONG if long else SHORT
    made = generated.generated_films(SEED, count)
    drawn = generated.generated_ratings(SEED, made, raters, ratings)
    whole = demo.DemoSet(made, sources.GENERATED, {}, drawn, sources.GENERATED, {}, licence_seed=SEED)
    demo.load(demo_set=whole, by=SYSTEM, at=NOON, progress=lambda *_: None)
    return list(Movie.objects.order_by("pk")[:50])


def member(films: list[Movie], client: Client) -> tuple[User, list[str]]:
    """Somebody with names that stand nowhere else, who rated fifty films and changed their mind about some."""
    user = make_user("qxzsybil", email="sybil@qxzmail.example", first_name="Qxzsybil", last_name="Qxzbergmann")
    user._change_reason = "Qxzreason: asked by telephone"  # type: ignore[attr-defined]
    user.save()
    subject = next(one for one in iter(uuid.uuid4, None) if partition_of(str(one)) < FIRST_HELD)
    rater = Rater.objects.create(user=user, kind=Rater.Kind.MEMBER, subject_id=subject)
    for place, film in enumerate(films):
        make_member_rating(film, by=user, value=1 + place % 10)
    for film in films[:7]:
        make_member_rating(film, by=user, value=10, at=NOON + timedelta(hours=1))
    make_hidden(user, films[0])
    watched(user, Movie.objects.order_by("pk")[45:60])
    client.post("/accounts/login/", {"login": user.username, "password": PASSWORD})
    ids = [str(one.subject_id) for one in (user, rater)]
    return user, [
        "qxzsybil",
        "Qxzsybil",
        "qxzmail",
        "Qxzbergmann",
        "Qxzreason",
        *ids,
        *(one.replace("-", "") for one in ids),
    ]


def watched(user: User, films: Iterable[Movie]) -> None:
    """What they watched to the end, kept as they chose."""
    make_preferences(user, record_plays=True)
    for film in films:
        make_play(user, film, furthest=60, position=60, finished_at=NOON)


def trained(run: Run | None = None) -> ModelVersion:
    run = run or runs.queue_run(
        recipe_key="recommender",
        reason="to see",
        by=SYSTEM,
        at=LATER,
        params={"refits": 4, "rank": 3, "watched_counts": True},
    )
    execute(run_id=run.pk, worker=f"test:{os.getpid()}")
    run.refresh_from_db()
    assert run.state == Run.State.SUCCEEDED, run.failure
    return ModelVersion.objects.get(run=run)


def pages() -> list[Path]:
    """The database's own files, where it is ours to look into them: what was deleted may still lie on a page."""
    if connection.vendor != "sqlite":
        return []
    name = Path(connection.settings_dict["NAME"])
    return [name.with_name(name.name + end) for end in ("", "-wal", "-journal")]


def on_pages(words: list[str]) -> dict[str, list[str]]:
    texts = {path.name: path.read_bytes().lower() for path in pages() if path.exists()}
    found = {word: [name for name, data in texts.items() if word.lower().encode() in data] for word in words}
    found |= {
        f"bytes of {word}": [name for name, data in texts.items() if bytes.fromhex(word) in data]
        for word in words
        if len(word) == 32
    }
    return {word: names for word, names in found.items() if names}


def nowhere(words: list[str]) -> tuple[dict[str, Any], ...]:
    """Where words are: in tables, in files, on the pages of the database's own files."""
    return in_database(words), in_files(words, Path(site.ARTEFACTS).parent), on_pages(words)


def verified() -> str:
    """What `audit verify --live` says."""
    said = StringIO()
    with suppress(SystemExit):
        call_command("audit", "verify", "--live", stdout=said, stderr=said)
    return said.getvalue().strip()


def test_nothing_of_an_erased_member_is_found_and_what_learned_from_them_unlearns(
    films: list[Movie], client: Client, tell: Tell
) -> None:
    user, words = member(films, client)
    officer = make_user("officer", is_staff=True, is_superuser=True)
    stays = make_user()
    make_member_rating(films[0], by=stays, value=9)
    watched(stays, films[:5])
    old = trained()
    assert old.run is not None
    assert old.run.dataset is not None
    seen = [origin["rows"] for origin in old.run.dataset.origins if origin["key"] == "viewers"]
    assert seen == [20], "what both watched is in the frozen rows"
    before = in_database(words)
    assert before.keys() >= set(words[:5])
    held = in_files(words, Path(site.ARTEFACTS))
    assert held, "the frozen rows name their subject"
    strays.after_migrate(at=LATER, migrated=True)  # as if migrations had made what the test made by hand

    began = time.monotonic()
    found = erasure.erase_member(subject=user.subject_id, reason="at their wish", by=officer, at=LATER)
    seconds = time.monotonic() - began
    tell("rows in the database that named them, before", sum(before.values()))
    tell("files that named them, before", len({name for names in held.values() for name in names}))
    tell("rows erased", sum(found.counts.values()))
    tell("files rewritten or removed", len(found.datasets))
    tell("seconds", f"{seconds:.1f}")
    left = nowhere(words)
    tell("personal strings left in tables, files and pages", sum(map(len, left)))
    assert left == ({}, {}, {})
    assert tallies.differences() == []
    assert (found.state, found.versions) == (Erasure.State.DONE, [old.label])
    unlearned_is_never_learned(old, tell)
    assert nowhere(words) == ({}, {}, {})
    said = verified()
    tell("audit verify --live", said)
    assert said.startswith("The audit log holds"), said


def unlearned_is_never_learned(old: ModelVersion, tell: Tell) -> None:
    """The run that the erasure queued learns, to the last bit, what a run learns that never saw the member."""
    run = Run.objects.get(cause=Run.Cause.ERASURE)
    unlearned = trained(run)
    assert "1 of them less what was erased" in run.steps.get(name="partials").log
    fresh = trained()
    assert fresh.run is not None
    assert fresh.run.dataset_id != run.dataset_id
    tell("digest of what was unlearned", unlearned.arrays_digest)
    tell("digest of a fit that never saw them", fresh.arrays_digest)
    assert unlearned.arrays_digest == fresh.arrays_digest != old.arrays_digest
    assert unlearned.artefact_digest == fresh.artefact_digest
    one, other = (Dataset.objects.get(pk=pk) for pk in (run.dataset_id, fresh.run.dataset_id))
    assert one.partitions == other.partitions
    assert unlearned.state == "CANDIDATE"
    again = reproduce(label=old.label, told=lambda _: None)
    assert not again.same
    assert "the data of 1 person since erased" in again.why
