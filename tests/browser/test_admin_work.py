"""The page of work in a real browser: it fits, is accessible, and leads from what was set apart to trying it again."""

import pytest

from catalog import groups
from mlops.models import Job, Run
from mlops.models.runs import GIVEN_UP
from tests.browser.conftest import Open, both_looks
from tests.browser.test_admin_learning import too_wide, violations
from tests.catalog import staff
from tests.factories import mlops as make
from tests.factories.work import make_job, make_tick

pytestmark = pytest.mark.browser


@both_looks
def test_from_what_was_set_apart_to_trying_it_again(
    transactional_db: None, open_page: Open, width: int, dark: bool
) -> None:
    job = make_job(state="QUARANTINED")
    make_job(state="RUNNING", done=1, total=2)
    make_run_apart = make.make_run(state=Run.State.FAILED, failure=GIVEN_UP)
    make_tick(failure="OSError: no room")
    page = open_page("/admin/mlops/job/work", by=staff.member_of(groups.IT_OPERATIONS), width=width, dark=dark)
    page.get_by_text(f"run {make_run_apart.pk} of toy-learner").wait_for()
    faults = {page.url: violations(page), "wide": too_wide(page)}
    page.get_by_role("link", name=str(job)).click()
    page.get_by_text("It was set apart, and waits for a person").wait_for()
    faults |= {page.url: violations(page), "wide too": too_wide(page)}
    page.get_by_role("link", name="Try again…").click()
    page.get_by_label("Reason").wait_for()
    faults |= {page.url: violations(page), "wide as well": too_wide(page)}
    page.get_by_label("Reason").fill("there is more memory now")
    assert not any(faults.values()), faults
    page.get_by_role("button", name=f"Try job {job.pk} again").click()
    page.get_by_text(f"Job {job.pk} is tried again.").wait_for()
    assert Job.objects.get(pk=job.pk).state == "WAITING"


@pytest.mark.parametrize("width", [1280, 390])
def test_without_scripts_the_filters_of_a_list_stand_below_it_and_cover_nothing(
    transactional_db: None, open_page: Open, width: int
) -> None:
    make_job(state="QUARANTINED")
    make_job(state="DONE")
    page = open_page("/admin/mlops/job/", by=staff.member_of(groups.IT_OPERATIONS), width=width, scripts=False)
    page.get_by_label("state", exact=False).first.select_option("QUARANTINED")
    page.get_by_role("button", name="Apply Filters").click()
    page.wait_for_url("**state**=QUARANTINED**")
    page.locator("#result_list tbody a").first.click()
    page.get_by_text("It was set apart, and waits for a person").wait_for()
