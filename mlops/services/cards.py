"""A model card per version, written from rows alone: no number is typed by hand, and a gap says «unknown»."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mlops import registry
from mlops.models import Dataset, Deployment, GateReport, ModelVersion, Run
from mlops.selectors import components
from mlops.selectors.components import UNKNOWN, Component
from mlops.services import relearning
from mlops.services.measured import CardTable, evaluation, stability, steps

OPEN_LICENCE = "ANY"
Naming = Callable[[str], str]


@dataclass(frozen=True)
class Section:
    """One part of a card: facts by name, then tables, then sentences."""

    title: str
    facts: tuple[tuple[str, str], ...] = ()
    tables: tuple[CardTable, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Vote:
    who: str
    verdict: str
    reason: str
    at: datetime


@dataclass(frozen=True)
class Request:
    """One request to promote the version, with the votes on it. who, closed_by: as the card's naming says them."""

    number: int
    state: str
    who: str
    reason: str
    at: datetime
    expires_at: datetime
    needed: int
    evidence_digest: str
    votes: tuple[Vote, ...]
    closed_at: datetime | None
    closed_by: str


@dataclass(frozen=True)
class Stretch:
    """One stretch of time in which the version served."""

    how: str
    who: str
    reason: str
    started_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True)
class ModelCard:
    """Everything on record about one version. checklist: the eight components, each with its proof."""

    label: str
    recipe_key: str
    number: int
    title: str
    kind: str
    state: str
    artefact_digest: str
    created_at: datetime
    sections: tuple[Section, ...]
    requests: tuple[Request, ...]
    deployments: tuple[Stretch, ...]
    checklist: tuple[Component, ...]

    @property
    def complete(self) -> bool:
        return all(component.there for component in self.checklist)


def card(version: ModelVersion, who: Naming = str) -> ModelCard:
    """Return a version's card. who: how people are called, from their subject id; pages that know names give them."""
    run = version.run
    report = GateReport.objects.filter(version=version).first()
    recipe = registry.recipes().get(version.recipe_key)
    return ModelCard(
        label=version.label,
        recipe_key=version.recipe_key,
        number=version.number,
        title=_known(getattr(recipe, "title", "")),
        kind=version.kind,
        state=version.state,
        artefact_digest=version.artefact_digest,
        created_at=version.created_at,
        sections=(
            _use(version, recipe),
            _data(run.dataset if run else None),
            _training(version, run),
            Section("Evaluation", tables=evaluation(run), notes=() if run and run.metrics.exists() else (UNKNOWN,)),
            Section("Stability", facts=stability(run) or (("Refits on resampled subjects", UNKNOWN),)),
            _gates(report),
            _limits(version, run, report, recipe),
        ),
        requests=tuple(_requests(version, who)),
        deployments=tuple(_deployments(version, who)),
        checklist=tuple(components.of(version)),
    )


def _known(value: object) -> str:
    if isinstance(value, list):
        return "; ".join(_known(part) for part in value) or UNKNOWN
    if isinstance(value, dict):
        return ", ".join(f"{name} {_known(part)}" for name, part in value.items()) or UNKNOWN
    return UNKNOWN if value is None or value == "" else str(value)


def _moment(value: datetime | None) -> str:
    return f"{value:%Y-%m-%d %H:%M} UTC" if value else UNKNOWN


def _use(version: ModelVersion, recipe: Any) -> Section:
    kinds = {"SOFTWARE": "computes by a formula", "LEARNING": "learned from data"}
    about = getattr(recipe, "about", "") or (getattr(recipe, "__doc__", "") or "").strip()
    facts = (("System", _known(getattr(recipe, "title", ""))), ("Kind", f"{version.kind}: {kinds[version.kind]}"))
    return Section("Intended use", (*facts, ("For", _known(about))))


def _data(dataset: Dataset | None) -> Section:
    if dataset is None:
        return Section("Data", (("Dataset", UNKNOWN),))
    window = f"{_moment(dataset.since) if dataset.since else 'the beginning'} – {_moment(dataset.until)}"
    facts = (
        ("Dataset", str(dataset)),
        ("Fingerprint", dataset.fingerprint),
        ("Rows", f"{dataset.rows:,}"),
        ("Subjects", f"{dataset.subjects:,}"),
        ("Recorded", window),
        ("Frozen", _moment(dataset.frozen_at)),
    )
    keys = ("title", "licence", "permitted_use", "rows")
    rows = tuple(tuple(_known(origin.get(key)) for key in keys) for origin in dataset.origins)
    sources = CardTable("Sources", ("source", "licence", "permitted use", "rows"), rows)
    return Section("Data", facts, (sources,) if rows else (), () if rows else (f"Sources: {UNKNOWN}",))


def _training(version: ModelVersion, run: Run | None) -> Section:
    params = ", ".join(f"{name} = {value}" for name, value in sorted(version.params.items()))
    shared = (("Parameters", _known(params)), ("Artefact", version.artefact_digest))
    learned = (("Learned state", _known(version.arrays_digest)),)
    if run is None:
        return Section("Training", (("Run", UNKNOWN), *shared, *learned))
    environment = tuple((f"Environment: {name}", _known(value)) for name, value in sorted(run.environment.items()))
    seconds = [step.seconds for step in run.steps.all() if step.seconds is not None]
    memory = [step.megabytes for step in run.steps.all() if step.megabytes is not None]
    facts = (
        ("Run", str(run.pk)),
        ("Cause", f"{run.get_cause_display()}: {run.reason}"),
        *shared,
        *learned,
        ("Seed", str(run.seed)),
        ("Seconds", f"{sum(seconds):,.1f}" if seconds else UNKNOWN),
        ("Most memory", f"{max(memory):,.0f} MB" if memory else UNKNOWN),
        *(environment or (("Environment", UNKNOWN),)),
    )
    return Section("Training", facts, steps(version.recipe_key, run))


def _gates(report: GateReport | None) -> Section:
    if report is None:
        return Section("Gates", (("Report", UNKNOWN),))
    words = {True: "passed", False: "failed", None: "does not apply"}
    rows = tuple((r.get("title", "?"), words[r.get("passed")], r.get("words", "")) for r in report.results)
    verdict = "passed" if report.passed else "failed"
    facts = (
        ("Verdict", verdict),
        ("Judged", _moment(report.judged_at)),
        ("Judged against", _against(report)),
        ("Report", report.digest),
    )
    return Section("Gates", facts, (CardTable("Gates", ("gate", "verdict", "in words"), rows),))


def _against(report: GateReport) -> str:
    """The champion it may replace. A report of before this was kept does not tell."""
    if report.against is None:
        return UNKNOWN
    return str(report.against["label"]) if report.against else "no version: none served"


def _limits(version: ModelVersion, run: Run | None, report: GateReport | None, recipe: Any) -> Section:
    """What the rows say against it."""
    dataset = run.dataset if run else None
    told = list(getattr(recipe, "limits", ()))
    if dataset:
        told.append(f"It knows nothing recorded after {_moment(dataset.until)}.")
        told += [
            f"{origin.get('title', '?')}: {origin.get('permitted_use', UNKNOWN)} ({origin.get('licence', UNKNOWN)})."
            for origin in dataset.origins
            if origin.get("permitted_use") != OPEN_LICENCE
        ]
    if gone := relearning.learned_from_erased(version):
        told.append(f"It learned from {gone} since erased, and cannot be reproduced bit for bit.")
    if run and run.environment.get("dirty") is True:
        told.append("Its code was not as committed.")
    told += [str(r.get("words")) for r in (report.results if report else ()) if r.get("passed") is False]
    told += [f"{part.title}: {UNKNOWN}." for part in components.of(version) if not part.there]
    return Section("Limits", notes=tuple(told) or (UNKNOWN,))


def _requests(version: ModelVersion, who: Naming) -> list[Request]:
    rows = version.requests.prefetch_related("approvals").order_by("requested_at", "pk")
    return [
        Request(
            row.pk,
            row.state,
            who(row.requested_by),
            row.reason,
            row.requested_at,
            row.expires_at,
            row.needed,
            row.evidence_digest,
            tuple(
                Vote(who(vote.decided_by), vote.verdict, vote.reason, vote.decided_at)
                for vote in sorted(row.approvals.all(), key=lambda vote: (vote.decided_at, vote.pk))
            ),
            row.closed_at,
            who(row.closed_by) if row.closed_by else "",
        )
        for row in rows
    ]


def _deployments(version: ModelVersion, who: Naming) -> list[Stretch]:
    rows = Deployment.objects.filter(version=version).order_by("started_at", "pk")
    return [Stretch(d.get_how_display(), who(d.started_by), d.reason, d.started_at, d.ended_at) for d in rows]
