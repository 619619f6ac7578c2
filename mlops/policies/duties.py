"""Who may train, roll back, and do what operations and auditors do."""

from mlops.errors import Refused
from mlops.models import Deployment
from mlops.policies.rights import allowed, check_right
from mlops.ports import SYSTEM, Actor


def check_may_run(by: Actor) -> None:
    """Anybody with the right may train, and the system."""
    if str(by.subject_id) != SYSTEM.subject_id:
        check_right(by, "start_run", "start or change a run")


def check_may_roll_back(by: Actor, deployment: Deployment | None) -> None:
    """One person with the right, and a champion to step back from."""
    check_right(by, "roll_back", "roll back")
    if deployment is None:
        raise Refused("there is nothing to roll back: no version serves.")


def check_may_retry_job(by: Actor) -> None:
    """A person with the right puts quarantined work back, or calls it off."""
    check_right(by, "retry_job", "retry or cancel work")


def check_may_erase(by: Actor) -> None:
    """A person with the right; superusers by theirs."""
    check_right(by, "erase_subject", "erase what a person left behind")


def check_may_account(by: Actor) -> None:
    """A person with the right says why something changed that nobody answered for."""
    check_right(by, "account_for_changes", "account for changes that nobody sealed")


def check_may_restore(by: Actor) -> None:
    """A person with the right declares that a backup was put back."""
    check_right(by, "declare_restore", "put a backup back")


def check_may_sign(by: Actor) -> None:
    """A person with the right has versions signed that have no manifest."""
    check_right(by, "sign_version", "have versions signed")


def may_run(by: Actor) -> bool:
    return allowed(check_may_run, by)


def may_roll_back(by: Actor, deployment: Deployment | None) -> bool:
    return allowed(check_may_roll_back, by, deployment)


def may_retry_job(by: Actor) -> bool:
    return allowed(check_may_retry_job, by)


def may_erase(by: Actor) -> bool:
    return allowed(check_may_erase, by)


def may_account(by: Actor) -> bool:
    return allowed(check_may_account, by)


def may_restore(by: Actor) -> bool:
    return allowed(check_may_restore, by)
