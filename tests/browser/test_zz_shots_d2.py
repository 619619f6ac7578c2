import pytest
from typing import Any
from datetime import timedelta
from django.utils import timezone
from django.db import connection
from catalog import groups
from mlops.models import *
from mlops.services import approvals, remarks, policy_requests, strays
from tests.browser.conftest import Open
from tests.catalog import staff
from tests.factories import mlops as make
from tests.browser.test_admin_learning import violations, too_wide

pytestmark = [pytest.mark.browser]

def test_shots(transactional_db: None, open_page: Open, settings: Any) -> None:
    from mlops import registry
    settings.MLOPS_RECIPES = ["tests.toy_recipe.ToyFormula", "tests.toy_recipe.ToyLearner"]
    settings.MLOPS_APPROVALS_REQUIRED = {"toy-learner": 2}
    registry.recipes.cache_clear()
    now = timezone.now()
    settings.MLOPS_APPROVALS_REQUIRED = {}
    dora = staff.member_of(groups.DATA_SCIENTISTS, username="dora")
    anna = staff.member_of(groups.APPROVERS, username="anna")
    berta = staff.member_of(groups.APPROVERS, username="berta")
    audi = staff.member_of(groups.AUDITORS, username="audi")
    boss = staff.member_of(username="boss", is_superuser=True)
    first = make.make_promotion(make.make_candidate(), at=now - timedelta(days=2))
    settings.MLOPS_APPROVALS_REQUIRED = {"toy-learner": 2}
    request = make.make_promotion_request(make.make_candidate(), at=now - timedelta(days=1), by=dora)
    approvals.decide(request_id=request.pk, verdict="APPROVE", evidence_digest=request.evidence_digest, reason="The lead is four standard errors; the held-out unit agrees.", by=berta, at=now)
    remarks.say(request_id=request.pk, text="Is the drop in coverage on the smallest units what we expected?\n\nI looked at the table and it is within the error, but I would like a second pair of eyes.", by=anna, at=now)
    remarks.say(request_id=request.pk, text="Yes: the damping was raised on purpose, see the notes of the run.", by=dora, at=now)
    ask = policy_requests.open_policy_request(recipe_key="toy-learner", wanted=3, reason="We are four approvers now", by=boss, at=now)
    with connection.cursor() as c:
        c.execute("UPDATE mlops_run SET notes='changed by hand' WHERE id=%s", [request.version.run_id])
    ev = strays.seal(at=now)
    last = AuditEvent.objects.filter(body__contains="approval.given").order_by("-seq").first()
    pages = {"review": f"promotionrequest/{request.pk}/change/", "policy": "policy/in-force/", "polreq": f"policyrequest/{ask.pk}/change/", "ask": "policyrequest/ask/", "rollback": f"deployment/{first.pk}/roll-back/",
      "audit": "auditevent/", "event": f"auditevent/{last.seq}/change/", "strays": "capture/strays/", "captures": "capture/", "version": f"modelversion/{request.version_id}/change/", "capture": f"capture/{Capture.objects.filter(op='U').last().pk}/change/"}
    import os
    only = os.environ.get("ONLY")
    if ev: pages["account"] = f"capture/strays/{ev[0].seq}/account/"
    for width, dark in ((1280, False), (390, True), (390, False), (1280, True)):
        for name, address in pages.items():
            if only and name not in only.split(","): continue
            by = audi if name in ("audit", "event", "strays", "captures", "account", "capture") else anna
            page = open_page(f"/admin/mlops/{address}", by=by, width=width, dark=dark)
            print(name, width, dark, violations(page), "TOO WIDE" if too_wide(page) else "")
            if dark == (width == 390):
                page.screenshot(path=f"/tmp/shots-d2/{name}-{width}.png", full_page=True)
            if name == "review" and dark:
                page.screenshot(path=f"/tmp/shots-d2/{name}-{width}-top.png")
            page.context.close()
