"""The column contract: pandera finds every breach at once, and each is told with its rows."""

import warnings
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa

from mlops.errors import ContractBreach
from mlops.ports import Column, Rows

MOST_ROWS_NAMED, MOST_BREACHES_TOLD = 5, 8
SUBJECT = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
MISSING = "missing"


def check(columns: Sequence[Column], rows: Rows) -> None:
    """Raise ContractBreach naming column, rule and the first rows of each breach; the first row is row 1."""
    lengths = {name: len(values) for name, values in rows.items()}
    if len(set(lengths.values())) > 1:
        raise ContractBreach("columns differ in length: " + ", ".join(f"{n} {size}" for n, size in lengths.items()))
    frame = pd.DataFrame(
        {name: values.astype(object) if values.dtype.kind == "U" else values for name, values in rows.items()}
    )
    schema = pa.DataFrameSchema({column.name: _rule(column) for column in columns}, strict=True)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what a column of a wrong type cannot be compared with is told as its type
            schema.validate(frame, lazy=True)
    except pa.errors.SchemaErrors as error:
        raise ContractBreach(_told(error.failure_cases, columns)) from error


def _rule(column: Column) -> Any:
    if column.dtype == "subject":
        return pa.Column(None, pa.Check.str_matches(f"^{SUBJECT}$", error="no subject id"))
    checks = [_known(column)]
    if column.least is not None or column.most is not None:
        checks.append(pa.Check(partial(_within, column), error=f"outside {_span(column)}"))
    if column.levels:
        checks.append(pa.Check.isin(column.levels, error=f"not one of {', '.join(map(str, column.levels))}"))
    return pa.Column(column.dtype, checks, nullable=True)


def _known(column: Column) -> Any:
    return pa.Check(lambda values: np.isfinite(values.astype(float)), error=MISSING, ignore_na=False)


def _within(column: Column, values: Any) -> Any:
    """What is missing is told as missing, and not as outside as well."""
    least = -np.inf if column.least is None else column.least
    most = np.inf if column.most is None else column.most
    return values.isna() | ((values >= least) & (values <= most))


def _span(column: Column) -> str:
    if column.least is None:
        return f"… to {column.most:g}"
    return f"{column.least:g}–{column.most:g}" if column.most is not None else f"{column.least:g} and more"


def _told(cases: Any, columns: Sequence[Column]) -> str:
    breaches = []
    for (name, rule), found in cases.groupby(["column", "check"], sort=False, dropna=False):
        numbers = sorted(int(place) + 1 for place in found["index"].dropna())
        breaches.append(_rows(str(name), str(rule), numbers) if numbers else _whole(str(rule), found, columns))
    more = len(breaches) - MOST_BREACHES_TOLD
    return "; ".join(breaches[:MOST_BREACHES_TOLD]) + (f"; and {more} more" if more > 0 else "")


def _rows(name: str, rule: str, numbers: list[int]) -> str:
    named = ", ".join(map(str, numbers[:MOST_ROWS_NAMED])) + (" …" if len(numbers) > MOST_ROWS_NAMED else "")
    plural = "rows" if len(numbers) > 1 else "row"
    return f"{name}: {len(numbers)} {plural} {rule}: {plural} {named}"


def _whole(rule: str, found: Any, columns: Sequence[Column]) -> str:
    """A breach of the column as such: it is lacking, unknown, or of another type."""
    case, name = str(found["failure_case"].iloc[0]), str(found["column"].iloc[0])
    if rule == "column_in_dataframe":
        return f"{case}: the column is lacking"
    if rule == "column_in_schema":
        return f"{case}: no such column is declared"
    declared = next((column.dtype for column in columns if column.name == name), rule)
    if declared == "subject":
        return f"{name}: the type is no text, declared are subject ids"
    return f"{name}: the type is {case}, declared is {declared}"
