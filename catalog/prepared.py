"""Statements that every request asks: made once in a process, since Django takes longer to make one than a database to answer."""

from collections.abc import Callable
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models.query import get_related_populators

M = TypeVar("M", bound=models.Model)


class Prepared(Generic[M]):
    """A query that differs from call to call by one value at most, and of which one row is wanted.

    make: returns the queryset, in which that value is written as here.
    """

    def __init__(self, make: Callable[[], models.QuerySet[M]], here: Any = None) -> None:
        self.make, self.here = make, here

    def first(self, value: Any = None) -> M | None:
        """Return what `.first()` of the ordered queryset would: with what it selects and annotates; None without a row."""
        sql, params, read = self._plan
        connection = connections[DEFAULT_DB_ALIAS]
        with connection.cursor() as cursor:
            cursor.execute(sql, [value if self.here is not None and one == self.here else one for one in params])
            row = cursor.fetchone()
        return None if row is None else read(list(row), connection)

    @cached_property
    def _plan(self) -> tuple[str, tuple[Any, ...], Callable[[list[Any], Any], M]]:
        query = self.make()[:1].query
        compiler = query.get_compiler(DEFAULT_DB_ALIAS)
        sql, params = compiler.as_sql()
        return sql, params, _reader(compiler, self.make().model)


def _reader(compiler: Any, model: type[M]) -> Callable[[list[Any], Any], M]:
    """Return what makes an instance of a row, as django.db.models.query.ModelIterable does."""
    converters = compiler.get_converters([column for column, _, _ in compiler.select])
    places = compiler.klass_info["select_fields"]
    first, end = places[0], places[-1] + 1
    names = [column.target.attname for column, _, _ in compiler.select[first:end]]
    # The stubs are those of the next Django.
    related = get_related_populators(compiler.klass_info, compiler.select, DEFAULT_DB_ALIAS)  # type: ignore[call-arg]
    annotations = compiler.annotation_col_map.items()

    def read(row: list[Any], connection: Any) -> M:
        for place, (conversions, expression) in converters.items():
            for convert in conversions:
                row[place] = convert(row[place], expression, connection)
        found = model.from_db(DEFAULT_DB_ALIAS, names, row[first:end])
        for populator in related:
            populator.populate(row, found)
        for name, place in annotations:
            setattr(found, name, row[place])
        return found

    return read
