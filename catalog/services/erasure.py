"""Erasing a person: asked for by themself, by their partner, or by staff with the right; done by a worker, whole or not."""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.errors import UnknownMember
from catalog.models import PartnerKey, Rater, User
from catalog.queue import ERASE_MEMBER, ERASING
from catalog.services import accounts, imports, leftovers
from catalog.services.leftovers import Person
from mlops import audit, erasure, work
from mlops.erasure import Erasure, digest_of
from mlops.errors import Refused
from mlops.ports import Actor

LONGEST = 500
OWN_WISH = "at their own request"
PARTNERS_WISH = "at the request of their partner"
AGAIN = "erased before; a backup that was put back is older than that"


class Oneself:
    """Whoever asks to be erased: their id goes with them, so none is kept."""

    subject_id = "self"


ONESELF = Oneself()


class OfPartner:
    """A partner that has one of its own viewers erased: no person, known by its number."""

    PREFIX = "partner:"

    def __init__(self, partner_id: int):
        self.partner_id = partner_id
        self.subject_id = f"{self.PREFIX}{partner_id}"


def ask(*, user: User, reason: str, by: Actor, at: datetime) -> work.Job:
    """Close an account at once and have a worker erase the person. Raises Refused.

    Asked again while that waits it is the same job; after it was called off, or set apart, it is a new one.
    by: staff with the right, never for themself; or ONESELF, for a member who is no staff.
    """
    person = Person(user, Rater.objects.filter(user=user).first())
    _check(person, reason, by)
    with audit.governed():
        account = User.objects.select_for_update().get(pk=user.pk)
        account.is_active = False
        account.save(update_fields=["is_active"])
        leftovers.end_sessions(account)
        return _offered(person, reason.strip(), by, at)


def ask_for_oneself(*, by: User, at: datetime) -> work.Job:
    """Close one's own account at once and have everything erased. Raises Refused for staff."""
    return ask(user=by, reason=OWN_WISH, by=ONESELF, at=at)


def ask_for_viewer(*, viewer: Rater, by: PartnerKey, at: datetime) -> work.Job | None:
    """Forget at once how a partner names a viewer, and have everything of theirs erased. Raises UnknownMember, Refused.

    Who was made with a key for trying out is deleted here and now, and then there is no job.
    """
    if viewer.test:
        with transaction.atomic():
            imports.shut_out(viewer)
            leftovers.drop_for_trying_out([viewer.pk])
        return None
    person, actor = Person(None, viewer), OfPartner(by.partner_id)
    _check(person, PARTNERS_WISH, actor)
    with audit.governed():
        imports.shut_out(viewer)
        named = Rater.objects.select_for_update().filter(pk=viewer.pk, reference=viewer.reference)
        if not named.exists():
            raise UnknownMember("This viewer was erased a moment ago.")
        Rater.objects.filter(pk=viewer.pk).update(reference="")
        return _offered(person, PARTNERS_WISH, actor, at)


def _offered(person: Person, why: str, by: Actor, at: datetime) -> work.Job:
    """Put the erasure on record, within the transaction that closes the way back."""
    digest = digest_of(person.subjects[0])
    payload = {"digest": digest, "reason": why, "by": str(by.subject_id)}
    what: dict[str, Any] = {"key": f"erasure:{digest}", "task": ERASE_MEMBER, "queue": ERASING, "payload": payload}
    job = work.offer_anew(**what, reason=why, by=by, at=at)
    audit.record("erasure.asked", f"job:{job.pk}", by=by, at=at, reason=why, digest=digest)
    return job


def carry_out(*, digest: str, reason: str, by: str, at: datetime, still: Callable[[], None]) -> Erasure | None:
    """Erase whom a job names by digest; None when that is done, and then what it left in files goes. Raises Refused.

    still: raises when the job is no longer this worker's; asked within the transaction that takes the rows out, and then
    nobody is erased. The job ends later, with the files: a death in between has it delivered again, for them.
    """
    person = next(iter(_people({digest})), None)
    if person is None:
        tidy()
        return None
    actor = _actor(by)
    if actor is None:
        raise Refused("whoever asked for this erasure has no account any more: another person must ask for it.")
    return _erased(person, reason, actor, at, still)


def erase_member(*, subject: UUID | str, reason: str, by: Actor, at: datetime) -> Erasure:
    """Erase a person from database, history, frozen data and side files, and return the tombstone. Slow: for workers, commands.

    subject: the id of their account or of their rater. Raises UnknownMember, Refused, Conflict; and Busy, BadArtefact, when
    it may be tried again: then nothing was changed.
    """
    return _erased(member(subject), reason, by, at)


def reapply(*, by: Actor, at: datetime, erasures: Collection[str] | None = None) -> int:
    """Erase again whom a backup brought back, and return how many. Who puts it back answers for it, and needs no other right.

    erasures: digests of subjects; those of the list beside the database, when not given.
    """
    people = _people(set(erasure.erased_before() if erasures is None else erasures))
    for person in people:
        _done(person, AGAIN, by, at)
    tidy()
    return len(people)


def member(subject: UUID | str) -> Person:
    """Return whom a subject id stands for. Raises UnknownMember."""
    user = User.objects.filter(subject_id=subject).first()
    rater = Rater.objects.filter(user=user).first() if user else Rater.objects.filter(subject_id=subject).first()
    if user is None and rater is None:
        raise UnknownMember("There is nobody with this subject id: perhaps they are erased already.")
    return Person(user or (rater.user if rater else None), rater)


def tidy() -> int:
    """Remove what earlier erasures left in files because they were ended, and return how many there were."""
    return erasure.clear() + accounts.forget(erasure.erased_before())


def _actor(by: str) -> Actor | None:
    """Return who asked, by the id that the job bears; None when that account is gone."""
    if by == ONESELF.subject_id:
        return ONESELF
    if by.startswith(OfPartner.PREFIX):
        return OfPartner(int(by.removeprefix(OfPartner.PREFIX)))
    return User.objects.filter(subject_id=by).first()


def _erased(person: Person, reason: str, by: Actor, at: datetime, still: Callable[[], None] = lambda: None) -> Erasure:
    _check(person, reason, by)
    return _done(person, reason.strip(), by, at, still)


def _done(person: Person, reason: str, by: Actor, at: datetime, still: Callable[[], None] = lambda: None) -> Erasure:
    def rows() -> Mapping[str, int]:
        still()
        return leftovers.take_out(person)

    found = erasure.erase_subject(subjects=person.subjects, reason=reason, by=by, at=at, rows=rows)
    accounts.forget([found.subject_digest])
    return found


def _check(person: Person, reason: str, by: Actor) -> None:
    """The right, the other person, and a reason that tells nothing of whom it is about: it is kept for ever."""
    if isinstance(by, OfPartner):  # its reason is ours
        if person.user or person.rater is None or person.rater.partner_id != by.partner_id:
            raise Refused("a partner has its own viewers erased, and nobody else.")
        return
    staff = person.user is not None and (person.user.is_staff or person.user.is_superuser)
    if isinstance(by, Oneself):
        if staff:
            raise Refused(_("staff do not erase themselves: ask another person with the right «mlops.erase_subject»."))
    else:
        erasure.check_may_erase(by)
        if str(by.subject_id) in person.subjects:
            raise Refused("nobody erases themself by this right: ask another person who has it.")
    if not 1 <= len(reason.strip()) <= LONGEST:
        raise Refused(f"reason: say why, in 1 to {LONGEST} characters.")
    if any(word.casefold() in reason.casefold() for word in person.words):
        raise Refused("reason: leave out who it is about, by name, address or id: the reason is kept for ever.")


def _people(digests: Collection[str]) -> list[Person]:
    """Return those whose subject id has one of the digests, of accounts and raters alike, each once."""
    found: dict[str, Person] = {}
    tables: Iterable[type[User] | type[Rater]] = (User, Rater)
    for table in tables if digests else ():
        for subject in table._default_manager.values_list("subject_id", flat=True).iterator(chunk_size=1_000):
            if digest_of(str(subject)) in digests:
                person = member(subject)
                found[person.subjects[0]] = person
    return list(found.values())
