"""Which private keys a process must not have: whoever serves pages must not be able to sign, neither the audit log nor models."""

import os

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

NOT_FOR_THE_WEB = {"CHECKPOINT_KEY": "the signer", "ARTEFACT_KEY": "the training worker and `manage.py genesis`"}


def check_apart() -> None:
    """Raises ImproperlyConfigured when the web could use a key that is not its own, where settings keep them apart."""
    for name, holder in NOT_FOR_THE_WEB.items() if settings.KEYS_APART else ():
        path = getattr(settings, name)
        if name in os.environ:
            raise ImproperlyConfigured(
                f"{name} is set for the web process: it belongs to {holder} alone. Unset it here."
            )
        if os.access(path, os.R_OK):
            raise ImproperlyConfigured(
                f"The web process can read {path}: give the key to {holder} alone, as deploy/compose.yaml does."
            )
