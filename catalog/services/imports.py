"""Partners' ratings in bulk: taken in, called off, and in their turn; one of a partner is at work at a time."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.db import transaction

from catalog import queue
from catalog.bulk import folders
from catalog.bulk.folders import Received
from catalog.bulk.outcomes import digest_of
from catalog.errors import ImportEnded, ImportOpen, ResultGone, TooManyImports
from catalog.models import Partner, PartnerImport, PartnerKey, Rater
from mlops import work
from mlops.ports import SYSTEM, Actor

KEPT = timedelta(days=7)  # so long results are there after the end
STRAY = timedelta(days=1)  # a folder without a row, this old, is nobody's
MOST_OPEN = 5  # of a partner
State = PartnerImport.State
STUCK = "It broke here again and again, and was set apart. What the results name as added or updated stays; send the rest anew."


def bring(*, uid: str, received: Received, form: str, dry_run: bool, key: PartnerKey, at: datetime) -> PartnerImport:
    """Put an upload on record, within the caller's transaction, to be worked on when its turn comes. Raises TooManyImports."""
    _locked(key.partner_id)
    mine = PartnerImport.objects.filter(partner=key.partner_id).open()
    if mine.count() >= MOST_OPEN:
        raise TooManyImports(
            f"{MOST_OPEN} imports of yours wait or are at work: send this one when one of them has ended."
        )
    made = PartnerImport.objects.create(
        uid=uid,
        partner_id=key.partner_id,
        key=key,
        test=key.test,
        dry_run=dry_run,
        form=form,
        digest=received.digest,
        size=received.size,
        created_at=at,
    )
    if mine.count() == 1:
        offer(made, part=1, by=SYSTEM, at=at)
    return made


def cancel(*, uid: str, key: PartnerKey, at: datetime) -> PartnerImport:
    """Stop an import: what is written stays, and is told. Raises ImportEnded; it must be the partner's own."""
    with transaction.atomic():
        found = PartnerImport.objects.select_for_update().get(uid=uid, partner=key.partner_id, test=key.test)
        if found.state not in PartnerImport.OPEN:
            raise ImportEnded("This import has ended: there is nothing left to call off.")
        end(found, State.CANCELLED, "Called off by the partner.", at)
        start_next(found.partner_id, by=SYSTEM, at=at)
    folders.tidy(uid)
    return found


def results(found: PartnerImport, *, at: datetime) -> list[Path]:
    """Return the files of results of an import that has ended. Raises ImportOpen, ResultGone."""
    if found.ended_at is None:
        raise ImportOpen("Results are told when the import has ended, and it has not.")
    paths = folders.results(found.uid, found.segments) if at < found.ended_at + KEPT else None
    if paths is None or found.state == State.EXPIRED:
        raise ResultGone(f"Results are kept for {KEPT.days} days after the end of an import.")
    return paths


def begin(found: PartnerImport, at: datetime) -> PartnerImport | None:
    """Mark an import as at work, inside a transaction, and keep it so until that ends; None when it is not open any more."""
    now = PartnerImport.objects.select_for_update().filter(pk=found.pk).open().first()
    if now is not None and now.state == State.CREATED:
        now.state, now.started_at = State.RUNNING, at
        now.save(update_fields=["state", "started_at"])
    return now


def shut_out(viewer: Rater) -> None:
    """Have what a partner sent already say nothing more of a viewer, inside the transaction that erases them.

    It comes before the viewer's own row is taken: a chunk holds its import first and viewers' rows then, and so neither
    waits for the other in a circle.
    """
    sent = PartnerImport.objects.filter(partner=viewer.partner_id, test=viewer.test).open()
    for found in sent.select_for_update().order_by("pk"):
        found.erased = [*found.erased, digest_of(viewer.reference)]
        found.save(update_fields=["erased"])


def end(found: PartnerImport, state: str, problem: str, at: datetime) -> None:
    """Bring an import to its end, inside a transaction; whom it had to leave out it then forgets."""
    found.state, found.problem, found.ended_at, found.erased = state, problem, at, []
    found.save(update_fields=["state", "problem", "ended_at", "erased"])
    if not (found.test or found.dry_run) and found.added + found.updated:
        queue.publish_soon()


def start_next(partner_id: int, *, by: Actor, at: datetime) -> None:
    """Offer the partner's import that waits longest, inside the transaction that made room for it."""
    _locked(partner_id)
    mine = PartnerImport.objects.filter(partner=partner_id).order_by("pk")
    waiting = mine.filter(state=State.CREATED).first()
    if waiting and not mine.filter(state=State.RUNNING).exists() and not _is_at_hand(_last_job(waiting)):
        offer(waiting, part=1 + _last_part(waiting), by=by, at=at)


def offer(found: PartnerImport, *, part: int, by: Actor, at: datetime) -> None:
    """Put the next piece of the work on record, within the transaction that makes it due."""
    name = queue.IMPORT_RATINGS
    payload = {"import": found.uid, "part": part}
    work.offer(key=f"import:{found.uid}:{part}", task=name, queue=queue.JOBS[name], payload=payload, by=by, at=at)


def tend(*, at: datetime) -> int:
    """Say of imports that came to a halt that they failed, start those whose turn it is, let old results go; say how many
    went.
    """
    for found in PartnerImport.objects.open().order_by("pk"):
        _unstick(found, at)
    old = PartnerImport.objects.filter(ended_at__lte=at - KEPT).exclude(state=State.EXPIRED).order_by("pk")
    gone = [found.uid for found in old]
    old.update(state=State.EXPIRED)
    _sweep(at)
    return len(gone)


def _unstick(found: PartnerImport, at: datetime) -> None:
    last = _last_job(found)
    with transaction.atomic():
        held = PartnerImport.objects.select_for_update().filter(pk=found.pk).open().first()
        if held is None or _is_at_hand(last):
            return
        if last is not None and last.state in (last.State.QUARANTINED, last.State.CANCELLED):
            end(held, State.FAILED, STUCK, at)
        start_next(held.partner_id, by=SYSTEM, at=at)


def _sweep(at: datetime) -> None:
    """Remove what no row needs: results that expired, uploads whose end was cut off, folders of nobody."""
    found = list(folders.uids())
    states = dict(PartnerImport.objects.filter(uid__in=[uid for uid, _ in found]).values_list("uid", "state"))
    for uid, touched in found:
        state = states.get(uid)
        stray = state is None and at - datetime.fromtimestamp(touched, UTC) > STRAY
        if state == State.EXPIRED or stray:
            folders.remove(uid)
        elif state is not None and state not in PartnerImport.OPEN:
            folders.tidy(uid)


def _locked(partner_id: int) -> None:
    """One at a time decides on a partner's imports; whoever only refers to the partner does not wait."""
    Partner.objects.select_for_update(no_key=True).get(pk=partner_id)


def _jobs(found: PartnerImport) -> list[work.Job]:
    return list(work.Job.objects.filter(task=queue.IMPORT_RATINGS, key__startswith=f"import:{found.uid}:"))


def _last_job(found: PartnerImport) -> work.Job | None:
    return max(_jobs(found), key=lambda job: int(job.payload["part"]), default=None)


def _is_at_hand(job: work.Job | None) -> bool:
    return job is not None and job.state in (job.State.WAITING, job.State.RUNNING)


def _last_part(found: PartnerImport) -> int:
    last = _last_job(found)
    return int(last.payload["part"]) if last else 0
