"""What visitors are refused is said in their language: its words are of the catalogue, which test_words holds whole."""

import ast
from collections.abc import Iterator
from pathlib import Path

from catalog import errors
from tests.architecture.tree import python_files, short

TRANSLATED = {"_", "gettext", "ngettext"}
# Staff, partners and commands are answered in English.
ENGLISH = {"KeyRefused", "UnknownMember"}
# Who reads these is staff, or a partner's program.
STAFF = {
    f"catalog/services/{name}.py"
    for name in (
        *("accounts", "deliveries", "demo", "editions", "endpoints", "idempotency", "imports", "licence_files"),
        *("partner_raters", "sealing", "second_factors"),
    )
}
# What is wrong with an edition is found for the staff, and by the store; visitors read it within a sentence of ours.
WITHIN = {("catalog/selectors/charts.py", "EditionWrong")}
REFUSALS = {
    name
    for name, found in vars(errors).items()
    if isinstance(found, type) and issubclass(found, errors.CatalogError) and name not in ENGLISH
}


def refusals(path: Path) -> Iterator[tuple[str, ast.expr]]:
    """Yield the kind and the words of every refusal that a file makes."""
    for call in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in REFUSALS:
            yield from ((call.func.id, words) for words in call.args[call.func.id == "BadWords" :][:1])


def is_translated(words: ast.expr) -> bool:
    """Whether words are of the catalogue, their places filled in or not."""
    if isinstance(words, ast.BinOp) and isinstance(words.op, ast.Mod):
        return is_translated(words.left)
    return isinstance(words, ast.Call) and isinstance(words.func, ast.Name) and words.func.id in TRANSLATED


def is_text(words: ast.expr) -> bool:
    return isinstance(words, ast.Constant | ast.JoinedStr) or isinstance(getattr(words, "op", None), ast.Mod)


def test_the_words_of_every_refusal_that_visitors_read_are_translated() -> None:
    files = [path for path in python_files() if short(path).startswith(("catalog/", "moviesite/"))]
    public = [path for path in files if not short(path).startswith(("catalog/admin", "catalog/management", *STAFF))]
    found = [(short(path), kind, words) for path in public for kind, words in refusals(path)]
    bare = [
        f"{path}:{words.lineno}: {ast.unparse(words)}"
        for path, kind, words in found
        if is_text(words) and not is_translated(words) and (path, kind) not in WITHIN
    ]
    assert not bare, "put them into gettext:\n" + "\n".join(bare)
    assert sum(is_translated(words) for _, _, words in found) > 30
