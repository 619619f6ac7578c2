"""Around a migration: the triggers step aside and come back, and what changed meanwhile is on record as the migration's."""

import logging
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection
from django.utils import timezone

from mlops import triggers
from mlops.models import AuditEvent, Capture, Erasure
from mlops.services import backups, strays

logger = logging.getLogger(__name__)


def before(sender: Any, using: str, plan: Any = (), **_: Any) -> None:
    """Remove what killed restores left, seal what nobody answered for, then take triggers away where tables are made anew."""
    if using == DEFAULT_DB_ALIAS:
        _clear_aside()
    if _on_record(using):
        strays.before_migrate(at=timezone.now())
    triggers.step_aside_before_migrate(sender, using, plan)


def after(sender: Any, using: str, plan: Any = (), **_: Any) -> None:
    """Put the triggers back, and note and seal what migrations made; every start asks, mostly without one."""
    triggers.install_after_migrate(sender, using)
    if _on_record(using):
        strays.after_migrate(at=timezone.now(), migrated=_concerns_us(plan))


def _clear_aside() -> None:
    """Every start comes here, and must not end here: the daily thinning tries again, and says what it cannot remove."""
    try:
        backups.clear_aside()
    except OSError:
        logger.exception("what a killed restore left could not be removed, and may hold people who were erased")


def _concerns_us(plan: Any) -> bool:
    return bool({migration.app_label for migration, _backwards in plan} & triggers.guarded_apps())


def _on_record(using: str) -> bool:
    """Whether the tables of the record are there, and as the code knows them: a migration may be about to make them."""
    if using != DEFAULT_DB_ALIAS:
        return False
    there = set(connection.introspection.table_names())
    return all(model._meta.db_table in there and _whole(model) for model in (AuditEvent, Capture, Erasure))


def _whole(model: Any) -> bool:
    with connection.cursor() as cursor:
        found = connection.introspection.get_table_description(cursor, model._meta.db_table)
    return {field.column for field in model._meta.concrete_fields} <= {column.name for column in found}
