"""A card is written from rows alone, and says «unknown» where there is none."""

from typing import Any

import pytest

from mlops.models import RunStep
from mlops.selectors import components
from mlops.services import cards
from mlops.services.cards import ModelCard, Section
from tests.factories.mlops import (
    ENVIRONMENT,
    NOON,
    make_candidate,
    make_dataset,
    make_gate_report,
    make_genesis,
    make_promotion,
    make_run,
    make_run_metric,
    make_run_step,
    make_version,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("toys")]
EIGHT = [
    "Data management",
    "Version control",
    "Automation",
    "Experiment tracking",
    "CI/CD of models",
    "Monitoring and retraining",
    "Provisioning",
    "Governance",
]


def section(card: ModelCard, title: str) -> Section:
    return next(part for part in card.sections if part.title == title)


def facts(card: ModelCard, title: str) -> dict[str, str]:
    return dict(section(card, title).facts)


def test_every_number_on_a_card_is_a_row_s() -> None:
    deployment = make_promotion(make_candidate(params={"damping": 2.5}))
    card = cards.card(deployment.version)
    assert (card.label, card.title, card.state) == ("toy-learner v1", "Toy learner", "APPROVED")
    assert facts(card, "Data")["Rows"] == "1,000"
    assert section(card, "Data").tables[0].rows == (("Toys", "CC0-1.0", "ANY", "1000"),)
    training = facts(card, "Training")
    assert (training["Parameters"], training["Seconds"], training["Most memory"]) == ("damping = 2.5", "16.0", "64 MB")
    assert training["Environment: commit"] == ENVIRONMENT["commit"]
    (table,) = section(card, "Evaluation").tables
    assert (table.title, table.head) == ("toy-fold, 100 units", ("metric", "candidate", "popularity"))
    assert table.rows == (("Accuracy", ".750 ± .010", ".500 ± .010 (candidate +.250 ± .020)"),)
    assert section(card, "Gates").tables[0].rows[0][:2] == ("Accurate enough", "passed")
    assert facts(card, "Gates")["Judged against"] == "no version: none served"
    (request,), (stretch,) = card.requests, card.deployments
    assert [(vote.verdict, vote.reason) for vote in request.votes] == [("APPROVE", "the gates are convincing")]
    assert (stretch.started_at, stretch.ended_at) == (NOON, None)


def test_a_card_names_the_champion_its_version_was_judged_against() -> None:
    make_promotion(make_candidate())
    assert facts(cards.card(make_candidate()), "Gates")["Judged against"] == "toy-learner v1"
    assert facts(cards.card(make_candidate(gates={"results": [{}]})), "Gates")["Judged against"] == "unknown"


def test_the_eight_components_are_its_checklist_each_with_its_proof() -> None:
    card = cards.card(make_candidate())
    assert [part.title for part in card.checklist] == EIGHT
    assert card.complete
    proofs = {part.title: part.proof for part in card.checklist}
    assert proofs["Automation"] == "8 steps done, each with the digests of what went in and came out"
    assert proofs["CI/CD of models"].startswith("1 of 1 gates passed")
    assert proofs["Provisioning"] == "16.0 s and 64 MB at most; 8 of 8 steps declare their needs"


def bare() -> Any:
    """A version of a run that left nothing behind."""
    return make_version(run=make_run(state="RUNNING"))


def with_half_done_steps() -> Any:
    version = make_candidate()
    run = make_run(state="RUNNING", dataset=make_dataset(), environment=ENVIRONMENT)
    make_run_step(run)
    make_run_step(run, state=RunStep.State.FAILED, output_digest="", seconds=None, megabytes=None)
    make_run_metric(run, arm="popularity")
    version = make_version(run=run, arrays_digest="b" * 64)
    make_gate_report(version)
    return version


@pytest.mark.parametrize(
    ("made", "lacking"),
    [
        (bare, EIGHT),
        (with_half_done_steps, ["Automation", "Experiment tracking", "Provisioning", "Governance"]),
        (lambda: make_genesis("toy-formula").version, [part for part in EIGHT if part != "Monitoring and retraining"]),
    ],
    ids=["bare", "half", "genesis"],
)
def test_a_gap_is_printed_as_unknown_and_named_among_the_limits(made: Any, lacking: list[str]) -> None:
    card = cards.card(made())
    assert [part.title for part in card.checklist if not part.there] == lacking
    assert not card.complete
    told = section(card, "Limits").notes
    assert all(f"{title}: unknown." in told for title in lacking)


def test_a_card_with_nothing_to_tell_of_says_so_everywhere() -> None:
    card = cards.card(bare())
    assert facts(card, "Data") == {"Dataset": "unknown"}
    assert facts(card, "Training")["Seconds"] == "unknown"
    assert section(card, "Evaluation").notes == ("unknown",)
    assert facts(card, "Gates") == {"Report": "unknown"}


def test_limits_name_narrow_licences_uncommitted_code_and_failed_gates() -> None:
    origin = {"key": "x", "title": "Some source", "licence": "its own", "permitted_use": "RESEARCH", "rows": 1}
    result = {"key": "a", "title": "Accurate enough", "passed": False, "words": "Accuracy is .100"}
    version = make_candidate(
        run={"dataset": make_dataset(origins=[origin]), "environment": {**ENVIRONMENT, "dirty": True}},
        gates={"passed": False, "results": [result]},
    )
    told = section(cards.card(version), "Limits").notes
    assert "Some source: RESEARCH (its own)." in told
    assert "Its code was not as committed." in told
    assert "Accuracy is .100" in told


def test_a_registration_that_names_another_report_is_none() -> None:
    version = make_candidate()
    assert components.registration(version) is not None
    other = make_version()
    assert components.registration(other) is None
