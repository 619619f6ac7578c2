"""Keys and signatures: ECDSA on P-256 over SHA-256, keys in files for their holder's eyes only."""

import hashlib
import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from mlops.errors import BadKey

PrivateKey = ec.EllipticCurvePrivateKey
PublicKey = ec.EllipticCurvePublicKey
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256's group (FIPS 186-5)
MOST_BYTES = 16_384  # of a key file; one key has about 240
_ALGORITHM = ec.ECDSA(hashes.SHA256())
MOST_IDS = 64
_IDS: dict[int, tuple[PublicKey, str]] = {}  # a key cannot be hashed, so by its number in memory
_END = b"-----END PUBLIC KEY-----"


def make_keys(private: Path, public: Path) -> bool:
    """Make a pair of keys unless one of the files is there; say whether it was made. Each file is whole or not there.

    Raises BadKey when a folder cannot be written.
    """
    if private.exists() or public.exists():
        return False
    key = ec.generate_private_key(ec.SECP256R1())
    pem, none = serialization.Encoding.PEM, serialization.NoEncryption()
    try:
        if not _write(private, key.private_bytes(pem, serialization.PrivateFormat.PKCS8, none), 0o600):
            return False  # another process was quicker
    except OSError as error:
        raise BadKey(f"{private} cannot be written ({error.strerror}): name another file.") from error
    publish(key.public_key(), public)
    return True


def publish(key: PublicKey, path: Path) -> None:
    """Write a public key to a file that is not there yet. Raises BadKey when it cannot be written."""
    try:
        _write(path, pem(key).encode(), 0o644)
    except OSError as error:
        raise BadKey(f"{path} cannot be written ({error.strerror}): name another file.") from error


def private_key(path: Path) -> PrivateKey:
    """Return the private key in a file. Raises BadKey when it is not there, is none, or others may read it."""
    data = _read(path)
    if path.stat().st_mode & 0o077:
        raise BadKey(f"{path} may be read by others than its owner: chmod 600 it.")
    try:
        key = serialization.load_pem_private_key(data, None)
    except (TypeError, ValueError, UnsupportedAlgorithm) as error:
        raise BadKey(f"{path} holds no private key.") from error
    if not isinstance(key, PrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise BadKey(f"{path} holds a key of another kind than P-256.")
    return key


def public_key(path: Path) -> PublicKey:
    """Return the first public key in a file. Raises BadKey."""
    return public_keys(path)[0]


def public_keys(path: Path) -> list[PublicKey]:
    """Return every public key in a file: the one in use first, then those that were. Raises BadKey when there is none."""
    *texts, rest = _read(path).split(_END)
    if not texts or rest.strip():
        raise BadKey(f"{path} holds no public key, or something else beside it.")
    try:
        keys = [serialization.load_pem_public_key(text.strip() + b"\n" + _END + b"\n") for text in texts]
    except (ValueError, UnsupportedAlgorithm) as error:
        raise BadKey(f"{path} holds a public key that cannot be read.") from error
    found = [key for key in keys if isinstance(key, PublicKey) and isinstance(key.curve, ec.SECP256R1)]
    if len(found) != len(keys):
        raise BadKey(f"{path} holds a key of another kind than P-256.")
    return found


def key_id(key: PublicKey) -> str:
    """Return SHA-256 of the key (SubjectPublicKeyInfo, DER) in hexadecimal, computed once: every note asks for it."""
    held = _IDS.get(id(key))
    if held is None:
        if len(_IDS) >= MOST_IDS:
            _IDS.clear()
        held = _IDS[id(key)] = (key, _key_id(key))  # with the key, so that no other gets its number in memory
    return held[1]


def _key_id(key: PublicKey) -> str:
    der = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(der).hexdigest()


def pem(key: PublicKey) -> str:
    encoding, shape = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_bytes(encoding, shape).decode()


def sign(data: bytes, key: PrivateKey) -> bytes:
    """Return a signature (DER), of its two forms the one with the smaller s: there shall be one text of it."""
    r, s = decode_dss_signature(key.sign(data, _ALGORITHM))
    return encode_dss_signature(r, min(s, ORDER - s))


def signer(data: bytes, signature: bytes, keys: Sequence[PublicKey]) -> PublicKey | None:
    """Return which of the keys signed these bytes, or None. A signature written in any other way than ours is none."""
    try:
        r, s = decode_dss_signature(signature)
    except ValueError:
        return None
    if s > ORDER // 2 or encode_dss_signature(r, s) != signature:
        return None
    return next((key for key in keys if _verified(data, signature, key)), None)


def _verified(data: bytes, signature: bytes, key: PublicKey) -> bool:
    try:
        key.verify(signature, data, _ALGORITHM)
    except InvalidSignature:
        return False
    return True


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise BadKey(f"{path} cannot be read: {error.strerror}.") from error
    if len(data) > MOST_BYTES:
        raise BadKey(f"{path} is larger than any key.")
    return data


def _write(path: Path, data: bytes, mode: int) -> bool:
    """Write a file that is whole or not there; say whether it was written, or another was there already."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)  # unlike a rename it takes nobody's place
    except FileExistsError:
        return False
    finally:
        draft.unlink()
    return True
