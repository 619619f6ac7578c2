"""A second factor that was lost is taken away by somebody else, on record."""

from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command

from catalog.models import User
from mlops.models import AuditEvent
from tests.catalog import staff
from tests.factories.catalog import make_user
from tests.moviesite.codes import app_of, recovery_codes_of
from tests.moviesite.test_second_factor import actions

pytestmark = pytest.mark.django_db
APP, CODE = "/accounts/second-factor/app/", "/accounts/second-factor/code/"


@pytest.fixture
def boss() -> User:
    return make_user("boss", is_staff=True, is_superuser=True)


def reset(username: str, by: str, reason: str = "seen in person") -> str:
    said = StringIO()
    call_command("second_factor_reset", username, by=by, reason=reason, stdout=said)
    return said.getvalue()


def test_a_lost_one_is_taken_away_by_somebody_else_on_record(boss: User) -> None:
    lost = make_user("lost", is_staff=True)
    app_of(lost)
    recovery_codes_of(lost)
    here, boss_here = staff.signed_in(lost), staff.signed_in(boss)
    assert "sets up another" in reset("lost", by="boss")
    assert [client.get("/accounts/second-factor/").status_code for client in (here, boss_here)] == [302, 200]
    assert not Authenticator.objects.exists()
    event = AuditEvent.objects.get()
    assert (event.action, event.actor) == ("account.second-factor-reset", str(boss.subject_id))
    assert (event.object, event.reason) == (f"account:{lost.subject_id}", "seen in person")
    assert event.facts["detail"] == {"kinds": "recovery_codes, totp"}


@pytest.mark.parametrize(
    ("username", "by", "reason", "why"),
    [
        ("boss", "boss", "lost it", "Nobody resets their own"),
        ("lost", "clerk", "lost it", "may not reset"),
        ("lost", "boss", " ", "needs a reason"),
        ("clerk", "boss", "lost it", "has no second factor"),
        ("nobody", "boss", "lost it", "There is no account 'nobody'"),
    ],
)
def test_what_is_no_reset_is_refused_in_words(boss: User, username: str, by: str, reason: str, why: str) -> None:
    for user in (boss, make_user("lost", is_staff=True)):
        app_of(user)
    make_user("clerk", is_staff=True)
    with pytest.raises(CommandError, match=why):
        reset(username, by=by, reason=reason)
    assert Authenticator.objects.count() == 2
    assert actions() == []
