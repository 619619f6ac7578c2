"""A list as a file: .csv for spreadsheets, .json for programs; the same rows as the page."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.http import HttpResponse, JsonResponse

_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would run


def csv_file(name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> HttpResponse:
    """Return rows as a CSV file of UTF-8 with a header line (RFC 4180). name: without its ending.

    A text that a spreadsheet would take for a formula gets an apostrophe in front; numbers stay numbers.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([[_cell(value) for value in row] for row in rows])
    response = HttpResponse(text.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def json_file(facts: Mapping[str, Any], header: Sequence[str], rows: Iterable[Sequence[Any]]) -> HttpResponse:
    """Return facts about a list, and its rows as objects under «rows»: the same names as the CSV's header."""
    body = {**facts, "rows": [dict(zip(header, row, strict=True)) for row in rows]}
    return JsonResponse(body, json_dumps_params={"ensure_ascii": False, "indent": 1})


def _cell(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(_FORMULA):
        return "'" + value
    return "" if value is None else value
