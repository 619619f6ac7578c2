"""Which tables are governed, and which of their columns tell what was decided."""

from collections.abc import Mapping
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.models import Model

from mlops.triggers.capture import Governed, columns

# While a run is worked on its worker writes freely; what it was asked and how it ended is what is governed.
_ENDED = "CASE WHEN {{row}}.state IN ('QUEUED', 'RUNNING') THEN {} ELSE {{row}}.{} END"

OURS = [
    Governed(
        "mlops_run",
        columns(
            ["recipe_key", "cause", "reason", "parent_id", "params", "grid", "seed", "until", "queued_at", "queued_by"],
            state=_ENDED.format("'UNFINISHED'", "state"),
            dataset_id=_ENDED.format("NULL", "dataset_id"),
            evaluation_digest=_ENDED.format("''", "evaluation_digest"),
            environment=_ENDED.format("NULL", "environment"),
        ),
    ),
    Governed(
        "mlops_dataset",
        columns(["dataset_key", "number", "fingerprint", "since", "until", "rows", "subjects", "contract", "counts"])
        | columns(["histograms", "origins", "partitions", "frozen_at", "frozen_by"]),
    ),
    Governed(
        "mlops_modelversion",
        columns(["recipe_key", "kind", "number", "state", "artefact_digest", "arrays_digest", "params", "run_id"])
        | columns(["created_at", "created_by"]),
    ),
    Governed(
        "mlops_manifest", columns(["version_id", "artefact_digest", "bundle", "key_id", "signed_at", "signed_by"])
    ),
    Governed(
        "mlops_gatereport", columns(["version_id", "passed", "digest", "results", "tables", "judged_at", "judged_by"])
    ),
    Governed(
        "mlops_promotionrequest",
        columns(["version_id", "state", "evidence", "evidence_digest", "needed", "reason", "requested_at"])
        | columns(["requested_by", "expires_at", "closed_at", "closed_by"]),
    ),
    Governed(
        "mlops_approval",
        columns(["request_id", "verdict", "evidence_digest", "reason", "decided_at", "decided_by"]),
    ),
    Governed("mlops_remark", columns(["request_id", "text", "said_at", "said_by"])),
    Governed(
        "mlops_deployment",
        columns(["recipe_key", "version_id", "role", "how", "request_id", "replaces_id", "reason", "started_at"])
        | columns(["started_by", "ended_at", "ended_by"]),
    ),
    Governed(
        "mlops_policyrequest",
        columns(["recipe_key", "state", "current", "wanted", "needed", "reason", "requested_at", "requested_by"])
        | columns(["expires_at", "closed_at", "closed_by"]),
    ),
    Governed("mlops_policyvote", columns(["request_id", "verdict", "reason", "decided_at", "decided_by"])),
    Governed("mlops_policy", columns(["recipe_key", "number", "approvals_required", "request_id", "since", "set_by"])),
    Governed(
        "mlops_erasure",
        columns(["subject_digest", "state", "reason", "counts", "datasets", "versions", "erased_at", "erased_by"]),
    ),
]


def governed() -> list[Governed]:
    """Return every governed table: ours, and those that settings.MLOPS_GOVERNED names.

    MLOPS_GOVERNED: model label («app.Model», a many-to-many table as «app.Model.field») to the names of its fields that
    tell what was decided and hold no personal data; «field:12» tells the first twelve signs of a text alone.
    MLOPS_GOVERNED_ONLY: model label to SQL over {row}; rows of which it is not true are not governed.
    """
    theirs: Mapping[str, list[str]] = getattr(settings, "MLOPS_GOVERNED", {})
    return [*OURS, *(_of(label, names) for label, names in sorted(theirs.items()))]


def _of(label: str, names: list[str]) -> Governed:
    model = model_of(label)
    meta = model._meta
    told = {}
    for name in names:
        field, _, signs = name.partition(":")
        column = column_of(model, field)
        told[column] = f'substr({{row}}."{column}", 1, {int(signs)})' if signs else f'{{row}}."{column}"'
    only: Mapping[str, str] = getattr(settings, "MLOPS_GOVERNED_ONLY", {})
    return Governed(meta.db_table, told, f'{{row}}."{key_of(model)}"', only.get(label, ""), _unique(model))


def model_of(label: str) -> type[Model]:
    """Return the model of a label, or of a many-to-many table as «app.Model.field»."""
    app, name, *field = label.split(".")
    model = apps.get_model(app, name)
    return getattr(model, field[0]).through if field else model


def column_of(model: type[Model], name: str) -> str:
    field: Any = model._meta.get_field(name)
    return str(field.column)


def key_of(model: type[Model]) -> str:
    return column_of(model, model._meta.pk.name)


def _unique(model: type[Model]) -> tuple[tuple[str, ...], ...]:
    """The columns of each of its unique constraints."""
    meta = model._meta
    several = [constraint.fields for constraint in meta.total_unique_constraints] + list(meta.unique_together)
    found = [[column_of(model, name) for name in names] for names in several]
    found += [[column_of(model, field.name)] for field in meta.concrete_fields if field.unique]
    return tuple(sorted(tuple(columns) for columns in found))
