"""A worker reads what was sent, and finds the films. Done again after a death, it begins again and says the same."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from catalog.models import ImportLine, MemberImport, Movie
from catalog.moving import reading
from catalog.moving.lines import ENTRY, OF_A_FILM, VIEWING, WATCHLIST, BadFile, Line, Said
from catalog.moving.matching import Films, Named

CHUNK = 1_000
KEPT_WITHOUT = (VIEWING, WATCHLIST, ENTRY)  # what members keep of a film that leaves the catalogue
Match, State = ImportLine.Match, MemberImport.State
Beat = Callable[[int, int], None]  # a sign of life: how many of how many lines; raises when the work is no longer ours


def read(*, import_id: int, at: datetime, beat: Beat) -> MemberImport | None:
    """Read the file of an import into lines and match them with films; None when it is gone or was read."""
    batch = MemberImport.objects.filter(pk=import_id, state=State.SENT).first()
    if batch is None or batch.data is None:
        return None
    try:
        parcel = reading.read(batch.name, bytes(batch.data))
    except BadFile as refusal:
        return _end(batch, State.FAILED, "", [refusal.said], 0, at)
    films = Films(Named(*row) for row in Movie.objects.values_list("pk", "title", "year").iterator(chunk_size=2_000))
    ImportLine.objects.filter(batch=batch).delete()  # what an earlier delivery left
    for first in range(0, len(parcel.lines), CHUNK):
        places = _places(first, len(parcel.lines))
        rows = [_row(batch, place, parcel.lines[place], films, parcel.source == reading.OWN) for place in places]
        with transaction.atomic():
            beat(first, len(parcel.lines))
            ImportLine.objects.bulk_create(rows, batch_size=200)
    return _end(batch, State.READY, parcel.source, parcel.notes, len(parcel.lines), at)


def _places(first: int, end: int) -> range:
    return range(first, min(first + CHUNK, end))


def _row(batch: MemberImport, place: int, line: Line, films: Films, own: bool) -> ImportLine:
    found = films.match(line) if line.kind in OF_A_FILM else None
    match = Match.NO_FILM
    if found is not None:
        match = Match.SURE if found.film else Match.DOUBTFUL if found.candidates else Match.UNKNOWN
    if match == Match.UNKNOWN and line.kind in KEPT_WITHOUT and not line.ref and own:
        match = Match.NO_FILM  # it had left the catalogue when it was exported: title and year come back
    return ImportLine(
        batch=batch,
        place=place,
        kind=line.kind,
        file=line.file[-200:],
        number=line.number,
        title=line.title,
        year=line.year,
        ref=line.ref,
        facts=dict(line.facts),
        movie_id=found.film if found else None,
        match=match,
        candidates=list(found.candidates) if found else [],
    )


@transaction.atomic
def _end(
    batch: MemberImport, state: str, source: str, notes: list[Said], count: int, at: datetime
) -> MemberImport | None:
    told = [{"words": note.words, "facts": dict(note.facts)} for note in notes]
    ended = {"state": state, "source": source, "notes": told, "lines_count": count, "data": None}
    failed = {"ended_at": at} if state == State.FAILED else {}
    MemberImport.objects.filter(pk=batch.pk, state=State.SENT).update(**ended, **failed)
    return MemberImport.objects.filter(pk=batch.pk).first()
