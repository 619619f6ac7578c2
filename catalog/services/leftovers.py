"""What one person left behind in the catalogue's tables, taken out row by row inside the transaction that erases them."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.utils.encoding import force_str

from catalog.models import PartnerPlay, Rater, Rating, User
from catalog.services import imports, ratings
from mlops.errors import Conflict

CHUNK = 1_000
NOTE = "erased"  # in the place of a name in what others noted of an account


@dataclass(frozen=True)
class Person:
    """An account, the rater it rates as, or either alone. At least one is there."""

    user: User | None
    rater: Rater | None

    @property
    def subjects(self) -> list[str]:
        """The ids the person is known by; the first is the one that stands for all."""
        return [str(one.subject_id) for one in (self.user, self.rater) if one is not None]

    @property
    def words(self) -> list[str]:
        """What would tell who it was, wherever it stood."""
        user = self.user
        named = [user.username, user.email, user.first_name, user.last_name] if user else []
        named += [self.rater.reference] if self.rater else []
        return [word for word in [*self.subjects, *named] if len(word) > 2]


def take_out(person: Person) -> Mapping[str, int]:
    """Take every row of a person out, and return how many by table. Raises Conflict when somebody else just did."""
    gone: Counter[str] = Counter()
    if person.rater and person.rater.reference:
        imports.shut_out(person.rater)
    if person.rater and Rater.objects.select_for_update().filter(pk=person.rater.pk).exists():
        gone += _rater(person.rater)
    if person.user and User.objects.select_for_update().filter(pk=person.user.pk).exists():
        gone += _account(person.user)
    if not gone:
        raise Conflict("this person was erased a moment ago: nothing was done now.")
    return gone


def end_sessions(user: User, *, but: str | None = None) -> int:
    """Sign an account out wherever it is signed in, or half way in, and return how many sessions that ended.

    but: the key of a session that stays.
    """
    mine = [
        session.pk
        for session in Session.objects.exclude(pk=but).order_by("pk").iterator(chunk_size=CHUNK)
        if _is_of(session.get_decoded(), str(user.pk))
    ]
    return sum(Session.objects.filter(pk__in=mine[at : at + CHUNK]).delete()[0] for at in range(0, len(mine), CHUNK))


def forget_ended_sessions(*, at: datetime) -> int:
    """Let go of sessions that ran out, and of what was noted of any that is no more; return how many ran out."""
    gone = _removed(Session.objects.filter(expire_date__lt=at))
    _removed(UserSession.objects.exclude(session_key__in=Session.objects.values("pk")))
    return gone


def drop_for_trying_out(raters: Collection[int]) -> int:
    """Delete viewers made with keys for trying out, who are in no dataset, no tally and no history; return how many.

    Inside a transaction: whoever writes for one of them at this moment comes before, or finds nobody.
    """
    held = list(Rater.objects.select_for_update().filter(pk__in=raters, test=True).order_by("pk"))
    _removed(PartnerPlay.objects.filter(rater__in=held))
    _removed(Rating.objects.filter(rater__in=held))
    return _removed(Rater.objects.filter(pk__in=[rater.pk for rater in held]))


def _rater(rater: Rater) -> Counter[str]:
    gone = Counter({"catalog_rating": ratings.take_out(rater=rater)})
    gone["catalog_partnerplay"] = _removed(PartnerPlay.objects.filter(rater_id=rater.pk))
    gone["catalog_historicalrating"] = _removed(Rating.history.model.objects.filter(rater_id=rater.pk))
    gone["catalog_rater"] = _removed(Rater.objects.filter(pk=rater.pk))
    return gone


def _account(user: User) -> Counter[str]:
    key, gone = user.pk, Counter({"django_session": end_sessions(user)})
    _unname(user)
    _, deleted = user.delete()  # and what hangs on it: films put away, addresses, second factors, roles
    for label, count in deleted.items():
        gone[_table(label)] += count
    gone["catalog_historicaluser"] = _removed(User.history.model.objects.filter(id=key))
    return gone


def _unname(user: User) -> None:
    """What staff noted of the account in the admin's own list names it: that they did something stays."""
    of_accounts = ContentType.objects.get_for_model(User)
    noted = LogEntry.objects.filter(content_type=of_accounts, object_id=force_str(user.pk))
    noted.update(object_repr=NOTE, change_message="")


def _removed(rows: QuerySet[Any]) -> int:
    """Delete rows as they are, without a note of it in their history, at most 1,000 at a time."""
    found, gone = rows.order_by("pk"), 0
    while keys := list(found.values_list("pk", flat=True)[:CHUNK]):
        chunk = rows.model._default_manager.filter(pk__in=keys)
        gone += chunk._raw_delete(chunk.db)
    return gone


def _is_of(facts: Mapping[str, Any], key: str) -> bool:
    half_way = facts.get("account_login")
    return key in (facts.get("_auth_user_id"), str(half_way.get("user_pk", "")) if isinstance(half_way, dict) else "")


def _table(label: str) -> str:
    return str(apps.get_model(label)._meta.db_table)
