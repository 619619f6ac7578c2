"""Licences from a file: chunk by chunk, each a transaction with its audit event; sent twice, it changes nothing more."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError

from catalog.errors import CatalogError
from catalog.models import Licence, User
from catalog.selectors.licence_plans import CHUNK, Line, Planned, plan
from mlops import audit


def bring_in(*, lines: Sequence[Line], file: str, by: User, at: datetime, reason: str) -> Counter[str]:
    """Write the licences of a file, and return how many lines were new, changed, the same.

    file: the digest of its bytes, kept in each event. Nothing is written when any line is refused now: CatalogError.
    Of a file that was broken off, the chunks before are written; sent again, the rest is.
    """
    refused = [found.line.number for found in plan(lines) if found.act == "refused"]
    if refused:
        words = "Something changed since the dry run: line %s is refused now. Do the dry run again."
        raise CatalogError(words % ", ".join(map(str, refused[:10])))
    done: Counter[str] = Counter()
    try:
        for start in range(0, len(lines), CHUNK):
            done += _chunk(lines[start : start + CHUNK], file, by, at, reason)
    except IntegrityError as error:  # another file, or a form, made one of these licences at this moment
        raise CatalogError("Somebody changed these licences at this moment. Do the dry run again.") from error
    return done


def _chunk(lines: Sequence[Line], file: str, by: User, at: datetime, reason: str) -> Counter[str]:
    with audit.governed():
        planned = plan(lines, lock=True)
        if any(found.act == "refused" for found in planned):
            raise CatalogError("A film of this file was deleted at this moment. Do the dry run again.")
        why = f"licences by CSV: {reason}"
        _make([found for found in planned if found.act == "new"], why, by, at)
        _change([found for found in planned if found.act == "changed"], why, by, at)
        done = Counter(found.act for found in planned)
        if audit.changed():
            facts = {"file": file, "lines": [lines[0].number, lines[-1].number], "made": done["new"]}
            audit.record(
                "licences.imported", "catalogue", by=by, at=at, reason=reason, changed=done["changed"], **facts
            )
    return Counter({str(act): count for act, count in done.items()})


def _make(planned: Sequence[Planned], why: str, by: User, at: datetime) -> None:
    rows = []
    for found in planned:
        assert found.key
        assert found.last
        film, territory, first = found.key
        rows.append(Licence(movie_id=film, territory=territory, starts_on=first, ends_on=found.last))
    Licence.objects.bulk_create(rows)
    _note(rows, why, by, at, update=False)


def _change(planned: Sequence[Planned], why: str, by: User, at: datetime) -> None:
    rows = []
    for found in planned:
        assert found.licence
        assert found.last
        found.licence.ends_on = found.last
        rows.append(found.licence)
    Licence.objects.bulk_update(rows, ["ends_on"])
    _note(rows, why, by, at, update=True)


def _note(rows: Sequence[Licence], why: str, by: User, at: datetime, *, update: bool) -> None:
    for row in rows:
        row._change_reason = why  # type: ignore[attr-defined]
    Licence.history.bulk_history_create(rows, update=update, default_user=by, default_date=at)
