"""Signing what is registered, and loading it: no model comes into being but from the bytes that its signed manifest names."""

import hashlib
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings

from mlops import arrays, manifests, policies, registry, signing, store
from mlops.errors import BadArtefact, BadKey
from mlops.manifests import Statement
from mlops.models import Manifest, ModelVersion
from mlops.ports import Actor, Arrays, Model
from mlops.selectors.versions import labelled
from mlops.services.audit import record
from mlops.services.sealing import governed
from mlops.signing import PublicKey

MALFORMED = (ValueError, KeyError, TypeError, IndexError, OverflowError)
UNSIGNED = "it has no manifest: `manage.py sign_versions --by NAME --reason WHY` has it signed"


@dataclass(frozen=True)
class Signed:
    """A manifest that is not kept yet."""

    statement: Statement
    bundle: str
    key_id: str

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.bundle.encode()).hexdigest()


# --- keys --------------------------------------------------------------------------------------------------------
def make_keys() -> bool:
    """Make the pair of keys that settings name, unless one of them is there; say whether it was made.

    For the first start of a site that keeps everything in one folder; elsewhere keys are made and held by people.
    """
    return signing.make_keys(Path(settings.ARTEFACT_KEY), Path(settings.ARTEFACT_PUBLIC_KEYS[0]))


def trusted() -> list[PublicKey]:
    """Return the public keys that settings.ARTEFACT_PUBLIC_KEYS names. Raises BadArtefact naming a file that has none."""
    try:
        return [key for path in settings.ARTEFACT_PUBLIC_KEYS for key in signing.public_keys(Path(path))]
    except BadKey as error:
        raise BadArtefact(f"its manifest cannot be checked: {error}") from error


# --- signing -----------------------------------------------------------------------------------------------------
def measured(*, recipe_key: str, artefact_digest: str) -> tuple[int, str]:
    """Return the artefact's size and its arrays' digest, once its stored bytes were read as a state of the recipe.

    Nothing is signed unseen: raises BadArtefact.
    """
    data = store.open(artefact_digest)
    found, _ = _read(recipe_key, artefact_digest, data)
    return len(data), arrays.digest(found)


def sign(statement: Statement) -> Signed:
    """Sign with the key that settings.ARTEFACT_KEY names, before any transaction. Raises BadKey without that key."""
    key = signing.private_key(Path(settings.ARTEFACT_KEY))
    return Signed(statement, manifests.signed(statement, key), signing.key_id(key.public_key()))


def keep(*, version: ModelVersion, signed: Signed, by: Actor, at: datetime) -> Manifest:
    """Write a version's manifest, in the caller's transaction and with the caller's audit event."""
    return Manifest.objects.create(
        version=version,
        artefact_digest=signed.statement.artefact,
        bundle=signed.bundle,
        key_id=signed.key_id,
        signed_at=at,
        signed_by=str(by.subject_id),
    )


def sign_versions(*, reason: str, by: Actor, at: datetime) -> list[ModelVersion]:
    """Sign every version that has no manifest, each in a transaction of its own, and return them.

    Those whose artefact is gone or changed stay without, and are named in the BadArtefact raised at the end. Raises
    Refused.
    """
    policies.check_may_sign(by)
    done, broken = [], []
    unsigned = ModelVersion.objects.filter(manifest=None).select_related("gate_report", "run__dataset")
    for version in unsigned.order_by("pk"):
        try:
            done.append(_sign_again(version, reason, by, at))
        except BadArtefact as error:
            broken.append(f"{version.label}: {error}")
    if broken:
        raise BadArtefact(f"{len(done)} were signed; not these: {'; '.join(broken)}")
    return done


def _sign_again(version: ModelVersion, reason: str, by: Actor, at: datetime) -> ModelVersion:
    size, learned = measured(recipe_key=version.recipe_key, artefact_digest=version.artefact_digest)
    signed = sign(stated(version, size, learned))
    _check_same(learned, signed.statement)
    with governed():
        keep(version=version, signed=signed, by=by, at=at)
        facts = {"artefact": version.artefact_digest, "manifest": signed.digest, "key": signed.key_id}
        record("version.signed", f"version:{version.label}", by=by, at=at, reason=reason, **facts)
    return version


# --- loading -----------------------------------------------------------------------------------------------------
def checked(version: ModelVersion) -> Statement:
    """Return what was signed of a version, once it holds and the rows still say the same. Raises BadArtefact."""
    bundle = bundle_of(version.pk)
    if not bundle:
        raise BadArtefact(UNSIGNED)
    statement = manifests.read(bundle, trusted())
    said, rows = asdict(statement), asdict(stated(version, statement.size, statement.arrays))
    if differing := [name for name in rows if said[name] != rows[name]]:
        raise BadArtefact(f"its manifest was signed of another {', '.join(differing)}")
    return statement


def open_checked(version: ModelVersion) -> tuple[Statement, bytes]:
    """Return a version's statement and the bytes that it names, both verified. Raises BadArtefact."""
    statement = checked(version)
    return statement, store.open(statement.artefact, size=statement.size)


def load(version: ModelVersion) -> Model:
    """Return the model of a version, verified from the manifest to the arrays. Raises BadArtefact."""
    statement, data = open_checked(version)
    found, model = _read(version.recipe_key, statement.artefact, data)
    _check_same(arrays.digest(found), statement)
    return model


def write_out(*, label: str, folder: Path) -> None:
    """Write a version's verified artefact, and its manifest beside it, into a new folder. Raises MlopsError, OSError."""
    version = labelled(label)
    _, data = open_checked(version)
    folder.mkdir()
    (folder / manifests.FILE).write_bytes(data)
    (folder / manifests.SIGNATURE).write_text(bundle_of(version.pk))


def stated(version: ModelVersion, size: int, learned: str) -> Statement:
    """Return what the rows say of a version. size, learned: of the artefact; the second where its row says nothing."""
    run, report = version.run, getattr(version, "gate_report", None)
    return Statement(
        version=version.label,
        recipe=version.recipe_key,
        artefact=version.artefact_digest,
        size=size,
        arrays=version.arrays_digest or learned,
        run=run.pk if run else None,
        dataset=run.dataset.fingerprint if run and run.dataset else None,
        gates=report.digest if report else None,
    )


def bundle_of(version_id: int) -> str:
    """Return the text of a version's manifest as it is stored now, or nothing."""
    return Manifest.objects.filter(version=version_id).values_list("bundle", flat=True).first() or ""


def _read(recipe_key: str, artefact: str, data: bytes) -> tuple[Arrays, Model]:
    recipe = registry.recipe(recipe_key)
    try:
        found = arrays.unpack(data, recipe.state)
        arrays.check_finite(found)
        return found, recipe.load(found)
    except MALFORMED as error:
        raise BadArtefact(f"artefact {artefact} is not of {recipe.key}: {error}") from error


def _check_same(learned: str, statement: Statement) -> None:
    if learned != statement.arrays:
        raise BadArtefact(f"artefact {statement.artefact} holds another learned state than its version")
