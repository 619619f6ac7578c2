"""Every page of the learning system answers with real rows, and with none."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from catalog import groups
from mlops.models import Dataset, Deployment, DriftReport, ModelVersion, Outcome, PromotionRequest, Run
from tests.catalog import staff
from tests.clock import NOON
from tests.factories import mlops as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("toys")]
MODELS = [Dataset, Run, ModelVersion, PromotionRequest, Deployment, DriftReport, Outcome]
MAKE: dict[Any, Callable[[], Any]] = {
    Dataset: make.make_dataset,
    Run: lambda: make.make_candidate().run,
    ModelVersion: make.make_candidate,
    PromotionRequest: make.make_promotion_request,
    Deployment: make.make_promotion,
    DriftReport: make.make_drift_report,
    Outcome: make.make_outcome,
}
EXTRA = ["run/start/", "run/start/?recipe=toy-learner", "run/provisioning/", "deployment/on/", "outcome/summary/"]


@pytest.fixture
def boss() -> Client:
    return staff.superuser()


def address(row: Any) -> str:
    return f"/admin/mlops/{row._meta.model_name}/{row.pk}/change/"


def text(response: Any) -> str:
    assert response.status_code == 200
    return str(response.content.decode())


@pytest.mark.parametrize("model", MODELS)
def test_a_row_has_a_page_and_a_list_and_nobody_changes_it_there(boss: Client, model: Any) -> None:
    row = MAKE[model]()
    base = f"/admin/mlops/{model._meta.model_name}/"
    assert boss.get(base).status_code == 200
    assert boss.get(address(row)).status_code == 200
    for act in ("add/", f"{row.pk}/change/", f"{row.pk}/delete/"):
        assert boss.post(f"{base}{act}", {"post": "yes"}).status_code == 403, act
    assert model._default_manager.filter(pk=row.pk).exists()


@pytest.mark.parametrize("page", EXTRA)
def test_pages_without_a_row_answer_on_an_empty_site(boss: Client, page: str) -> None:
    assert boss.get(f"/admin/mlops/{page}").status_code == 200
