"""A run's version: registered once whatever happens, with what was judged of it."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError
from django.db.models import Max

from mlops import registry
from mlops.errors import MlopsError
from mlops.models import GateReport, ModelVersion, Run
from mlops.ports import Actor
from mlops.services.audit import canonical, record
from mlops.services.sealing import governed

ATTEMPTS = 10


def register(
    *,
    run: Run,
    artefact_digest: str,
    arrays_digest: str,
    results: Sequence[Mapping[str, Any]],
    tables: Sequence[Mapping[str, Any]],
    by: Actor,
    at: datetime,
) -> ModelVersion:
    """Return the run's version, made now with its gate report unless there is one already.

    results: of each gate key, title, passed (None where it does not apply), value, limit, error, words.
    """
    for _ in range(ATTEMPTS):
        found = ModelVersion.objects.filter(run=run).first()
        if found:
            return found
        try:
            return _made(run, artefact_digest, arrays_digest, results, tables, by, at)
        except IntegrityError:  # another run took the number
            continue
    raise MlopsError(f"{run} found no free number for its version in {ATTEMPTS} attempts; repeat the run.")


def report_digest(label: str, results: Sequence[Mapping[str, Any]], tables: Sequence[Mapping[str, Any]]) -> str:
    """Return SHA-256 over the version's label, the results and the tables, as canonical JSON."""
    return hashlib.sha256(canonical({"version": label, "results": results, "tables": tables}).encode()).hexdigest()


@governed()
def _made(
    run: Run,
    artefact: str,
    arrays: str,
    results: Sequence[Mapping[str, Any]],
    tables: Sequence[Mapping[str, Any]],
    by: Actor,
    at: datetime,
) -> ModelVersion:
    last = ModelVersion.objects.filter(recipe_key=run.recipe_key).aggregate(last=Max("number"))["last"]
    version = ModelVersion.objects.create(
        recipe_key=run.recipe_key,
        kind=registry.recipe(run.recipe_key).kind.value,
        number=(last or 0) + 1,
        artefact_digest=artefact,
        arrays_digest=arrays,
        params=run.params,
        run=run,
        created_at=at,
        created_by=str(by.subject_id),
    )
    applied = [result["passed"] for result in results if result["passed"] is not None]
    report = GateReport.objects.create(
        version=version,
        passed=bool(applied) and all(applied),
        digest=report_digest(version.label, results, tables),
        results=list(results),
        tables=list(tables),
        judged_at=at,
        judged_by=str(by.subject_id),
    )
    facts = {"run": run.pk, "artefact": artefact, "gates": report.digest, "passed": report.passed}
    record("version.registered", f"version:{version.label}", by=by, at=at, reason=run.reason, **facts)
    return version
