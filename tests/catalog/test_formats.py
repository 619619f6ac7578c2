"""Lists as files: what a program reads, and what a spreadsheet must not run."""

import csv
import io
import json

from catalog.formats import csv_file, json_file


def test_a_file_holds_the_rows_and_nothing_that_a_spreadsheet_runs() -> None:
    answer = csv_file("films", ["title", "votes", "note"], [["=1+1", 5, None], ["M, «Mörder»", -3, "a\nb"]])
    rows = list(csv.reader(io.StringIO(answer.content.decode())))
    assert rows == [["title", "votes", "note"], ["'=1+1", "5", ""], ["M, «Mörder»", "-3", "a\nb"]]
    assert answer["Content-Disposition"] == 'attachment; filename="films.csv"'


def test_a_program_reads_the_same_names() -> None:
    answer = json_file({"edition": 3}, ["title", "votes"], [["=1+1", 5]])
    assert json.loads(answer.content) == {"edition": 3, "rows": [{"title": "=1+1", "votes": 5}]}
