"""Signing what is sent out, by Standard Webhooks 1.0: HMAC-SHA256 over «id.timestamp.body»."""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

PREFIX = "whsec_"
RANDOM = 32  # bytes of a secret; the standard asks for 24 to 64
MOST_BYTES = 20_000  # of a body


def new_secret() -> str:
    """Return a fresh secret: whsec_ and 32 random bytes in base 64."""
    return PREFIX + base64.b64encode(secrets.token_bytes(RANDOM)).decode()


def body(kind: str, at: datetime, data: Mapping[str, Any]) -> bytes:
    """Return the bytes that tell of something: {type, timestamp, data}. Raises ValueError beyond 20 kB."""
    moment = at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    told = json.dumps({"type": kind, "timestamp": moment, "data": data}, separators=(",", ":"), ensure_ascii=False)
    if len(told.encode()) >= MOST_BYTES:
        raise ValueError(f"what is told of {kind} is {MOST_BYTES:,} bytes or more")
    return told.encode()


def headers(message: str, at: datetime, content: bytes, keys: Sequence[str]) -> dict[str, str]:
    """Return the three headers. keys: the secrets that sign, two of them while one takes the other's place."""
    moment = str(int(at.timestamp()))
    signatures = [signature(key, message, moment, content) for key in keys]
    return {"webhook-id": message, "webhook-timestamp": moment, "webhook-signature": " ".join(signatures)}


def signature(key: str, message: str, moment: str, content: bytes) -> str:
    """Return «v1,» and the signature in base 64. moment: seconds since 1970, UTC."""
    signed = f"{message}.{moment}.".encode() + content
    digest = hmac.new(base64.b64decode(key.removeprefix(PREFIX)), signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"
