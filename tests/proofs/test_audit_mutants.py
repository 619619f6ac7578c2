"""Each comparison removed from the verifier: a test fails."""

from pathlib import Path

import pytest
from django.db import connection

from tests.proofs.conftest import Tell
from tests.proofs.mutants import ALONE, PURE, mutants, survivors

TREE = ("tests/pure/test_merkle.py",)
NOTES = ("tests/pure/test_notes.py",)
LOG = tuple(
    f"tests/mlops/test_{name}.py"
    for name in ("verification", "checkpoints", "audit_attacks", "signers", "restores", "unsigned", "two_verifiers")
)
PROVED = [
    ("mlops/merkle.py", TREE, PURE, ()),
    ("mlops/signing.py", NOTES, PURE, ("key_id",)),
    ("mlops/notes.py", NOTES, PURE, ()),
    ("mlops/services/chain.py", LOG, ALONE, ("readable", "_moment")),
    ("mlops/services/verification.py", LOG, ALONE, ()),
    ("mlops/services/places.py", LOG, ALONE, ("_folder_locked",)),
    ("mlops/services/keeping.py", LOG, ALONE, ("_write_through",)),
    ("mlops/services/checkpoints.py", LOG, ALONE, ()),
]


@pytest.mark.parametrize(("module", "tests", "how", "without"), PROVED, ids=[row[0].split("/")[-1] for row in PROVED])
def test_each_comparison_removed_makes_a_test_fail(
    module: str,
    tests: tuple[str, ...],
    how: tuple[str, ...],
    without: tuple[str, ...],
    long: bool,
    tell: Tell,
    tmp_path: Path,
) -> None:
    if not long or connection.vendor != "sqlite":
        pytest.skip("the long form, once")
    made = list(mutants(module, without))
    left = survivors(made, tests, how, tmp_path)
    tell(f"comparisons of {module} made to say always yes or always no", f"{len(made)}, survivors {len(left)}")
    assert left == []
