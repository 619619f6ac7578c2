"""A viewer who is erased while a file that names them waits, or is at work: nothing of it makes them anew."""

from datetime import datetime

import pytest
from django.utils import timezone

from catalog import queue
from catalog.bulk import folders
from catalog.models import PartnerImport, Rater
from catalog.services import erasure, viewer_ratings
from catalog.services.importing import carry_out
from mlops.models import Erasure, Job
from mlops.services import jobs
from tests.catalog import bulk
from tests.catalog.api_calls import Caller
from tests.catalog.bulk import imported, kept, ndjson, outcome, rating, recounted, send, statuses, tallied, told
from tests.factories import catalog as make
from tests.leftovers import in_database

pytestmark = pytest.mark.django_db
ANN = "viewer-8f3a"


@pytest.fixture
def caller() -> Caller:
    make.make_movie("Film 11", id=11)
    caller = Caller()
    imported(caller, ndjson(rating(ANN, 11, 8), rating("bob", 11, 6)))
    return caller


def erase(caller: Caller) -> None:
    answer = caller.send("delete", f"users/{ANN}")
    assert answer.status_code == 202, answer.content


def test_what_a_waiting_file_says_of_an_erased_viewer_is_rejected_and_the_rest_taken_in(caller: Caller) -> None:
    address = send(caller, ndjson(rating(ANN, 11, 3), rating("bob", 11, 3), rating(ANN, 99, 3)))["Location"]
    erase(caller)
    bulk.worked_off()
    body, lines = told(caller, address)
    assert outcome(body) == {"updated": 1, "rejected": 2}
    assert {line["problem"]["code"] for line in lines if line["problem"]} == {"viewer_erased"}
    assert ANN not in str(lines)
    assert Erasure.objects.exists()
    assert kept(caller) == {("bob", 11): 3}
    assert tallied(caller) == {11: (1, 30)} == recounted(caller)
    assert in_database([ANN]) == {}


def test_every_open_import_of_the_partner_leaves_them_out_dry_runs_too_and_forgets_whom_when_it_ends(
    caller: Caller,
) -> None:
    real, dry = (send(caller, ndjson(rating(ANN, 11, 3)), dry=dry)["Location"] for dry in (False, True))
    erase(caller)
    assert [len(row.erased) for row in PartnerImport.objects.open()] == [1, 1]
    assert ANN not in str(PartnerImport.objects.values_list("erased", flat=True))
    bulk.worked_off()
    assert [statuses(told(caller, address)[1]) for address in (real, dry)] == [["rejected"]] * 2
    assert set(map(tuple, PartnerImport.objects.values_list("erased", flat=True))) == {()}


def test_whoever_comes_later_under_the_same_name_is_somebody_new_to_files_sent_since(caller: Caller) -> None:
    before = send(caller, ndjson(rating(ANN, 11, 3)))["Location"]
    erase(caller)
    viewer_ratings.rate(by=caller.key, reference=ANN, movie_id=11, value=5, rated_at=None, at=timezone.now())
    after = send(caller, ndjson(rating(ANN, 11, 7)))["Location"]
    bulk.worked_off()
    assert [statuses(told(caller, address)[1]) for address in (before, after)] == [["rejected"], ["updated"]]
    assert kept(caller) == {("bob", 11): 6, (ANN, 11): 7}


def test_a_viewer_of_a_test_key_and_one_of_a_live_key_are_two(caller: Caller) -> None:
    live = send(caller, ndjson(rating(ANN, 11, 3)))["Location"]
    caller.key.test = True
    caller.key.save()
    imported(caller, ndjson(rating(ANN, 11, 2)))
    trying = send(caller, ndjson(rating(ANN, 11, 4)))["Location"]
    erase(caller)
    bulk.worked_off()
    assert statuses(told(caller, trying)[1]) == ["rejected"]
    caller.key.test = False
    caller.key.save()
    assert statuses(told(caller, live)[1]) == ["updated"]
    assert not Rater.objects.filter(test=True).exists()


def test_another_partners_viewer_of_the_same_name_is_not_meant(caller: Caller) -> None:
    other = Caller()
    theirs = send(other, ndjson(rating(ANN, 11, 3)))["Location"]
    erase(caller)
    bulk.worked_off()
    assert statuses(told(other, theirs)[1]) == ["added"]


@pytest.mark.parametrize("dry", [False, True])
def test_a_chunk_planned_before_the_erasure_is_planned_anew(caller: Caller, dry: bool) -> None:
    address = send(caller, ndjson(rating(ANN, 11, 3), rating("bob", 11, 3)), dry=dry)["Location"]
    folder = folders.of(PartnerImport.objects.open().get().uid)

    def clock() -> datetime:  # asked also when results are written down aside, and not yet held to be true
        viewer = Rater.objects.filter(reference=ANN).first()
        if viewer and list(folder.glob(".draft-*")):
            erasure.ask_for_viewer(viewer=viewer, by=caller.key, at=timezone.now())
        return timezone.now()

    job = Job.objects.get(task=queue.IMPORT_RATINGS, state=Job.State.WAITING)
    lease = jobs.claim(job_id=job.pk, worker="one", at=timezone.now())
    assert lease is not None
    carry_out(lease=lease, clock=clock)
    assert statuses(told(caller, address)[1]) == ["rejected", "updated"]
    assert list(folder.iterdir()) == [folder / "000001.ndjson"]
    assert kept(caller).keys() == {("", 11), ("bob", 11)}, "what they left waits for the worker that erases"
