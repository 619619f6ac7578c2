"""What a member says of an import: here is the file, this row means that film, carry it out, take it back, forget it."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from catalog import queue
from catalog.errors import BadWords, NotKept, TooMany
from catalog.models import ImportLine, MemberImport, User
from mlops import work

MOST_BYTES = 10 * 2**20
MOST_OPEN = 20  # imports that a member keeps on record
State, Match = MemberImport.State, ImportLine.Match
READ, APPLY, UNDO = "read", "apply", "undo"


class _Somebody:
    """Who asked is the import's own member: the job names nobody."""

    subject_id = "member"


def send(*, name: str, data: bytes, by: User, at: datetime) -> MemberImport:
    """Keep a file and have a worker read it. Nothing is imported by that. Raises BadWords, TooMany."""
    if not data:
        raise BadWords("file", "This file is empty: choose it again.")
    if len(data) > MOST_BYTES:
        raise BadWords(
            "file", f"A file has {MOST_BYTES // 2**20} MB at most: split it, or send its CSV files one by one."
        )
    with transaction.atomic():
        User.objects.select_for_update().get(pk=by.pk)
        if MemberImport.objects.filter(user=by).count() >= MOST_OPEN:
            raise TooMany(f"{MOST_OPEN} imports are the most that are kept on record: forget an old one first.")
        made = MemberImport.objects.create(user=by, name=name[-200:] or "file", data=data, sent_at=at)
        _offer(made, READ, at)
    return made


def choose(*, import_id: int, choices: Mapping[int, int | None], by: User, at: datetime) -> int:
    """Say of doubtful lines which film they mean (line → film), or that they are left out (line → None); return how many.

    A film must be one of the line's candidates. Raises NotKept.
    """
    done = 0
    with transaction.atomic():
        held = _held(import_id, by, State.READY)
        for line in held.lines.filter(pk__in=choices, match__in=(Match.DOUBTFUL, Match.CHOSEN, Match.SKIPPED)):
            film = choices[line.pk]
            if film is None or film in line.candidates:
                line.movie_id, line.match = film, Match.SKIPPED if film is None else Match.CHOSEN
                line.save(update_fields=["movie_id", "match"])
                done += 1
    return done


def choose_single(*, import_id: int, by: User, at: datetime) -> int:
    """Take the one candidate of every doubtful line that has one; return how many. Raises NotKept."""
    lines = _held_lines(import_id, by)
    single = {line.pk: line.candidates[0] for line in lines if len(line.candidates) == 1}
    return choose(import_id=import_id, choices=single, by=by, at=at)


def carry_out(*, import_id: int, overwrite: bool, by: User, at: datetime) -> MemberImport:
    """Have a worker import what is certain or chosen. Raises NotKept: it is under way already, or gone."""
    with transaction.atomic():
        held = _held(import_id, by, State.READY)
        held.state, held.overwrite = State.APPLYING, overwrite
        held.save(update_fields=["state", "overwrite"])
        _offer(held, APPLY, at)
    return held


def take_back(*, import_id: int, by: User, at: datetime) -> MemberImport:
    """Have a worker bring back what was there before an import. Raises NotKept."""
    with transaction.atomic():
        held = _held(import_id, by, State.DONE)
        held.state = State.UNDOING
        held.save(update_fields=["state"])
        _offer(held, UNDO, at)
    return held


def forget(*, import_id: int, by: User, at: datetime) -> None:
    """Take an import off the record; what it brought stays, and cannot be taken back as a whole any more. Raises NotKept."""
    with transaction.atomic():
        held = MemberImport.objects.select_for_update().filter(pk=import_id, user=by).first()
        if held is None:
            raise NotKept("There is no such import among yours.")
        if held.state in (State.APPLYING, State.UNDOING):
            raise NotKept("A worker is at it: wait until it is done.")
        held.delete()


def _held(import_id: int, by: User, state: str) -> MemberImport:
    found = MemberImport.objects.select_for_update().filter(pk=import_id, user=by).first()
    if found is None:
        raise NotKept("There is no such import among yours.")
    if found.state != state:
        raise NotKept("This import has moved on since you saw it: look at it again.")
    return found


def _held_lines(import_id: int, by: User) -> list[ImportLine]:
    return list(ImportLine.objects.doubtful().filter(batch_id=import_id, batch__user=by).only("candidates"))


def _offer(batch: MemberImport, act: str, at: datetime) -> None:
    facts = {"import": batch.pk, "act": act}
    key = f"import:{batch.pk}:{act}"
    work.offer(key=key, task=queue.MOVE_IN, queue=queue.JOBS[queue.MOVE_IN], payload=facts, by=_Somebody(), at=at)
