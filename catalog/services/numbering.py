"""Rows written with numbers of their own leave PostgreSQL's counter behind; this lets it catch up."""

from django.core.management.color import no_style
from django.db import connection
from django.db.models import Model


def catch_up(model: type[Model]) -> None:
    """Let the next row get a number after the highest there is. SQLite does so by itself."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), [model]):
            cursor.execute(statement)
