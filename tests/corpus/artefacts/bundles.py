"""Manifests that must not be believed: texts, and the words they are refused with. Each differs from the good one in one thing.

All speak of the toy formula's first version. Keys are made of small numbers and signatures of no chance, so that the same
texts come out again.
"""

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from mlops import arrays, manifests, signing
from mlops.manifests import Statement

KEY = ec.derive_private_key(1895, ec.SECP256R1())  # of these tests alone
OTHER_KEY = ec.derive_private_key(1896, ec.SECP256R1())
STATE = {"factor": np.array([3], dtype=np.int64)}
ARTEFACT = arrays.pack(STATE)
SAID = Statement(
    version="toy-formula v1",
    recipe="toy-formula",
    artefact=hashlib.sha256(ARTEFACT).hexdigest(),
    size=len(ARTEFACT),
    arrays=arrays.digest(STATE),
)
Case = tuple[str, str]  # the text, and what a refusal must say
Tree = dict[str, Any]
FORM, HOLDS, OTHER = "not written as ours are", "does not hold", "states something else than a version"


def signature(data: bytes, key: ec.EllipticCurvePrivateKey = KEY, algorithm: Any = None) -> bytes:
    """A signature of the low form, the same at each call."""
    found = key.sign(data, ec.ECDSA(algorithm or hashes.SHA256(), deterministic_signing=True))
    r, s = decode_dss_signature(found)
    return encode_dss_signature(r, min(s, signing.ORDER - s))


def high(found: bytes) -> bytes:
    """The other signature of the same bytes."""
    r, s = decode_dss_signature(found)
    return encode_dss_signature(r, signing.ORDER - s)


def dumped(tree: Any) -> str:
    return json.dumps(tree, separators=(",", ":"))


def bundle(payload: bytes, key: ec.EllipticCurvePrivateKey = KEY, **how: Any) -> str:
    """Any bytes, signed as ours are."""
    return manifests._bundle(payload, manifests.hint(KEY.public_key()), signature(manifests._pae(payload), key, **how))


def stated(change: Callable[[Tree], object]) -> str:
    """The good statement with a change, signed by the right key: what only its holder could do."""
    tree = json.loads(manifests._payload(SAID))
    change(tree)
    return bundle(dumped(tree).encode())


def said(**facts: Any) -> str:
    return stated(lambda tree: tree["predicate"]["registered"].update(facts))


def outside(change: Callable[[Tree], object]) -> str:
    """The good bundle with a change outside of what is signed."""
    tree = json.loads(GOOD)
    change(tree)
    return dumped(tree)


def file(**facts: Any) -> str:
    return stated(lambda tree: tree["predicate"]["resources"][0].update(facts))


def envelope(**facts: Any) -> str:
    return outside(lambda tree: tree["dsseEnvelope"].update(facts))


def of(**facts: Any) -> str:
    """A whole and signed manifest of something else."""
    return bundle(manifests._payload(replace(SAID, **facts)))


def base64ed(data: bytes) -> str:
    return base64.b64encode(data).decode()


PAYLOAD = manifests._payload(SAID)
GOOD = bundle(PAYLOAD)
SIGNED = signature(manifests._pae(PAYLOAD))
SIG = {"sig": base64ed(SIGNED), "keyid": ""}
B64 = base64ed(PAYLOAD)
MORE = [{"name": "evil.py", "algorithm": "sha256", "digest": "0" * 64}]

FORMS: dict[str, Case] = {
    "nothing": ("", "no manifest"),
    "a-space": (" ", "cannot be read"),
    "no-json": ("model.sig", "cannot be read"),
    "a-list": ("[]", "it is no object"),
    "deep-json": ("[" * 5000, "cannot be read"),
    "too-long": (GOOD + " " * 2**14, "16384 are the most"),
    "cut": (GOOD[:-1], "cannot be read"),
    "pretty": (json.dumps(json.loads(GOOD), indent=1), FORM),
    "a-new-line-at-the-end": (GOOD + "\n", FORM),
    "a-field-twice": (GOOD[:-1] + ',"mediaType":"x"}', "a name stands there twice"),
    "a-signature-list-twice": (GOOD.replace('"signatures":', '"signatures":[],"signatures":'), "stands there twice"),
    "a-field-more": (outside(lambda tree: tree.update(note="")), FORM),
    "fields-in-another-order": (dumped(dict(reversed(json.loads(GOOD).items()))), FORM),
    "another-media-type": (outside(lambda tree: tree.update(mediaType="application/json")), "of another type"),
    "another-payload-type": (envelope(payloadType="application/json"), "of another type"),
    "no-envelope": (outside(lambda tree: tree.pop("dsseEnvelope")), "not whole"),
    "no-key-named": (outside(lambda tree: tree["verificationMaterial"].pop("publicKey")), "not whole"),
    "key-named-by-nothing": (
        outside(lambda tree: tree["verificationMaterial"]["publicKey"].update(hint=None)),
        "signature",
    ),
    "a-certificate-for-a-key": (
        outside(lambda tree: tree["verificationMaterial"].update(certificate={"rawBytes": "MIIB"})),
        FORM,
    ),
    "an-entry-of-another-log": (outside(lambda tree: tree["verificationMaterial"].update(tlogEntries=[{}])), FORM),
}
SIGNATURES: dict[str, Case] = {
    "another-key": (
        manifests._bundle(
            PAYLOAD, manifests.hint(OTHER_KEY.public_key()), signature(manifests._pae(PAYLOAD), OTHER_KEY)
        ),
        "none of the 1 trusted",
    ),
    "another-key-under-our-name": (bundle(PAYLOAD, OTHER_KEY), HOLDS),
    "our-key-under-another-name": (GOOD.replace(manifests.hint(KEY.public_key()), "0" * 64), "none of the 1 trusted"),
    "another-algorithm": (bundle(PAYLOAD, algorithm=hashes.SHA384()), HOLDS),
    "signed-without-its-type": (
        manifests._bundle(PAYLOAD, manifests.hint(KEY.public_key()), signature(PAYLOAD)),
        HOLDS,
    ),
    "payload-changed": (envelope(payload=base64ed(PAYLOAD.replace(b"v1", b"v2"))), HOLDS),
    "payload-of-nothing": (envelope(payload=""), HOLDS),
    "payload-no-base64": (envelope(payload="!" + B64[1:]), "not whole"),
    "payload-with-spaces": (envelope(payload=B64[:4] + " " + B64[4:]), "not whole"),
    "payload-a-number": (envelope(payload=7), "not whole"),
    "signature-changed": (
        envelope(signatures=[{**SIG, "sig": base64ed(SIGNED[:-1] + bytes([SIGNED[-1] ^ 1]))}]),
        HOLDS,
    ),
    "signature-of-the-other-form": (envelope(signatures=[{**SIG, "sig": base64ed(high(SIGNED))}]), HOLDS),
    "signature-of-nothing": (envelope(signatures=[{**SIG, "sig": ""}]), HOLDS),
    "signature-of-zeros": (envelope(signatures=[{**SIG, "sig": base64ed(encode_dss_signature(0, 0))}]), HOLDS),
    "signature-with-more-behind": (envelope(signatures=[{**SIG, "sig": base64ed(SIGNED + b"\0")}]), HOLDS),
    "signature-key-named-inside": (envelope(signatures=[{**SIG, "keyid": "ours"}]), FORM),
    "no-signature": (envelope(signatures=[]), "has 0 signatures"),
    "two-signatures": (envelope(signatures=[SIG, SIG]), "has 2 signatures"),
    "a-second-by-another-key": (
        envelope(signatures=[SIG, {"sig": base64ed(signature(manifests._pae(PAYLOAD), OTHER_KEY)), "keyid": ""}]),
        "has 2 signatures",
    ),
}
STATEMENTS: dict[str, Case] = {
    "statement-of-another-type": (stated(lambda tree: tree.update(_type="https://in-toto.io/Statement/v0.1")), FORM),
    "predicate-of-version-0": (
        stated(lambda tree: tree.update(predicateType="https://model_signing/Digests/v0.1")),
        FORM,
    ),
    "statement-no-json": (bundle(b"model"), "cannot be read"),
    "statement-no-utf8": (bundle(b"\xff\xfe" + PAYLOAD), "cannot be read"),
    "statement-a-list": (bundle(b"[]"), "it is no object"),
    "statement-deep": (bundle(b"[" * 5000), "cannot be read"),
    "statement-names-a-field-twice": (bundle(PAYLOAD[:-1] + b',"_type":"x"}'), "a name stands there twice"),
    "statement-pretty": (bundle(json.dumps(json.loads(PAYLOAD), indent=1).encode()), FORM),
    "statement-with-more": (stated(lambda tree: tree.update(note="")), FORM),
    "two-subjects": (stated(lambda tree: tree["subject"].append(tree["subject"][0])), FORM),
    "subject-of-another-name": (stated(lambda tree: tree["subject"][0].update(name="toy-formula v2")), FORM),
    "root-of-other-files": (stated(lambda tree: tree["subject"][0]["digest"].update(sha256="0" * 64)), FORM),
    "a-file-missing": (stated(lambda tree: tree["predicate"]["resources"].clear()), OTHER),
    "a-file-more": (stated(lambda tree: tree["predicate"]["resources"].extend(MORE)), OTHER),
    "a-file-twice": (
        stated(lambda tree: tree["predicate"]["resources"].append(tree["predicate"]["resources"][0])),
        OTHER,
    ),
    "a-file-that-climbs": (file(name="../model.safetensors"), FORM),
    "a-file-from-the-root": (file(name="/etc/passwd"), FORM),
    "a-file-of-another-name": (file(name="model.pkl"), FORM),
    "a-file-of-another-algorithm": (file(algorithm="sha512"), FORM),
    "a-file-of-a-short-digest": (file(digest=SAID.artefact[:-2]), "no SHA-256"),
    "a-file-of-capital-letters": (file(digest=SAID.artefact.upper()), "no SHA-256"),
    "a-file-of-no-digest": (file(digest=None), "no SHA-256"),
    "shards-for-files": (stated(lambda tree: tree["predicate"]["serialization"].update(method="shards")), FORM),
    "links-allowed": (stated(lambda tree: tree["predicate"]["serialization"].update(allow_symlinks=True)), FORM),
    "the-model-ignored": (
        stated(lambda tree: tree["predicate"]["serialization"]["ignore_paths"].append(manifests.FILE)),
        FORM,
    ),
    "nothing-registered": (stated(lambda tree: tree["predicate"].pop("registered")), OTHER),
    "something-more-registered": (said(approved=True), OTHER),
    "a-size-of-nothing": (said(size=0), "states a size that is none"),
    "a-size-below-nothing": (said(size=-1), "states a size that is none"),
    "a-size-in-words": (said(size="72"), "states a size that is none"),
    "another-size": (said(size=SAID.size + 1), "bytes instead of"),
    "a-huge-size": (said(size=2**63), "bytes instead of"),
}
OTHERS: dict[str, Case] = {
    "of-another-version": (of(version="toy-formula v2"), "signed of another version"),
    "of-another-recipe": (said(recipe="toy-learner"), "signed of another recipe"),
    "of-another-artefact": (of(artefact="0" * 64), "signed of another artefact"),
    "of-another-learned-state": (said(arrays="0" * 64), "signed of another arrays"),
    "of-a-run": (said(run=1), "signed of another run"),
    "of-a-dataset": (said(dataset="0" * 64), "signed of another dataset"),
    "of-a-gate-report": (said(gates="0" * 64), "signed of another gates"),
}
ALL = {**FORMS, **SIGNATURES, **STATEMENTS, **OTHERS}
