"""What is registered is signed, what is loaded was signed, and OpenSSF's own verifier says so too."""

import hashlib
import importlib
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.apps import apps
from django.conf import settings as configured
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.db import connection

from mlops import arrays, manifests, serving, signing, store, triggers
from mlops.errors import BadArtefact, BadKey, Refused
from mlops.manifests import Statement
from mlops.models import AuditEvent, Manifest, ModelVersion
from mlops.ports import SYSTEM
from mlops.services import genesis, registration
from mlops.services import manifests as kept
from tests.factories.mlops import (
    NOON,
    make_candidate,
    make_deployment,
    make_gate_report,
    make_genesis,
    make_manifest,
    make_person,
    make_promotion,
    make_version,
)
from tests.mlops import sql
from tests.mlops.training import carried_out

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("toys")]
TABLE = "mlops_manifest"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A formula's artefact and its manifest, as they are handed to somebody else."""
    make_genesis("toy-formula")
    kept.write_out(label="toy-formula v1", folder=tmp_path / "out")
    return tmp_path / "out"


def others_verify(folder: Path, public: Path | None = None) -> None:
    """Ask OpenSSF's model-signing. Raises ValueError or InvalidSignature, as it does."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its dependencies
        verifying = importlib.import_module("model_signing.verifying")
        config = verifying.Config().use_elliptic_key_verifier(public_key=public or configured.ARTEFACT_PUBLIC_KEYS[0])
        config.verify(folder, folder / manifests.SIGNATURE)


@contextmanager
def unguarded() -> Iterator[None]:
    """The database without its triggers, as somebody leaves it who owns the tables."""
    if sql.POSTGRES:
        sql.run("SET CONSTRAINTS ALL IMMEDIATE")  # what waits for the end of the transaction would keep them in place
    triggers.drop(connection)
    yield
    triggers.install(connection)


def new_keys(folder: Path) -> tuple[Path, Path]:
    private, public = folder / "next.pem", folder / "next.pub.pem"
    assert signing.make_keys(private, public)
    return private, public


# --- the layout --------------------------------------------------------------------------------------------------
def test_openssf_model_signing_accepts_what_we_sign(out: Path) -> None:
    assert sorted(path.name for path in out.iterdir()) == ["model.safetensors", "model.sig"]
    others_verify(out)


def test_openssf_model_signing_refuses_a_changed_byte_another_file_and_another_key(out: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="Key mismatch"):
        others_verify(out, new_keys(tmp_path)[1])
    (out / "more.txt").touch()
    with pytest.raises(ValueError, match="Extra files found"):
        others_verify(out)
    (out / "more.txt").unlink()
    artefact = out / manifests.FILE
    artefact.write_bytes(artefact.read_bytes()[:-1] + b"\x09")
    with pytest.raises(ValueError, match="Hash mismatch"):
        others_verify(out)


def test_another_layout_that_their_verifier_would_take_is_not_ours(out: Path) -> None:
    """They read any JSON of these fields; what is read here is one text."""
    signature = out / manifests.SIGNATURE
    signature.write_text(signature.read_text().replace(",", ", ", 1))
    others_verify(out)
    with pytest.raises(BadArtefact, match="not written as ours are"):
        manifests.read(signature.read_text(), kept.trusted())


def test_it_says_what_the_rows_say() -> None:
    version = carried_out(reason="to see").version
    assert version.run
    assert version.run.dataset
    assert kept.checked(version) == Statement(
        version="toy-learner v1",
        recipe="toy-learner",
        artefact=version.artefact_digest,
        size=len(store.open(version.artefact_digest)),
        arrays=version.arrays_digest,
        run=version.run.pk,
        dataset=version.run.dataset.fingerprint,
        gates=version.gate_report.digest,
    )
    row = version.manifest
    assert (row.artefact_digest, row.signed_by) == (version.artefact_digest, version.created_by)
    assert row.key_id == signing.key_id(signing.public_key(configured.ARTEFACT_PUBLIC_KEYS[0]))
    told = AuditEvent.objects.filter(body__contains="version.registered").get()
    assert told.facts["detail"]["manifest"] == hashlib.sha256(row.bundle.encode()).hexdigest()


def test_no_letter_of_it_can_be_changed() -> None:
    key = signing.private_key(configured.ARTEFACT_KEY)
    text = manifests.signed(Statement("toy v1", "toy", "a" * 64, 72, "b" * 64), key)
    for place in range(len(text)):
        with pytest.raises(BadArtefact):
            manifests.read(text[:place] + chr(ord(text[place]) ^ 1) + text[place + 1 :], [key.public_key()])


# --- signing -----------------------------------------------------------------------------------------------------
def test_without_its_key_nothing_is_registered(settings: Any, tmp_path: Path) -> None:
    settings.ARTEFACT_KEY = tmp_path / "nowhere.pem"
    with pytest.raises(BadKey, match=r"nowhere\.pem cannot be read"):
        genesis.install(recipe_key="toy-formula", by=SYSTEM, at=NOON)
    run = carried_out()
    assert (run.state, "nowhere.pem" in run.failure) == ("FAILED", True)
    assert not ModelVersion.objects.exists()


def test_the_first_genesis_makes_the_keys_and_no_other(settings: Any, tmp_path: Path, capsys: Any) -> None:
    settings.ARTEFACT_KEY = tmp_path / "keys" / "artefacts.pem"
    settings.ARTEFACT_PUBLIC_KEYS = [tmp_path / "keys" / "artefacts.pub.pem"]
    call_command("genesis")
    assert settings.ARTEFACT_KEY.stat().st_mode & 0o777 == 0o600
    made = settings.ARTEFACT_KEY.read_bytes()
    call_command("genesis")
    assert settings.ARTEFACT_KEY.read_bytes() == made
    assert serving.served("toy-formula").label == "toy-formula v1"


def test_a_state_that_is_not_what_the_run_made_is_not_signed() -> None:
    run = make_version().run
    digest = store.put(arrays.pack({"means": np.arange(6.0)}))
    assert run
    told: dict[str, Any] = {"results": [], "tables": [], "champion": None, "by": SYSTEM, "at": NOON}
    with pytest.raises(BadArtefact, match="another learned state"):
        registration.register(run=run, artefact_digest=digest, arrays_digest="0" * 64, **told)


def unsigned() -> ModelVersion:
    """A version from before there were manifests, whose artefact is whole."""
    state = {"means": np.arange(6.0)}
    version = make_version(artefact_digest=store.put(arrays.pack(state)), arrays_digest=arrays.digest(state))
    make_gate_report(version)
    return version


def test_versions_without_a_manifest_are_signed_by_a_person_with_the_right() -> None:
    version, person = unsigned(), make_person("sign_version")
    with pytest.raises(BadArtefact, match="it has no manifest: `manage"):
        kept.load(version)
    for other in (SYSTEM, make_person("roll_back")):
        with pytest.raises(Refused):
            kept.sign_versions(reason="before there were any", by=other, at=NOON)
    assert kept.sign_versions(reason="before there were any", by=person, at=NOON) == [version]
    assert kept.sign_versions(reason="again", by=person, at=NOON) == []
    event = AuditEvent.objects.get()
    assert (event.action, event.actor, event.object) == (
        "version.signed",
        str(person.subject_id),
        "version:toy-learner v1",
    )
    assert (kept.load(version).arrays()["means"] == np.arange(6)).all()


def test_a_version_whose_artefact_is_gone_is_named_and_stays_without() -> None:
    make_version()
    version = unsigned()
    with pytest.raises(BadArtefact, match=r"1 were signed; not these: toy-learner v1: artefact a+ cannot be opened"):
        kept.sign_versions(reason="before there were any", by=make_person("sign_version"), at=NOON)
    assert Manifest.objects.get().version == version


@pytest.mark.skipif(not apps.is_installed("catalog"), reason="the other site's accounts have no subject id")
def test_the_command_needs_a_person_and_says_what_it_did(capsys: Any) -> None:
    unsigned()
    with pytest.raises(CommandError, match="nobody here is called nobody"):
        call_command("sign_versions", by="nobody", reason="why")
    get_user_model().objects.create_superuser("operator", password="x")
    call_command("sign_versions", by="operator", reason="before there were any")
    call_command("sign_versions", by="operator", reason="again")
    said = capsys.readouterr().out
    assert "toy-learner v1 is signed." in said
    assert "Every version has a manifest." in said


# --- keys that follow one another ---------------------------------------------------------------------------------
def test_an_old_key_is_trusted_while_it_is_named(settings: Any, tmp_path: Path) -> None:
    old, (private, public) = make_candidate(), new_keys(tmp_path)
    before = settings.ARTEFACT_PUBLIC_KEYS
    settings.ARTEFACT_KEY, settings.ARTEFACT_PUBLIC_KEYS = private, [public, *before]
    new = make_candidate()
    assert kept.checked(old).version == "toy-learner v1"
    assert kept.checked(new).version == "toy-learner v2"
    settings.ARTEFACT_PUBLIC_KEYS = [public]
    assert kept.checked(new).version == "toy-learner v2"
    with pytest.raises(BadArtefact, match="none of the 1 trusted here"):
        kept.load(old)
    settings.ARTEFACT_PUBLIC_KEYS = [tmp_path / "gone.pem"]
    with pytest.raises(BadArtefact, match=r"gone\.pem cannot be read"):
        kept.load(new)


# --- serving -----------------------------------------------------------------------------------------------------
def test_what_was_refused_for_want_of_a_manifest_serves_once_it_is_signed() -> None:
    state = {"factor": np.array([3])}
    facts = {"artefact_digest": store.put(arrays.pack(state)), "arrays_digest": arrays.digest(state)}
    make_deployment(make_version(recipe_key="toy-formula", kind="SOFTWARE", state="APPROVED", **facts))
    for _ in range(2):
        with pytest.raises(BadArtefact, match="no manifest"):
            serving.served("toy-formula")
    assert "no manifest" in serving.faults()["toy-formula"]
    kept.sign_versions(reason="before there were any", by=make_person("sign_version"), at=NOON)
    assert serving.served("toy-formula").label == "toy-formula v1"
    assert serving.faults() == {}


def test_the_same_bytes_under_a_version_that_nobody_signed_are_not_served_from_memory() -> None:
    first = make_promotion().version
    assert serving.served("toy-learner").label == "toy-learner v1"
    second = make_candidate(artefact_digest=first.artefact_digest)
    make_promotion(second)
    with unguarded():
        Manifest.objects.filter(version=second).delete()
    assert serving.served("toy-learner").label == "toy-learner v1"
    assert "toy-learner v2 cannot be loaded, toy-learner v1 keeps serving: it has no" in serving.faults()["toy-learner"]


def test_a_manifest_changed_behind_a_model_in_memory_is_a_fault_while_it_serves_on() -> None:
    version = make_genesis("toy-formula").version
    assert serving.faults() == {}
    with unguarded():
        Manifest.objects.update(bundle=version.manifest.bundle[:-1])
    assert serving.served("toy-formula").label == "toy-formula v1"
    assert (
        "it serves from memory, and could not be loaded again: its manifest cannot" in serving.faults()["toy-formula"]
    )


# --- the table ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "attack",
    [
        f"UPDATE {TABLE} SET bundle = ''",
        f"UPDATE {TABLE} SET version_id = version_id",
        f"DELETE FROM {TABLE}",
        f"INSERT INTO {TABLE} SELECT * FROM {TABLE}",
        pytest.param(f"INSERT OR REPLACE INTO {TABLE} SELECT * FROM {TABLE}", marks=sql.on_sqlite),
        pytest.param(f"TRUNCATE {TABLE}", marks=sql.on_postgres),
    ],
)
def test_a_manifest_is_written_once(attack: str) -> None:
    make_genesis("toy-formula")
    before = sql.rows(TABLE)
    sql.refused(attack)
    assert sql.rows(TABLE) == before


def test_a_manifest_names_the_artefact_of_its_version() -> None:
    version = make_version()
    signed = kept.sign(replace(kept.stated(version, 1, "0" * 64), artefact="b" * 64))
    with pytest.raises(Exception, match="a manifest names the artefact of its version"):
        kept.keep(version=version, signed=signed, by=SYSTEM, at=NOON)


def test_a_version_has_one_manifest() -> None:
    version = make_version()
    make_manifest(version)
    with pytest.raises(Exception, match=r"one manifest|version_id"):
        make_manifest(version)
