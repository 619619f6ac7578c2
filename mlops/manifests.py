"""Manifests: what a version's artefact is, signed in the layout of OpenSSF model-signing 1.0 (in-toto, DSSE, sigstore).

Their verifier reads what is written here; here nothing is read but what could have been written here, byte for byte.
"""

import base64
import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from mlops import signing
from mlops.errors import BadArtefact
from mlops.signing import PrivateKey, PublicKey

FILE = "model.safetensors"  # the artefact's name beside its model.sig
SIGNATURE = "model.sig"
IGNORED = [".git", ".gitattributes", ".github", ".gitignore", SIGNATURE]
MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json"
PAYLOAD_TYPE = "application/vnd.in-toto+json"
STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "https://model_signing/signature/v1.0"
SERIALIZATION = {"method": "files", "hash_type": "sha256", "allow_symlinks": False, "ignore_paths": IGNORED}
MOST_TEXT = 16_384  # characters of a bundle; ours have 1,700
DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Statement:
    """What is signed of a version. size: bytes of the artefact; artefact, arrays, dataset, gates: SHA-256 in hexadecimal.

    run, dataset, gates: None of a formula's first version, which came from no run.
    """

    version: str
    recipe: str
    artefact: str
    size: int
    arrays: str
    run: int | None = None
    dataset: str | None = None
    gates: str | None = None


def signed(statement: Statement, key: PrivateKey) -> str:
    """Return the statement as a signed bundle, the text of a model.sig."""
    payload = _payload(statement)
    return _bundle(payload, hint(key.public_key()), signing.sign(_pae(payload), key))


def read(bundle: str, keys: Sequence[PublicKey]) -> Statement:
    """Return what one of the keys has signed. Raises BadArtefact with what is wrong: nothing of it is believed then."""
    if len(bundle) > MOST_TEXT:
        raise BadArtefact(f"its manifest has {len(bundle)} characters; {MOST_TEXT} are the most")
    named, payload, signature = _parts(_parsed(bundle))
    key = next((key for key in keys if hint(key) == named), None)
    if key is None:
        raise BadArtefact(f"its manifest names the key {named:.12}…, which is none of the {len(keys)} trusted here")
    if signing.signer(_pae(payload), signature, [key]) is None:
        raise BadArtefact("its manifest does not hold: the signature is of other bytes, or of another key")
    statement = _statement(_parsed(payload.decode(errors="replace")))
    if payload != _payload(statement) or bundle != _bundle(payload, named, signature):
        raise BadArtefact("its manifest is not written as ours are: something was added to it, or put in another form")
    return statement


def hint(key: PublicKey) -> str:
    """Return how a bundle names its key: SHA-256 over the PEM, in hexadecimal."""
    return hashlib.sha256(signing.pem(key).encode()).hexdigest()


def _payload(statement: Statement) -> bytes:
    facts = asdict(statement)
    artefact, name = facts.pop("artefact"), statement.version
    # The root is over the digests of all files; there is one.
    root = hashlib.sha256(bytes.fromhex(artefact)).hexdigest()
    return _json(
        {
            "_type": STATEMENT_TYPE,
            "subject": [{"name": name, "digest": {"sha256": root}}],
            "predicateType": PREDICATE_TYPE,
            "predicate": {
                "serialization": SERIALIZATION,
                "resources": [{"name": FILE, "algorithm": "sha256", "digest": artefact}],
                "registered": facts,
            },
        }
    ).encode()


def _bundle(payload: bytes, hint: str, signature: bytes) -> str:
    return _json(
        {
            "mediaType": MEDIA_TYPE,
            "verificationMaterial": {"publicKey": {"hint": hint}, "tlogEntries": []},
            "dsseEnvelope": {
                "payload": base64.b64encode(payload).decode(),
                "payloadType": PAYLOAD_TYPE,
                "signatures": [{"sig": base64.b64encode(signature).decode(), "keyid": ""}],
            },
        }
    )


def _pae(payload: bytes) -> bytes:
    """What is signed: DSSE's pre-authentication encoding, https://github.com/secure-systems-lab/dsse protocol 1.0."""
    return b"DSSEv1 %d %s %d %s" % (len(PAYLOAD_TYPE), PAYLOAD_TYPE.encode(), len(payload), payload)


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def _parsed(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise BadArtefact(f"its manifest cannot be read: {error}") from error
    if not isinstance(found, dict):
        raise BadArtefact("its manifest cannot be read: it is no object")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands there twice")
    return found


def _parts(bundle: dict[str, Any]) -> tuple[str, bytes, bytes]:
    """Return the key's name, the payload and the one signature."""
    try:
        envelope, material = bundle["dsseEnvelope"], bundle["verificationMaterial"]
        types, signatures, hint = (
            (bundle["mediaType"], envelope["payloadType"]),
            envelope["signatures"],
            material["publicKey"]["hint"],
        )
        if types != (MEDIA_TYPE, PAYLOAD_TYPE):
            raise BadArtefact(f"its manifest is of another type: {types[0]!s:.60}, {types[1]!s:.60}")
        if len(signatures) != 1 or not isinstance(hint, str):
            raise BadArtefact(f"its manifest has {len(signatures)} signatures; one is expected, by a named key")
        payload, signature = (
            base64.b64decode(text, validate=True) for text in (envelope["payload"], signatures[0]["sig"])
        )
    except (KeyError, TypeError, ValueError) as error:
        raise BadArtefact(f"its manifest is not whole: {type(error).__name__} {error!s:.60}") from error
    return hint, payload, signature


def _statement(payload: dict[str, Any]) -> Statement:
    try:
        predicate = payload["predicate"]
        (file,) = predicate["resources"]
        found = Statement(**predicate["registered"], artefact=file["digest"])
    except (KeyError, TypeError, ValueError) as error:
        raise BadArtefact(
            f"its manifest states something else than a version: {type(error).__name__} {error!s:.60}"
        ) from error
    told = [one for one in (found.dataset, found.gates) if one is not None]
    if not all(isinstance(one, str) and DIGEST.fullmatch(one) for one in (found.artefact, found.arrays, *told)):
        raise BadArtefact("its manifest states a digest that is no SHA-256")
    if type(found.size) is not int or found.size < 1:
        raise BadArtefact(f"its manifest states a size that is none: {found.size!r:.60}")
    return found
