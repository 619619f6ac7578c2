"""What every model must have, found by looking at all of them."""

import inspect
import re
import types
from collections.abc import Iterator
from io import StringIO
from typing import get_args, get_origin, get_type_hints

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db.models import CheckConstraint, Model, Q
from django.db.models.expressions import CombinedExpression, F

from tests.architecture.tree import ROOT
from tests.factories import catalog, governance, keeping, mlops, monitoring, partners


def models() -> list[type[Model]]:
    """Our models; those that simple-history derives have no rules of their own."""
    found = [model for app in ("catalog", "mlops") for model in apps.get_app_config(app).get_models()]
    return [model for model in found if not hasattr(model, "instance_type")]


def named(condition: object) -> Iterator[str]:
    """The columns a condition speaks of."""
    if isinstance(condition, Q):
        for child in condition.children:
            yield from named(child)
    elif isinstance(condition, tuple):
        yield condition[0].split("__")[0]
        yield from named(condition[1])
    elif isinstance(condition, F):
        yield condition.name
    elif isinstance(condition, CombinedExpression):
        yield from named(condition.lhs)
        yield from named(condition.rhs)


def loose_pairs(model: type[Model]) -> list[str]:
    """Pairs X_at and X_by, of which the time may be missing, that no constraint ties together."""
    fields = {field.name: field for field in model._meta.fields}
    pairs = [name[:-3] for name in fields if name.endswith("_at") and f"{name[:-3]}_by" in fields]
    checks = [set(named(c.condition)) for c in model._meta.constraints if isinstance(c, CheckConstraint)]
    return [
        f"{model._meta.label}.{pair}"
        for pair in pairs
        if fields[f"{pair}_at"].null and not any({f"{pair}_at", f"{pair}_by"} <= columns for columns in checks)
    ]


def test_whoever_did_something_and_when_stand_or_fall_together() -> None:
    assert [pair for model in models() for pair in loose_pairs(model)] == []


def made(module: types.ModuleType) -> set[type[Model]]:
    """The models that a factory module's make_* functions return, alone or first of a tuple."""
    hints = [
        get_type_hints(f)["return"]
        for name, f in inspect.getmembers(module, inspect.isfunction)
        if name.startswith("make_")
    ]
    return {get_args(hint)[0] if get_origin(hint) is tuple else hint for hint in hints}


@pytest.mark.parametrize(
    ("app", "modules"), [("catalog", (catalog, keeping, partners)), ("mlops", (mlops, governance, monitoring))]
)
def test_every_model_has_a_factory_or_is_derived(app: str, modules: tuple[types.ModuleType, ...]) -> None:
    derived = {name for module in modules for name in getattr(module, "DERIVED", ())}
    factories = {model for module in modules for model in made(module)}
    lacking = {m.__name__ for m in models() if m._meta.app_label == app and m not in factories}
    assert lacking == derived


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    said = StringIO()
    try:
        call_command("makemigrations", "catalog", "mlops", check=True, dry_run=True, stdout=said)
    except SystemExit:
        pytest.fail(said.getvalue())


def test_migrations_are_named() -> None:
    names = [path.stem for app in ("catalog", "mlops") for path in (ROOT / app / "migrations").glob("0*.py")]
    assert [name for name in names if re.search(r"_auto_\d|_and_more$", name)] == []
