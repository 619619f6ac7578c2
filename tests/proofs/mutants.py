"""Every comparison of a module made to say always yes, or always no; and whether some test notices."""

import ast
import copy
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.run import FOREIGN

ROOT = Path(__file__).resolve().parents[2]
COPIED = ("mlops", "tests", "docs")
ALONE = ("-c", "tests/alone/pytest.ini", "--rootdir=.")
PURE = ("-p", "no:django", "--noconftest", "-c", "/dev/null")


@dataclass(frozen=True)
class Mutant:
    """One comparison of one module that says the same whatever it is given."""

    module: str
    line: int
    text: str
    says: bool
    source: str

    def __str__(self) -> str:
        return f"{self.module}:{self.line} «{self.text}» always {self.says}"


def mutants(module: str, without: tuple[str, ...] = ()) -> Iterator[Mutant]:
    """Every mutant of a module. without: functions whose comparisons judge nothing."""
    text = (ROOT / module).read_text()
    count = sum(1 for _ in _comparisons(ast.parse(text), without))
    for place in range(count):
        for says in (True, False):
            tree = ast.parse(text)
            node = list(_comparisons(tree, without))[place]
            said = ast.unparse(copy.deepcopy(node))
            changed = _Replace(node, says).visit(tree)
            yield Mutant(module, node.lineno, said, says, ast.unparse(ast.fix_missing_locations(changed)))


def survivors(found: list[Mutant], tests: tuple[str, ...], how: tuple[str, ...], folder: Path) -> list[str]:
    """Return those that no test notices. Each is judged in a copy of the code of its own."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        said = pool.map(lambda one: _noticed(one[1], tests, how, folder / str(one[0])), enumerate(found))
    return [str(mutant) for mutant, noticed in zip(found, said, strict=True) if not noticed]


def _noticed(mutant: Mutant, tests: tuple[str, ...], how: tuple[str, ...], place: Path) -> bool:
    for name in COPIED:
        shutil.copytree(ROOT / name, place / name, ignore=shutil.ignore_patterns("__pycache__", "browser", "img"))
    (place / mutant.module).write_text(mutant.source)
    env = {key: value for key, value in os.environ.items() if key not in FOREIGN} | {"PYTHONPATH": str(place)}
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *how, *tests]
    try:
        ran = subprocess.run(command, cwd=place, env=env, capture_output=True, check=False, timeout=300)
        return ran.returncode == 1
    except subprocess.TimeoutExpired:  # it never ends: that is noticed too
        return True
    finally:
        shutil.rmtree(place)


def _comparisons(tree: ast.AST, without: tuple[str, ...]) -> Iterator[ast.Compare]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef) and node.name in without:
            continue
        if isinstance(node, ast.Compare):
            yield node
        yield from _comparisons(node, without)


class _Replace(ast.NodeTransformer):
    def __init__(self, node: ast.Compare, says: bool) -> None:
        self.node, self.says = node, says

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        return ast.Constant(self.says) if node is self.node else self.generic_visit(node)
