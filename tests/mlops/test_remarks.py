"""What is said under a request: by who may look at it, as a text, for ever."""

from datetime import timedelta
from typing import Any

import pytest

from mlops import policies
from mlops.errors import Refused
from mlops.models import AuditEvent, Capture, Remark
from mlops.ports import SYSTEM
from mlops.services import remarks
from mlops.services.audit import verify
from tests.factories.mlops import NOON, make_person, make_promotion, make_promotion_request

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("toys")]
LATER = NOON + timedelta(hours=1)


def say(text: str, by: Any = None, request_id: int = 0) -> Remark:
    request_id = request_id or make_promotion_request().pk
    by = by or make_person("view_promotionrequest")
    return remarks.say(request_id=request_id, text=text, by=by, at=LATER)


def test_what_is_said_is_kept_and_on_record() -> None:
    by = make_person("view_promotionrequest")
    remark = say("  Why is «later» worse?\r\n\tSee the second gate. 🎞 ", by)
    assert (remark.text, remark.said_by) == ("Why is «later» worse?\n\tSee the second gate. 🎞", str(by.subject_id))
    event = AuditEvent.objects.order_by("seq").last()
    assert event is not None
    assert (event.action, event.object) == ("remark.said", f"request:{remark.request_id}")
    assert event.facts["detail"] == {"remark": remark.pk}
    assert not Capture.objects.unsealed().filter(of="mlops_remark").exists()
    assert verify().holds


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "text: say something"),
        (" \n\t ", "text: say something"),
        ("x" * 2001, "at most 2000 characters, these are 2001"),
        ("a\0b", r"a control character \(U\+0000\)"),
        ("\x1b[31mred", r"a control character \(U\+001B\)"),
        ("left\x9cright", r"a control character \(U\+009C\)"),
        ("half \ud800", r"a control character \(U\+D800\)"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        say(text)
    assert not Remark.objects.exists()


def test_the_longest_may_be_said() -> None:
    assert len(say("é" * 2000).text) == 2000


@pytest.mark.parametrize(
    ("by", "words"),
    [
        (SYSTEM, "the system may not speak of request"),
        (make_person(), "needs the right «mlops.view_promotionrequest»"),
        (make_person("view_promotionrequest", is_active=False), "not active"),
    ],
    ids=["system", "no right", "not active"],
)
def test_who_may_not_speak_is_told_why(by: Any, words: str) -> None:
    request = make_promotion_request()
    with pytest.raises(Refused, match=words):
        say("well", by, request.pk)
    assert not policies.may_say(by, request)


def test_a_closed_request_is_still_spoken_of_and_none_is_not() -> None:
    request = make_promotion().request
    assert request is not None
    assert say("It was right.", request_id=request.pk).request == request
    with pytest.raises(Refused, match="no request 99"):
        say("well", request_id=99)
