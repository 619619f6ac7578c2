"""What the database itself refuses, on SQLite and PostgreSQL: installed after every migrate, compared by fingerprint."""

from mlops.triggers.audit import AUDIT_LOCK
from mlops.triggers.capture import Governed
from mlops.triggers.database import (
    INSTALL_LOCK,
    TRIGGERS,
    check_triggers,
    drop,
    guarded_apps,
    install,
    install_after_migrate,
    missing,
    step_aside_before_migrate,
)
from mlops.triggers.governed import governed
from mlops.triggers.rule import Trigger

__all__ = [
    "AUDIT_LOCK",
    "INSTALL_LOCK",
    "TRIGGERS",
    "Governed",
    "Trigger",
    "check_triggers",
    "drop",
    "governed",
    "guarded_apps",
    "install",
    "install_after_migrate",
    "missing",
    "step_aside_before_migrate",
]
