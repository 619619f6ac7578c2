"""Door: frozen reads of governed facts, for public pages. Nobody's name or subject id leaves through it."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max

from mlops import registry
from mlops.models import Approval, Deployment, ModelVersion, PromotionRequest
from mlops.selectors import service
from mlops.selectors.components import Component
from mlops.selectors.figures import Drift, Figure, Figures, Reruns, figures
from mlops.services import cards
from mlops.services.cards import ModelCard, Request, Section, Stretch, Vote
from mlops.services.measured import CardTable
from mlops.services.transparency import OURS as PUBLIC_ACTS
from mlops.services.transparency import Act, PublicAct, SignedNote, acts_since, checkpoint, inclusion, public_acts

__all__ = [
    "PUBLIC_ACTS",
    "Act",
    "CardTable",
    "Component",
    "Drift",
    "Figure",
    "Figures",
    "ModelCard",
    "PublicAct",
    "Recipe",
    "Request",
    "Reruns",
    "Section",
    "Service",
    "SignedNote",
    "Stretch",
    "System",
    "VersionLine",
    "Vote",
    "acts_since",
    "changed_at",
    "checkpoint",
    "figures",
    "inclusion",
    "public_acts",
    "recipes",
    "served_at",
    "services",
    "systems",
    "version",
    "versions",
]


@dataclass(frozen=True)
class Service:
    """One stretch of time in which a version served."""

    label: str
    artefact_digest: str
    how: str
    started_at: datetime
    ended_at: datetime | None
    number: int = 0
    reason: str = ""


@dataclass(frozen=True)
class VersionLine:
    """One version in a list. passed: what its gates say, None when there is no report (a formula's first version)."""

    label: str
    recipe_key: str
    number: int
    kind: str
    state: str
    passed: bool | None
    serves: bool
    created_at: datetime
    artefact_digest: str
    params: dict[str, object]


@dataclass(frozen=True)
class System:
    """One ranking system: what serves of it now, and how many versions there are."""

    recipe_key: str
    title: str
    kind: str
    about: str
    serves: VersionLine | None
    since: datetime | None
    versions: int


@dataclass(frozen=True)
class Recipe:
    """One recipe that settings name. Recipes of one dataset_key learn from the same rows."""

    key: str
    title: str
    kind: str
    about: str
    dataset_key: str


def recipes() -> list[Recipe]:
    """Return what settings name, in their order. Runs no query."""
    return [
        Recipe(one.key, one.title, one.kind.value, str(getattr(one, "about", "")), one.dataset_key)
        for one in registry.recipes().values()
    ]


def services(recipe_key: str) -> list[Service]:
    """Return every deployment of a recipe as champion, oldest first."""
    rows = Deployment.objects.filter(recipe_key=recipe_key, role=Deployment.Role.CHAMPION).select_related("version")
    return [_service(row) for row in rows.order_by("started_at", "pk")]


def served_at(recipe_key: str, moment: datetime) -> Service | None:
    """Return what served everyone at a moment, or None."""
    found = service.champion_at(recipe_key, moment)
    return _service(found) if found else None


def systems() -> list[System]:
    """Return every recipe, those that are no longer in settings but have versions included, by key."""
    known = {*registry.recipes(), *ModelVersion.objects.values_list("recipe_key", flat=True).distinct()}
    return [_system(key) for key in sorted(known)]


def changed_at() -> datetime | None:
    """Return when anything of what is told of versions last changed: one was made, asked for, voted on, put in or out."""
    moments = [
        *ModelVersion.objects.aggregate(made=Max("created_at")).values(),
        *Deployment.objects.aggregate(began=Max("started_at"), ended=Max("ended_at")).values(),
        *PromotionRequest.objects.aggregate(asked=Max("requested_at"), closed=Max("closed_at")).values(),
        *Approval.objects.aggregate(voted=Max("decided_at")).values(),
    ]
    return max((at for at in moments if at), default=None)


def versions(recipe_key: str) -> list[VersionLine]:
    """Return every version of a recipe, newest first."""
    rows = ModelVersion.objects.filter(recipe_key=recipe_key).select_related("gate_report").order_by("-number")
    champion = Deployment.objects.champion(recipe_key)
    return [_line(row, champion) for row in rows]


def version(recipe_key: str, number: int) -> ModelCard | None:
    """Return the card of a version, with people called by what they did and a number, or None."""
    rows = ModelVersion.objects.filter(recipe_key=recipe_key, number=number)
    found = rows.select_related("run__dataset", "gate_report").first()
    return cards.card(found, _Pseudonyms(found)) if found else None


class _Pseudonyms:
    """Names that hold within one page: «approver 1» is the same person throughout, and nobody outside it."""

    def __init__(self, version: ModelVersion) -> None:
        self.given: dict[str, str] = {"system": "the system", "": ""}
        self.counts: dict[str, int] = defaultdict(int)
        for request in version.requests.order_by("requested_at", "pk"):
            self._name(request.requested_by, "requester")
            for voter in request.approvals.order_by("decided_at", "pk").values_list("decided_by", flat=True):
                self._name(voter, "approver")

    def __call__(self, subject_id: str) -> str:
        return self._name(subject_id, "person")

    def _name(self, subject_id: str, role: str) -> str:
        if subject_id not in self.given:
            self.counts[role] += 1
            self.given[subject_id] = f"{role} {self.counts[role]}"
        return self.given[subject_id]


def _system(key: str) -> System:
    recipe = registry.recipes().get(key)
    champion = Deployment.objects.champion(key)
    newest = ModelVersion.objects.filter(recipe_key=key).order_by("-number").first()
    kind = recipe.kind.value if recipe else (newest.kind if newest else "")
    return System(
        recipe_key=key,
        title=recipe.title if recipe else key,
        kind=kind,
        about=str(getattr(recipe, "about", "")),
        serves=_line(champion.version, champion) if champion else None,
        since=champion.started_at if champion else None,
        versions=ModelVersion.objects.filter(recipe_key=key).count(),
    )


def _line(row: ModelVersion, champion: Deployment | None) -> VersionLine:
    report = getattr(row, "gate_report", None)
    return VersionLine(
        label=row.label,
        recipe_key=row.recipe_key,
        number=row.number,
        kind=row.kind,
        state=row.state,
        passed=report.passed if report else None,
        serves=champion is not None and champion.version_id == row.pk,
        created_at=row.created_at,
        artefact_digest=row.artefact_digest,
        params=dict(row.params),
    )


def _service(row: Deployment) -> Service:
    return Service(
        label=row.version.label,
        artefact_digest=row.version.artefact_digest,
        how=row.get_how_display(),
        started_at=row.started_at,
        ended_at=row.ended_at,
        number=row.version.number,
        reason=row.reason,
    )
