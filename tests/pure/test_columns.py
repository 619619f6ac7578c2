"""A column's contract as a dataset keeps it: one that says nothing new is written as it was before that could be said."""

import pytest

from mlops.ports import Column

PLAIN = Column("points", "int8", "points given", least=1, most=10, levels=(1, 2), watched=True)
AMONG = Column("points", "int8", "points given", edges=(1.5,), watched=True, among=("signal", 0))


def test_a_column_that_counts_every_row_is_written_as_ever_so_that_its_fingerprint_stays():
    names = {"name", "dtype", "meaning", "least", "most", "levels", "edges", "watched"}
    assert set(PLAIN.as_json()) == names
    assert AMONG.as_json()["among"] == ["signal", 0]


@pytest.mark.parametrize("column", [PLAIN, AMONG])
def test_a_column_is_read_again_as_it_was(column):
    assert Column.from_json(column.as_json()) == column
