"""Two people bring a version into service in a real browser; the pages fit, are accessible and say nothing to the console."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone

from catalog import groups
from catalog.models import User
from mlops.models import Capture, Deployment, ModelVersion, Run, RunStep
from mlops.services import policy_requests, remarks, strays
from tests.browser.conftest import Open, both_looks
from tests.catalog import staff
from tests.factories import mlops as make
from tests.factories.monitoring import make_drift_report

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("toys")]
# The theme's own faults, on every page of it; nothing of ours may be among what is found.
THEME = {"landmark-one-main", "region", "landmark-unique", "page-has-heading-one", "heading-order"}


@pytest.fixture
def toys(settings: Any) -> None:
    """Two toy recipes in the place of the site's own."""
    from mlops import registry

    settings.MLOPS_RECIPES = ["tests.toy_recipe.ToyFormula", "tests.toy_recipe.ToyLearner"]
    registry.recipes.cache_clear()


@pytest.fixture
def scientist(transactional_db: None) -> User:
    return staff.member_of(groups.DATA_SCIENTISTS, username="dora")


@pytest.fixture
def approver(transactional_db: None) -> User:
    return staff.member_of(groups.APPROVERS, username="anna")


def too_wide(page: Any) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


def violations(page: Any) -> set[str]:
    found = Axe().run(page).response["violations"]
    return {f"{fault['id']}: {fault['nodes'][0]['html'][:200]}" for fault in found if fault["id"] not in THEME}


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without"])
def test_one_person_asks_another_approves_and_it_serves(
    scientist: User, approver: User, open_page: Open, scripts: bool
) -> None:
    make.make_candidate()
    page = open_page("/admin/", by=scientist, scripts=scripts)
    page.get_by_text("A candidate waits: toy-learner v1 passed 1 of 1 gates.").wait_for()
    page.get_by_role("link", name="Ask for its promotion").click()
    page.get_by_label("Reason").fill("It beats everything we had")
    page.get_by_role("button", name="Request promotion of toy-learner v1").click()
    page.get_by_text("awaits another person's decision").wait_for()
    page.get_by_text("is your own: another person must decide on it").first.wait_for()
    assert page.get_by_role("button", name="Approve").count() == 0

    page = open_page("/admin/", by=approver, scripts=scripts)
    page.get_by_role("link", name="Review and decide").click()
    page.get_by_text("dora asks that toy-learner v1 may serve, where nothing serves yet").wait_for()
    page.get_by_role("link", name="Decide", exact=True).click()
    page.get_by_label("Reason").fill("Gates and lead convince me")
    page.get_by_role("button", name="Approve").click()
    page.get_by_text("Approved: toy-learner v1 serves from now on").wait_for()
    deployment = Deployment.objects.champion("toy-learner")
    assert deployment is not None
    assert ModelVersion.objects.get().state == "APPROVED"

    page.goto(f"/admin/mlops/deployment/{deployment.pk}/change/")
    page.get_by_role("link", name="Roll back…").click()
    page.get_by_text("Then no version of toy-learner serves.").wait_for()
    page.get_by_label("Reason").fill("Visitors complain")
    page.get_by_role("button", name="Roll back toy-learner v1").click()
    page.get_by_text("Rolled back: no version of toy-learner serves now.").wait_for()
    assert Deployment.objects.champion("toy-learner") is None


def test_a_run_is_followed_while_it_works_with_and_without_scripts(scientist: User, open_page: Open) -> None:
    run = make.make_run(state=Run.State.RUNNING)
    make.make_run_step(run)
    step = make.make_run_step(run, state=RunStep.State.RUNNING, output_digest="", finished_at=None)
    address = f"/admin/mlops/run/{run.pk}/change/"
    page, plain = open_page(address, by=scientist), open_page(address, by=scientist, scripts=False)
    for each in (page, plain):
        each.get_by_text("Running: 1 of 2 steps are done, now split.").wait_for()
    step.state, step.output_digest, step.finished_at = RunStep.State.DONE, "2" * 64, timezone.now()
    step.save()
    for each in (page, plain):
        each.get_by_text("Running: 2 of 2 steps are done.").wait_for()
    run.state, run.finished_at = Run.State.CANCELLED, timezone.now()
    run.save()
    for each in (page, plain):
        each.get_by_text("Cancelled after 2 of 2 steps.").wait_for()
        each.get_by_text("Looks again").wait_for(state="detached")


def focused(page: Any) -> str:
    """What the focus is on, as its words or its name."""
    found = page.evaluate("(document.activeElement.innerText || document.activeElement.name || '').trim()")
    return str(found)


def test_a_request_is_decided_by_keyboard_alone(approver: User, open_page: Open) -> None:
    request = make.make_promotion_request(make.make_candidate(), at=timezone.now())
    page = open_page(f"/admin/mlops/promotionrequest/{request.pk}/change/", by=approver)
    page.get_by_role("heading", name="Decision", exact=True).wait_for()
    page.keyboard.press("Tab")
    assert focused(page) == "Skip to the decision"
    assert page.get_by_role("link", name="Skip to the decision").bounding_box()["y"] >= 0, "what has focus is seen"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert focused(page) == "reason"
    page.keyboard.type("The gates and the lead convince me")
    page.keyboard.press("Tab")
    assert focused(page) == "Approve"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Tab")
    assert focused(page) == "Reject"
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    page.get_by_text("Approved: toy-learner v1 serves from now on").wait_for()


def test_on_a_phone_the_decision_is_one_touch_away_from_everywhere(approver: User, open_page: Open) -> None:
    request = make.make_promotion_request(make.make_candidate(), at=timezone.now())
    page = open_page(f"/admin/mlops/promotionrequest/{request.pk}/change/", by=approver, width=390)
    decide = page.get_by_role("link", name="Decide", exact=True)
    for part in ("What is asked", "Gates", "Evidence", "Votes and discussion"):
        page.get_by_role("heading", name=part, exact=True).scroll_into_view_if_needed()
        box = decide.bounding_box()
        assert 0 <= box["y"] <= 900 - box["height"], part
    decide.click()
    reason = page.get_by_label("Reason")
    assert 0 <= reason.bounding_box()["y"] <= 900
    reason.fill("Read on the train")
    page.get_by_label("Say something").fill("The lead is small but steady")
    page.get_by_role("button", name="Say it").click()
    page.get_by_text("The lead is small but steady").wait_for()
    page.get_by_label("Reason").fill("Read on the train")
    for name in ("Approve", "Reject"):
        assert page.get_by_role("button", name=name).bounding_box()["height"] >= 44, "as large as a finger"
    page.get_by_role("button", name="Reject").click()
    page.get_by_text("Rejected on").first.wait_for()
    assert not Deployment.objects.exists()


def test_two_clicks_are_one_vote(approver: User, open_page: Open, settings: Any) -> None:
    settings.MLOPS_APPROVALS_REQUIRED = {"toy-learner": 2}
    request = make.make_promotion_request(make.make_candidate(), at=timezone.now())
    page = open_page(f"/admin/mlops/promotionrequest/{request.pk}/change/", by=approver)
    page.get_by_label("Reason").fill("Once is enough")
    page.get_by_role("button", name="Approve").dblclick()
    page.get_by_text("1 of 2 approvals are given").first.wait_for()
    page.get_by_text(f"You decided on request {request.pk} already").first.wait_for()
    assert request.approvals.count() == 1


def test_a_refused_vote_comes_back_with_its_words_and_the_focus_on_why(approver: User, open_page: Open) -> None:
    request = make.make_promotion_request(make.make_candidate(), at=timezone.now())
    page = open_page(f"/admin/mlops/promotionrequest/{request.pk}/change/", by=approver, width=390, dark=True)
    page.get_by_label("Reason").fill("I looked at all of it")
    make.make_promotion(make.make_candidate(), at=timezone.now())  # somebody puts another one in force meanwhile
    page.get_by_role("button", name="Approve").click()
    page.get_by_role("alert").get_by_text("toy-learner v2 serves now").wait_for()
    assert focused(page).startswith("Nothing was done")
    assert page.get_by_label("Reason").input_value() == "I looked at all of it"
    assert violations(page) == set()
    assert not too_wide(page)


@both_looks
def test_pages_of_decisions_and_of_the_log_fit_and_are_accessible(
    approver: User, open_page: Open, width: int, dark: bool
) -> None:
    boss = staff.member_of(username="boss", is_superuser=True)
    first = make.make_promotion(make.make_candidate(), at=timezone.now())
    request = make.make_promotion_request(make.make_candidate(), at=timezone.now())
    remarks.say(request_id=request.pk, text="Is it steady?\n\nI think so.", by=approver, at=timezone.now())
    asked = policy_requests.open_policy_request(
        recipe_key="toy-learner", wanted=2, reason="we are more", by=approver, at=timezone.now()
    )
    event = strays.seal(at=timezone.now())[0]
    addresses = [
        f"promotionrequest/{request.pk}/change/",
        f"policyrequest/{asked.pk}/change/",
        "policyrequest/ask/",
        "policy/in-force/",
        f"deployment/{first.pk}/roll-back/",
        "capture/strays/",
        f"capture/strays/{event.seq}/account/",
        f"capture/{Capture.objects.latest('pk').pk}/change/",
        f"auditevent/{event.seq}/change/",
        "auditevent/",
        f"manifest/{request.version.manifest.pk}/change/",
    ]
    page, found = open_page("/admin/", by=boss, width=width, dark=dark), {}
    for address in addresses:
        page.goto(f"/admin/mlops/{address}")
        if faults := violations(page) | ({"too wide"} if too_wide(page) else set()):
            found[address] = faults
    assert found == {}


@both_looks
def test_pages_of_the_learning_system_fit_and_are_accessible(
    transactional_db: None, open_page: Open, width: int, dark: bool
) -> None:
    boss = staff.member_of(username="boss", is_superuser=True)
    first = make.make_promotion(make.make_candidate(), at=timezone.now())
    request = make.make_promotion_request(make.make_candidate(), at=timezone.now())
    report = make_drift_report()
    run = request.version.run
    assert run is not None
    rows = {
        "promotionrequest": request.pk,
        "run": run.pk,
        "modelversion": request.version_id,
        "dataset": run.dataset_id,
        "deployment": first.pk,
        "driftreport": report.pk,
    }
    addresses = ["/admin/", *(f"/admin/mlops/{model}/{pk}/change/" for model, pk in rows.items())]
    addresses += [f"/admin/mlops/run/compare/?runs={first.version.run_id},{run.pk}", "/admin/mlops/deployment/on/"]
    addresses += ["/admin/mlops/outcome/summary/", "/admin/mlops/run/start/?recipe=toy-learner", "/admin/mlops/run/"]
    page = open_page("/admin/", by=boss, width=width, dark=dark)
    found = {}
    for address in addresses:
        page.goto(address)
        faults = violations(page) | ({"too wide"} if too_wide(page) else set())
        if faults:
            found[address] = faults
    assert found == {}
