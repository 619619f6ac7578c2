"""The start page of the admin: each role finds its work, and each number leads to where it comes from."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from catalog import groups
from catalog.models import Movie
from catalog.queue import PUBLISH_EDITION
from mlops.models import ModelVersion
from moviesite import health
from tests.catalog import staff
from tests.factories import catalog as make
from tests.factories import mlops as make_mlops
from tests.factories.monitoring import make_drift_report

pytestmark = pytest.mark.django_db


def sections(client: Client) -> dict[str, Any]:
    return {section.role: section for section in client.get("/admin/").context["sections"]}


def figures(role: str) -> dict[str, tuple[str, str]]:
    section = sections(staff.in_group(role))[role]
    return {figure.label: (figure.value, figure.href) for figure in section.figures}


def listed(client: Client, address: str) -> int:
    return int(client.get(address).context["cl"].result_count)


@pytest.mark.parametrize("role", groups.GROUPS)
def test_each_role_has_a_page_whose_every_link_it_may_follow(role: str) -> None:
    make.small_catalogue(3)
    client = staff.in_group(role)
    page = client.get("/admin/")
    assert [section.role for section in page.context["sections"]] == [role]
    links = {unescape(found) for found in re.findall(r'href="(/[^"#]*)"', page.content.decode())}
    links = {link for link in links if link.startswith("/admin/")}
    assert len(links) > 4
    assert {link: status for link in links if (status := client.get(link, follow=True).status_code) != 200} == {}


def test_a_superuser_sees_every_section_and_two_roles_see_two() -> None:
    assert list(sections(staff.superuser())) == [*{groups.CATALOGUE_EDITORS: 0, **groups.GROUPS}]
    both = staff.in_group(groups.AUDITORS, groups.APPROVERS)
    assert set(sections(both)) == {groups.AUDITORS, groups.APPROVERS}


def test_without_a_role_the_page_says_so() -> None:
    nobody = staff.signed_in(staff.member_of())
    assert "No role yet" in nobody.get("/admin/").content.decode()


def test_an_empty_site_has_a_page_for_everybody() -> None:
    assert len(sections(staff.superuser())) == 6


def test_editors_numbers_are_those_of_the_lists_they_lead_to() -> None:
    make.small_catalogue(4)
    bare = make.make_movie("Bare", genres="", runtime=None)
    today = timezone.localdate()
    make.make_licence(bare, starts_on=today - timedelta(days=9), ends_on=today + timedelta(days=30))
    make.make_movie("Nowhere")
    client = staff.in_group(groups.CATALOGUE_EDITORS)
    shown = figures(groups.CATALOGUE_EDITORS)
    assert {label: listed(client, href) for label, (_, href) in shown.items()} == {
        label: int(value) for label, (value, _) in shown.items()
    }
    assert shown["without a genre"][0] == shown["licences that end within 30 days"][0] == "1"
    assert shown["without rights anywhere today"][0] == "1"
    assert shown["without a certificate"][0] == str(Movie.objects.count())


def test_scientists_see_ratings_by_kind_as_the_lists_count_them() -> None:
    film = make.small_catalogue(2)[0]
    make.make_member_rating(film)
    make.make_rating(film)
    make.make_rating(film)
    client = staff.in_group(groups.DATA_SCIENTISTS)
    shown = figures(groups.DATA_SCIENTISTS)
    assert [shown[f"ratings: {kind}"][0] for kind in ("member", "demo data", "partner")] == ["1", "2", "0"]
    assert (shown["films with ratings"][0], shown["films without"][0]) == ("1", "1")
    for label, (value, href) in shown.items():
        assert listed(client, href) == int(value), label


def test_engineers_see_a_worker_that_was_never_seen_and_what_serves() -> None:
    make.small_catalogue(2)
    shown = figures(groups.ML_ENGINEERS)
    assert shown["worker"] == ("not seen", "/healthz")
    assert (shown["deployments in force"][0], shown["versions registered"][0]) == ("1", "1")


def test_operations_see_the_parts_as_the_health_page_does_without_a_broker() -> None:
    make.small_catalogue(2)
    shown = figures(groups.IT_OPERATIONS)
    parts = health.parts()
    assert shown["broker"][0] == parts["broker"] != "ok"
    assert shown["database triggers"][0] == parts["triggers"] == "ok"
    assert shown["messages that wait for a worker"][0] == "—", "nobody knows, and nothing is made up"


def test_operations_see_the_backlog(valkey: str) -> None:
    make.make_member_rating()
    from mlops import work

    work.nudge(PUBLISH_EDITION, "charts")
    shown = figures(groups.IT_OPERATIONS)
    assert (shown["broker"][0], shown["messages that wait for a worker"][0]) == ("ok", "1")


def test_approvers_are_told_that_nothing_waits() -> None:
    make.small_catalogue(2)
    section = sections(staff.in_group(groups.APPROVERS))[groups.APPROVERS]
    assert section.purpose == "Nothing waits for your approval."
    (_, cells) = section.tables[0].lines[0]
    assert cells[0] == "weighted-rating v1"
    assert "prior_votes = 25,000" in cells[2]


# --- what waits in the learning system ---------------------------------------------------------------------------
def tasks(client: Client, role: str) -> list[tuple[str, str]]:
    return [(task.words, task.href) for task in sections(client)[role].tasks]


def learner(**given: Any) -> ModelVersion:
    return make_mlops.make_candidate(recipe_key="recommender", **given)


def test_approvers_find_what_they_may_decide_on_and_are_not_shown_their_own() -> None:
    approver = staff.member_of(groups.APPROVERS, groups.DATA_SCIENTISTS)
    theirs = make_mlops.make_promotion_request(learner(), at=timezone.now())
    make_mlops.make_promotion_request(learner(), by=approver, at=timezone.now())
    make_mlops.make_promotion_request(learner(by=approver), at=timezone.now())
    waiting = tasks(staff.signed_in(approver), groups.APPROVERS)
    assert waiting == [
        ("recommender v1 is asked for, just now: «it is better».", f"/admin/mlops/promotionrequest/{theirs.pk}/change/")
    ]
    section = sections(staff.in_group(groups.APPROVERS))[groups.APPROVERS]
    assert [task.act for task in section.tasks] == ["Review and decide"] * 3
    assert section.purpose.startswith("What waits for your decision stands first.")


def test_a_candidate_that_nobody_asked_for_is_offered_to_those_who_may_ask() -> None:
    version = learner()
    learner(gates={"passed": False})
    words = "A candidate waits: recommender v1 passed 2 of 2 gates."
    scientist = staff.in_group(groups.DATA_SCIENTISTS)
    assert tasks(scientist, groups.DATA_SCIENTISTS) == [(words, f"/admin/mlops/modelversion/{version.pk}/request/")]
    approver = staff.in_group(groups.APPROVERS)
    assert tasks(approver, groups.APPROVERS) == [
        (f"{words} Nobody has asked for it yet.", f"/admin/mlops/modelversion/{version.pk}/change/")
    ]
    make_mlops.make_promotion_request(version, at=timezone.now())
    assert tasks(scientist, groups.DATA_SCIENTISTS) == []


def test_runs_at_work_failed_runs_and_drift_are_told_to_engineers() -> None:
    now = timezone.now()
    working = make_mlops.make_run(queued_at=now)
    failed = make_mlops.make_run(state="FAILED", queued_at=now, finished_at=now, failure="no space is left")
    report = make_drift_report(measured_at=now)
    found = dict(tasks(staff.in_group(groups.ML_ENGINEERS), groups.ML_ENGINEERS))
    assert found == {
        f"Run {working.pk} of toy-learner waits for a worker, since it was queued just now.": (
            f"/admin/mlops/run/{working.pk}/change/"
        ),
        f"Run {failed.pk} of toy-learner failed just now.": f"/admin/mlops/run/{failed.pk}/change/",
        "Recent data of toy-learner moved: value.": f"/admin/mlops/driftreport/{report.pk}/change/",
    }


@pytest.mark.parametrize("role", set(groups.GROUPS) - {groups.CATALOGUE_EDITORS})
def test_the_eight_components_lead_to_pages_that_open(role: str) -> None:
    client = staff.in_group(role)
    components = client.get("/admin/").context["components"]
    assert len(components) == 8
    assert {component.title: client.get(component.href).status_code for component in components} == {
        component.title: 200 for component in components
    }


def test_editors_have_nothing_to_do_with_the_components() -> None:
    assert staff.in_group(groups.CATALOGUE_EDITORS).get("/admin/").context["components"] == []


def test_auditors_see_the_last_events_and_can_verify_at_once() -> None:
    make.small_catalogue(2)
    section = sections(staff.in_group(groups.AUDITORS))[groups.AUDITORS]
    assert [cells[1] for _, cells in section.tables[0].lines] == ["edition.published", "version.genesis"]
    assert section.acts[0][2] == "/admin/mlops/auditevent/verify/"
