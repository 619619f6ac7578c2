"""Second factor and fresh proof in a real browser: by keyboard alone, accessible, and nothing that was typed is lost."""

from importlib import import_module
from typing import Any

import pytest
from django.conf import settings as site
from django.utils import timezone

from catalog import groups
from catalog.models import Attempt, Movie, User
from mlops.models import Deployment, Job
from moviesite import proof
from tests.browser.conftest import Open, both_looks
from tests.browser.test_pages import too_wide, violations
from tests.catalog import staff
from tests.factories import mlops as make
from tests.factories.catalog import PASSWORD, make_member_rating
from tests.moviesite.codes import app_of, code, recovery_codes_of

pytestmark = pytest.mark.browser


@pytest.fixture
def toys(settings: Any) -> None:
    """Two toy recipes in the place of the site's own."""
    from mlops import registry

    settings.MLOPS_RECIPES = ["tests.toy_recipe.ToyFormula", "tests.toy_recipe.ToyLearner"]
    registry.recipes.cache_clear()


@pytest.fixture
def approver(transactional_db: None) -> User:
    return staff.member_of(groups.APPROVERS, username="anna")


def tab_to(page: Any, selector: str) -> None:
    """Go there as somebody without a mouse does."""
    for _ in range(60):
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} cannot be reached by keyboard")


def type_into(page: Any, name: str, text: str) -> None:
    tab_to(page, f"[name={name}]")
    page.keyboard.type(text)


def six_minutes_later(page: Any) -> None:
    """Make the last proof of the session that this page is in so much older."""
    key = next(c["value"] for c in page.context.cookies() if c["name"] == site.SESSION_COOKIE_NAME)
    session = import_module(site.SESSION_ENGINE).SessionStore(key)
    session[proof.GIVEN] = session[proof.GIVEN] | {"at": session[proof.GIVEN]["at"] - 360}
    session.save()


def password(page: Any, user: User) -> None:
    type_into(page, "login", user.username)
    type_into(page, "password", PASSWORD)
    page.keyboard.press("Enter")


def set_up(page: Any) -> tuple[str, str]:
    """Set up an app on the page that asks for it; its secret, and a recovery code."""
    page.get_by_role("heading", name="Set up your app").wait_for()
    assert page.get_by_role("img", name="A square for your app").evaluate("image => image.naturalWidth") > 0
    secret = page.locator(".totp-key").inner_text()
    type_into(page, "code", code(secret))
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Recovery codes").wait_for()
    return secret, page.locator(".recovery-codes code").first.inner_text()


def approve(page: Any) -> None:
    tab_to(page, "[value=APPROVE]")
    page.keyboard.press("Enter")


def prove(page: Any, recovery_code: str) -> None:
    page.get_by_role("heading", name="Is it still you?").wait_for()
    tab_to(page, "a[href*='second-factor/again']")
    page.keyboard.press("Enter")
    page.get_by_text("Type the code that your app shows now").wait_for()
    page.keyboard.type(recovery_code)
    page.keyboard.press("Enter")


@pytest.mark.usefixtures("toys")
def test_staff_set_up_a_factor_sign_in_with_it_and_prove_it_again_without_losing_a_word(
    approver: User, settings: Any, open_page: Open
) -> None:
    settings.STAFF_SECOND_FACTOR = True
    request = make.make_promotion_request(make.make_candidate(), at=timezone.now())
    review = f"/admin/mlops/promotionrequest/{request.pk}/change/"
    page = open_page(review)
    password(page, approver)
    secret, recovery_code = set_up(page)
    page.get_by_role("button", name="Sign out").press("Enter")
    page.get_by_role("link", name="Sign in").wait_for()

    page.goto(review)
    password(page, approver)
    page.get_by_role("heading", name="Your code").wait_for()
    page.keyboard.type(code(secret, later=1))
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{review}")

    six_minutes_later(page)
    words = "Gates and lead convince me, «after a long look»"
    type_into(page, "reason", words)
    approve(page)
    prove(page, recovery_code)
    page.wait_for_url(f"**{review}*")
    assert page.locator("[name=reason]").input_value() == words
    assert Deployment.objects.champion("toy-learner") is None, "proving who one is decides nothing"
    approve(page)
    page.get_by_text("Approved: toy-learner v1 serves from now on").wait_for()
    assert Deployment.objects.champion("toy-learner") is not None


def test_a_form_of_the_admin_comes_back_as_it_was_typed(films: list[Movie], open_page: Open) -> None:
    boss = staff.member_of(username="boss", is_superuser=True)
    other = staff.member_of(username="anna")
    page = open_page(f"/admin/catalog/user/{other.pk}/change/", by=boss)
    page.get_by_label(groups.APPROVERS).check()
    page.locator("[name=reason]").fill("She joins the board")
    six_minutes_later(page)
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url("**/change/")
    assert page.get_by_label(groups.APPROVERS).is_checked()
    assert page.locator("[name=reason]").input_value() == "She joins the board"
    assert not other.groups.exists()
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("was changed successfully").wait_for()
    assert other.groups.get().name == groups.APPROVERS


@both_looks
def test_account_pages_are_accessible_and_fit(transactional_db: None, open_page: Open, width: int, dark: bool) -> None:
    boss, bare = (staff.member_of(username=name, is_superuser=True) for name in ("boss", "bare"))
    app_of(boss)
    recovery_codes_of(boss)
    with_one = ["second-factor/", "second-factor/recovery-codes/", "second-factor/recovery-codes/new/"]
    with_one += [
        "second-factor/app/remove/",
        "second-factor/again/",
        "reauthenticate/?next=/top",
        "password/change/",
        "delete/",
    ]
    pages = [(boss, with_one), (bare, ["second-factor/", "second-factor/app/"])]
    found: dict[str, Any] = {}
    for user, addresses in pages:
        page = open_page("/accounts/second-factor/", by=user, width=width, dark=dark)
        if user == boss:
            type_into(page, "code", code())
            page.keyboard.press("Enter")
        page.get_by_role("heading", name="Second factor").wait_for()
        for address in addresses:
            page.goto(f"/accounts/{address}")
            assert page.url.endswith(address)
            found[f"{user}: {address}"] = violations(page), too_wide(page)
    page = open_page("/accounts/login/", width=width, dark=dark)
    page.get_by_label("Username").fill("boss")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Your code").wait_for()
    page.get_by_label("Code").fill("no code")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_text("Incorrect code").wait_for()
    found["code"] = violations(page), too_wide(page)
    assert {name: faults for name, faults in found.items() if faults != ([], 0)} == {}
    assert Attempt.objects.count() == 2


def test_a_visitor_asks_for_their_own_erasure_by_keyboard(films: list[Movie], visitor: User, open_page: Open) -> None:
    make_member_rating(films[0], by=visitor)
    page = open_page("/accounts/delete/", by=visitor)
    page.get_by_text("Your 1 rating, with all its earlier values").wait_for()
    type_into(page, "password", "wrong")
    page.keyboard.press("Enter")
    page.get_by_text("This is not your password.").wait_for()
    assert (violations(page), too_wide(page)) == ([], 0)
    assert User.objects.get(pk=visitor.pk).is_active
    type_into(page, "password", PASSWORD)
    tab_to(page, ".button-main")
    page.keyboard.press("Enter")
    page.get_by_text("Your account is closed. Everything you left here is being erased.").wait_for()
    page.get_by_role("link", name="Sign in").wait_for()
    assert not User.objects.get(pk=visitor.pk).is_active
    assert Job.objects.get().task == "catalog.erase_member"
