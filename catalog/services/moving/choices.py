"""Choices, films put away and films waited for, brought along from an export of this site."""

from datetime import datetime

from catalog.models import Alert, Hidden, ImportLine, MemberImport, Preferences
from catalog.moving.tables import moment
from catalog.services import preferences
from catalog.territories import COUNTRIES

Outcome = ImportLine.Outcome


def apply(line: ImportLine, batch: MemberImport, at: datetime) -> str:
    """Choose what the line says where the member has a newcomer's choice, or when theirs shall be in its place."""
    name, value = line.facts["name"], line.facts["value"]
    if name not in preferences.CHOICES:
        return Outcome.REFUSED
    here = Preferences.objects.filter(user=batch.user).first() or Preferences(user=batch.user)
    now, newcomers = getattr(here, name), getattr(Preferences(), name)
    if type(value) is not type(newcomers):
        return Outcome.REFUSED
    if now == value:
        return Outcome.SAME
    if now != newcomers and not batch.overwrite:
        return Outcome.KEPT
    line.before = {"value": now}
    preferences.choose(by=batch.user, **{name: value})
    return Outcome.REPLACED if now != newcomers else Outcome.ADDED


def undo(line: ImportLine, batch: MemberImport, at: datetime) -> str:
    name, here = line.facts["name"], Preferences.objects.filter(user=batch.user).first()
    if here is None or line.before is None or getattr(here, name) != line.facts["value"]:
        return Outcome.LEFT
    preferences.choose(by=batch.user, **{name: line.before["value"]})
    return Outcome.TAKEN_BACK


def apply_hidden(line: ImportLine, batch: MemberImport, at: datetime) -> str:
    when = moment(line.facts["at"]) or at
    made, new = Hidden.objects.get_or_create(user=batch.user, movie_id=line.movie_id or 0, defaults={"hidden_at": when})
    line.made = made.pk if new else None
    return Outcome.ADDED if new else Outcome.SAME


def undo_hidden(line: ImportLine, batch: MemberImport, at: datetime) -> str:
    gone, _ = Hidden.objects.filter(pk=line.made or 0, user=batch.user).delete()
    return Outcome.TAKEN_BACK if gone else Outcome.LEFT


def apply_alert(line: ImportLine, batch: MemberImport, at: datetime) -> str:
    facts = line.facts
    times = {name: moment(facts[name] or "") for name in ("found_at", "read_at")}
    asked, where = moment(facts["asked_at"]), facts["territory"]
    if where not in COUNTRIES or asked is None or (times["read_at"] and not times["found_at"]):
        return Outcome.REFUSED
    if times["found_at"] and times["found_at"] < asked:
        return Outcome.REFUSED
    made, new = Alert.objects.get_or_create(
        user=batch.user, movie_id=line.movie_id or 0, territory=where, defaults={"asked_at": asked, **times}
    )
    line.made = made.pk if new else None
    return Outcome.ADDED if new else Outcome.SAME


def undo_alert(line: ImportLine, batch: MemberImport, at: datetime) -> str:
    gone, _ = Alert.objects.filter(pk=line.made or 0, user=batch.user).delete()
    return Outcome.TAKEN_BACK if gone else Outcome.LEFT
