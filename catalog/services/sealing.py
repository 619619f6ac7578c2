"""Secrets that must be read again, so a hash of them would not do: encrypted at rest with a key made of SECRET_KEY."""

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.encoding import force_bytes

from catalog.errors import CatalogError

PURPOSE = b"catalog: secrets of webhooks, version 1"


def seal(text: str) -> str:
    """Return a text so that only whoever has SECRET_KEY can read it."""
    return _keys().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """Return a sealed text; of an older SECRET_KEY too, while that is among its fallbacks. Raises CatalogError."""
    try:
        return _keys().decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise CatalogError("It was sealed with a SECRET_KEY that is not known here.") from None


def _keys() -> MultiFernet:
    """Encrypts with the first key, tries each of them to decrypt."""
    return MultiFernet([_key(secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _key(secret: str | bytes) -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE).derive(force_bytes(secret))
    return Fernet(base64.urlsafe_b64encode(derived))
