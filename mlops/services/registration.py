"""A run's version: registered once whatever happens, with what was judged of it."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

from django.db import IntegrityError
from django.db.models import Max

from mlops import registry
from mlops.errors import BadArtefact, MlopsError
from mlops.models import GateReport, ModelVersion, Run
from mlops.ports import Actor
from mlops.services import manifests
from mlops.services.audit import canonical, record
from mlops.services.manifests import Signed
from mlops.services.sealing import governed

ATTEMPTS = 10


def register(
    *,
    run: Run,
    artefact_digest: str,
    arrays_digest: str,
    results: Sequence[Mapping[str, Any]],
    tables: Sequence[Mapping[str, Any]],
    champion: ModelVersion | None,
    by: Actor,
    at: datetime,
    inside: Callable[[], AbstractContextManager[None]] = governed,
) -> ModelVersion:
    """Return the run's version, made now with its gate report and signed manifest unless there is one already.

    results: of each gate key, title, passed (None where it does not apply), value, limit, error, words. champion: what
    they were judged against. inside: makes the transaction it is written in; what is signed is read and signed before.
    Raises BadArtefact, MlopsError.
    """
    size, learned = manifests.measured(recipe_key=run.recipe_key, artefact_digest=artefact_digest)
    if learned != arrays_digest:
        raise BadArtefact(f"artefact {artefact_digest} holds another learned state than {run} is said to have made")
    against = {"version": champion.pk, "label": champion.label} if champion else {}
    results = [{**result, "against": against} for result in results]
    for _ in range(ATTEMPTS):
        if found := ModelVersion.objects.filter(run=run).first():
            return found
        version = _next(run, artefact_digest, arrays_digest, by, at)
        report = _judged(version, results, tables, by, at)
        signed = manifests.sign(manifests.stated(version, size, learned))
        try:
            with inside():
                _write(version, report, signed, by, at)
                return version
        except IntegrityError:  # another run took the number
            continue
    raise MlopsError(f"{run} found no free number for its version in {ATTEMPTS} attempts; repeat the run.")


def report_digest(label: str, results: Sequence[Mapping[str, Any]], tables: Sequence[Mapping[str, Any]]) -> str:
    """Return SHA-256 over the version's label, the results and the tables, as canonical JSON."""
    return hashlib.sha256(canonical({"version": label, "results": results, "tables": tables}).encode()).hexdigest()


def _next(run: Run, artefact: str, arrays: str, by: Actor, at: datetime) -> ModelVersion:
    """The version as it would be written now."""
    last = ModelVersion.objects.filter(recipe_key=run.recipe_key).aggregate(last=Max("number"))["last"]
    return ModelVersion(
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


def _judged(
    version: ModelVersion,
    results: Sequence[Mapping[str, Any]],
    tables: Sequence[Mapping[str, Any]],
    by: Actor,
    at: datetime,
) -> GateReport:
    """The version's report as it would be written now."""
    applied = [result["passed"] for result in results if result["passed"] is not None]
    return GateReport(
        version=version,
        passed=bool(applied) and all(applied),
        digest=report_digest(version.label, results, tables),
        results=list(results),
        tables=list(tables),
        judged_at=at,
        judged_by=str(by.subject_id),
    )


def _write(version: ModelVersion, report: GateReport, signed: Signed, by: Actor, at: datetime) -> None:
    assert version.run is not None
    version.save(force_insert=True)
    report.version = version  # it has a key now
    report.save(force_insert=True)
    manifests.keep(version=version, signed=signed, by=by, at=at)
    facts = {"run": version.run.pk, "artefact": version.artefact_digest, "manifest": signed.digest}
    facts |= {"gates": report.digest, "passed": report.passed}
    record("version.registered", f"version:{version.label}", by=by, at=at, reason=version.run.reason, **facts)
