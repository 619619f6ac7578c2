"""What serves: changed by an approved request, or by one person who rolls back; never by anything else.

Locks are taken in one order: the recipe's slot, then the request, the audit log last.
"""

from datetime import datetime

from mlops import policies
from mlops.errors import Conflict, Refused
from mlops.models import Deployment, ModelVersion, PromotionRequest
from mlops.ports import Actor, Kind
from mlops.services.acts import Once
from mlops.services.audit import record
from mlops.services.contention import patient
from mlops.services.sealing import governed
from mlops.services.slots import lock_slot

__all__ = ["behind", "lock_slot", "promote", "roll_back"]


def promote(*, request: PromotionRequest, by: Actor, at: datetime) -> Deployment:
    """Put the version of an approved request in force; what it replaces stays on record.

    Inside the transaction of its last vote, which holds the slot and the request, and judged both. Raises Conflict.
    """
    version = request.version
    if version.state == ModelVersion.State.CANDIDATE:
        version.state = ModelVersion.State.APPROVED
        version.save(update_fields=["state"])
    replaced = Deployment.objects.champion(version.recipe_key)
    if replaced:
        _end(replaced, by, at)
    else:
        _check_after_the_last(version.recipe_key, at)
    deployment = Deployment.objects.create(
        recipe_key=version.recipe_key,
        version=version,
        role=Deployment.Role.CHAMPION,
        how=Deployment.How.PROMOTION,
        request=request,
        replaces=replaced,
        reason=request.reason,
        started_at=at,
        started_by=str(by.subject_id),
    )
    request.state, request.closed_at, request.closed_by = PromotionRequest.State.PROMOTED, at, str(by.subject_id)
    request.save(update_fields=["state", "closed_at", "closed_by"])
    return deployment


@patient(lambda recipe_key, **_: recipe_key)
@governed()
def roll_back(
    *, recipe_key: str, reason: str, by: Actor, at: datetime, key: str = "", deployment_id: int | None = None
) -> Deployment | None:
    """Put back what the champion replaced, or, for what learns, let nothing serve (None). Never forward.

    One person may. What was rolled back stays approved, its request is spent: it serves again only after a new one.
    A champion that was itself put back has nothing behind it; of a formula something always serves.
    It needs neither broker nor any artefact. deployment_id: the champion that was looked at, when there was one.
    Raises Refused; Conflict when another one serves by now.
    """
    if not reason.strip():
        raise Refused("say why you roll back: it is kept with what serves.")
    reason = reason.strip()
    lock_slot(recipe_key)
    once = Once(key, "deployment.roll-back", f"recipe:{recipe_key}", by)
    if (done := once.earlier()) is not None:
        return Deployment.objects.filter(pk=done["deployment"]).first()
    champion = Deployment.objects.champion(recipe_key)
    policies.check_may_roll_back(by, champion)
    assert champion is not None  # refused above
    if deployment_id not in (None, champion.pk):
        raise Conflict(f"what you looked at does not serve any more. {champion.version.label} serves now.")
    back = behind(champion)
    _end(champion, by, at)
    deployment = back and _put_back(champion, back.version, reason, by, at)
    once.keep(at=at, deployment=deployment and deployment.pk)
    record(
        "deployment.rolled_back",
        f"deployment:{champion.pk}",
        by=by,
        at=at,
        reason=reason,
        version=champion.version.label,
        serves=deployment.version.label if deployment else None,
        deployment=deployment.pk if deployment else None,
    )
    return deployment


def behind(champion: Deployment) -> Deployment | None:
    """What the champion replaced and may serve again; of what learns there may be nothing. Raises Refused."""
    back = champion.replaces if champion.how == Deployment.How.PROMOTION else None
    if back and back.version.state != ModelVersion.State.APPROVED:
        back = None
    if back is None and champion.version.kind == Kind.SOFTWARE.value:
        raise Refused(
            f"there is nothing to roll back to: {champion.version.label} was {champion.get_how_display()}."
            " Request another version instead."
        )
    return back


def _check_after_the_last(recipe_key: str, at: datetime) -> None:
    """Where nothing serves, something did until a moment that another process may have read from its clock later."""
    last = Deployment.objects.filter(recipe_key=recipe_key).order_by("-pk").first()
    if last and last.ended_at and at < last.ended_at:
        when = f"{last.ended_at:%d %B %Y %H:%M}"
        raise Conflict(f"{last.version.label} was rolled back on {when}, after this: look at it again.")


def _put_back(champion: Deployment, version: ModelVersion, reason: str, by: Actor, at: datetime) -> Deployment:
    return Deployment.objects.create(
        recipe_key=champion.recipe_key,
        version=version,
        role=Deployment.Role.CHAMPION,
        how=Deployment.How.ROLLBACK,
        replaces=champion,
        reason=reason,
        started_at=at,
        started_by=str(by.subject_id),
    )


def _end(deployment: Deployment, by: Actor, at: datetime) -> None:
    if at < deployment.started_at:
        since = f"{deployment.started_at:%d %B %Y %H:%M}"
        raise Conflict(f"{deployment.version.label} serves since {since}, after this: look at it again.")
    deployment.ended_at, deployment.ended_by = at, str(by.subject_id)
    deployment.save(update_fields=["ended_at", "ended_by"])
