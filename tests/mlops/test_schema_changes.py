"""Whatever a migration does to a governed table, its triggers are there afterwards."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection, models
from django.db.models import Q
from django.test.utils import isolate_apps

from mlops import triggers
from mlops.management import migrating
from mlops.models import Capture, PromotionRequest
from tests.factories.mlops import make_promotion_request
from tests.mlops import sql

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("toys")]
TABLE = PromotionRequest._meta.db_table
PLAN = [(SimpleNamespace(app_label="mlops"), False)]
Change = Callable[[Any], None]


def column(name: str, field: Any) -> Any:
    field.set_attributes_from_name(name)
    field.model = PromotionRequest
    return field


def altered(name: str, field: Any) -> tuple[Change, Change]:
    before, after = PromotionRequest._meta.get_field(name), field
    return (
        lambda editor: editor.alter_field(PromotionRequest, before, after),
        lambda editor: editor.alter_field(PromotionRequest, after, before),
    )


def both(add: str, remove: str, *what: Any) -> tuple[Change, Change]:
    return (
        lambda editor: getattr(editor, add)(PromotionRequest, *what),
        lambda editor: getattr(editor, remove)(PromotionRequest, *what),
    )


def joining() -> tuple[Change, Change]:
    """The table of a many-to-many relation to it."""
    meta = type("Meta", (), {"app_label": "mlops", "db_table": "mlops_toy_join"})
    key = models.ForeignKey(PromotionRequest, on_delete=models.CASCADE, related_name="+")
    with isolate_apps("mlops"):  # it is no model of this site
        model: Any = type("ToyJoin", (models.Model,), {"__module__": "mlops.models", "Meta": meta, "request": key})
    return lambda editor: editor.create_model(model), lambda editor: editor.delete_model(model)


EXTRA = column("extra", models.CharField(max_length=9, default="x"))
KINDS = {
    "a column comes and goes": both("add_field", "remove_field", EXTRA),
    "a column gets another name": altered("reason", column("why", models.CharField(max_length=500))),
    "a column gets another type": altered("needed", column("needed", models.BigIntegerField())),
    "a column may be empty": altered("reason", column("reason", models.CharField(max_length=500, null=True))),
    "the table gets another name": (
        lambda editor: editor.alter_db_table(PromotionRequest, TABLE, "mlops_other"),
        lambda editor: editor.alter_db_table(PromotionRequest, "mlops_other", TABLE),
    ),
    "a check comes and goes": both(
        "add_constraint", "remove_constraint", models.CheckConstraint(condition=Q(needed__lt=99), name="toy_check")
    ),
    "a unique constraint comes and goes": both(
        "add_constraint", "remove_constraint", models.UniqueConstraint(fields=["requested_at"], name="toy_once")
    ),
    "an index comes and goes": both("add_index", "remove_index", models.Index(fields=["reason"], name="toy_index")),
    "a many-to-many relation comes and goes": joining(),
}


@pytest.mark.parametrize("kind", KINDS)
def test_triggers_are_there_after_a_change_of_the_schema_and_after_its_reversal(kind: str) -> None:
    request = make_promotion_request()
    there, back = KINDS[kind]
    # What has another name than the code knows cannot be looked at: that goes there and back in one.
    for changes in [(there, back)] if "another name" in kind else [(there,), (back,)]:
        migrating.before(None, "default", PLAN)
        for change in changes:
            with connection.schema_editor() as editor:
                change(editor)
        migrating.after(None, "default", PLAN)
        assert triggers.missing(connection) == []
    assert "frozen" in sql.refused(f"UPDATE {TABLE} SET reason = 'x'")
    assert Capture.objects.filter(of=TABLE, row=str(request.pk), op="I").exists()
