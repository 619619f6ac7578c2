"""Rooms stay small enough to hold in one's head."""

import ast
from collections.abc import Iterator

from tests.architecture.tree import ROOT, python_files, short, templates

MOST_LINES, MOST_IN_FUNCTION, MOST_IN_TEMPLATE = 300, 40, 120


def functions() -> Iterator[tuple[str, int]]:
    for path in python_files():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                assert node.end_lineno is not None
                yield f"{short(path)}:{node.lineno} {node.name}", node.end_lineno - node.lineno + 1


def lines(path: str) -> int:
    return len((ROOT / path).read_text().splitlines())


def test_no_file_is_longer_than_300_lines() -> None:
    style = [path for kind in ("css", "js") for path in (ROOT / "static" / kind).glob(f"*.{kind}")]
    sizes = {short(path): lines(short(path)) for path in [*python_files(), *style]}
    assert {name: size for name, size in sizes.items() if size > MOST_LINES} == {}


def test_no_function_is_longer_than_40_lines() -> None:
    assert {name: size for name, size in functions() if size > MOST_IN_FUNCTION} == {}


def test_no_template_is_longer_than_120_lines() -> None:
    sizes = {short(path): lines(short(path)) for path in templates()}
    assert {name: size for name, size in sizes.items() if size > MOST_IN_TEMPLATE} == {}
