"""Films by CSV: a dry run with a report by line, then all of the file or nothing of it."""

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from catalog import groups
from catalog.models import Movie, User
from tests.catalog import staff
from tests.factories import catalog as make

pytestmark = pytest.mark.django_db
HEAD = "id,title,year,runtime,certificate,genres"
IMPORT, CONFIRM = "/admin/catalog/movie/import/", "/admin/catalog/movie/process_import/"


@pytest.fixture(autouse=True)
def _own_state(settings: Any, tmp_path: Any) -> None:
    settings.STATE = tmp_path


@pytest.fixture
def editor() -> User:
    return staff.member_of(groups.CATALOGUE_EDITORS)


@pytest.fixture
def client(editor: User) -> Client:
    return staff.signed_in(editor)


def send(client: Client, data: str | bytes, reason: str = "autumn cleaning") -> Any:
    body = data.encode() if isinstance(data, str) else data
    file = SimpleUploadedFile("films.csv", body, content_type="text/csv")
    return client.post(IMPORT, {"import_file": file, "format": "0", "resource": "0", "reason": reason})


def confirm(client: Client, dry_run: Any) -> Any:
    return client.post(CONFIRM, dry_run.context["confirm_form"].initial, follow=True)


def file_error(response: Any) -> str:
    assert "confirm_form" not in response.context
    return " ".join(response.context["form"].errors.get("import_file", []))


def line_errors(response: Any) -> dict[int, dict[str, list[str]]]:
    assert "confirm_form" not in response.context
    return {row.line: row.error_dict for row in response.context["result"].invalid_rows}


def counts(response: Any) -> tuple[int, int, int]:
    totals = response.context["result"].totals
    return totals["new"], totals["update"], totals["skip"]


def test_a_file_is_imported_whole_with_history_person_and_reason(client: Client, editor: User) -> None:
    known = make.make_movie("Metropolis", year=1926, runtime=None, certificate="", genres="")
    same = make.make_movie("M", year=1931, runtime=111, certificate="", genres=["Drama"])
    rows = [
        f"{HEAD},reason",
        f"{known.pk},Metropolis,1927,153,PG,Drama|Action,",
        f"{same.pk},M,1931,111,,Drama,",
        "9000,Nosferatu,1922,94,,,found in the attic",
        ",Faust,1926,,,Drama,",
    ]
    dry_run = send(client, "\r\n".join(rows))
    assert counts(dry_run) == (2, 1, 1)
    assert Movie.objects.count() == 2, "a dry run writes nothing"
    assert "Films made: 2; changed: 1; as they were: 1." in staff.said(confirm(client, dry_run))
    known.refresh_from_db()
    assert (known.year, known.runtime, known.certificate, known.genres) == (1927, 153, "PG", "|Action|Drama|")
    assert list(Movie.objects.filter(pk__gt=same.pk).order_by("pk").values_list("pk", "title", "sort_title")) == [
        (same.pk + 1, "Faust", "faust"),
        (9000, "Nosferatu", "nosferatu"),
    ]
    record = known.history.first()
    assert (record.history_type, record.history_user_id) == ("~", editor.subject_id)
    assert record.history_change_reason == "CSV import films.csv: autumn cleaning"
    assert Movie.history.get(id=9000).history_change_reason == "CSV import films.csv: found in the attic"
    assert same.history.count() == 1, "an unchanged line leaves no trace"


def test_the_report_says_line_by_line_what_changes(client: Client) -> None:
    film = make.make_movie("Metropolis", year=1926, runtime=None, genres="")
    page = send(client, f"{HEAD}\n,Faust,1926,,,\n\n{film.pk},Metropolis,1927,,,Drama\n")
    rows = {row.line: row for row in page.context["result"].rows}
    assert sorted(rows) == [2, 4], "empty lines are passed over and counted"
    assert [(found.field, found.before, found.after) for found in rows[4].diff] == [
        ("year", "1926", "1927"),
        ("genres", "—", "Drama"),
    ]


def test_the_export_can_be_sent_back_and_changes_nothing(client: Client) -> None:
    make.make_movie("=cmd|' /C calc'!A0", genres=["Drama", "Comedy"], certificate="PG")
    make.make_movie("«Ran», or; Chaos", runtime=None, genres="")
    make.make_movie("'Til Death", runtime=None)
    exported = client.get("/admin/catalog/movie/export/")
    assert exported.content.startswith(b"\xef\xbb\xbfid,title,year,runtime,certificate,genres\r\n")
    assert b"'=cmd" in exported.content, "no spreadsheet may run a title"
    assert counts(send(client, exported.content)) == (0, 0, 3)


def test_the_export_holds_what_the_list_shows(client: Client) -> None:
    make.make_movie("Metropolis", year=1927)
    make.make_movie("Stalker", year=1979)
    exported = client.get("/admin/catalog/movie/export/?decade=1970").content.decode()
    assert "Stalker" in exported
    assert "Metropolis" not in exported


@pytest.mark.parametrize("separator", [";", "\t"])
def test_other_separators_are_found_out(client: Client, separator: str) -> None:
    rows = f"{HEAD}\n,Faust,1926,,,Drama|Romance\n".replace(",", separator)
    assert counts(send(client, rows)) == (1, 0, 0)


def test_a_byte_order_mark_is_no_part_of_the_first_column(client: Client) -> None:
    assert counts(send(client, b"\xef\xbb\xbf" + f"{HEAD}\n,Am\u00e9lie,2001,,,\n".encode())) == (1, 0, 0)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", ""),
        (b"\xef\xbb\xbf \r\n", "The file is empty."),
        (HEAD.encode(), "nothing below it"),
        (
            b"id,title,year,runtime,genres\n1,M,1931,,\n",
            "The column «certificate» is missing: add it to the first line.",
        ),
        (f"{HEAD},tittle\n".encode(), "The column «tittle» is not known"),
        (f"{HEAD},year\n".encode(), "The column «year» is there twice"),
        (f"{HEAD}\n,M,1931,,,\n,Amélie,2001,,,\n".encode("latin-1"), "Line 3 is not UTF-8 (byte 0xE9)"),
        (f"{HEAD}\n,M,1931,,,\n".encode("utf-16"), "UTF-16: save it as «CSV UTF-8»"),
        (f"{HEAD}\n,M,1931,,,\n,M\x00,1931,,,\n".encode(), "Line 3 holds the control character U+0000"),
        (f"{HEAD}\n,M,1931,,\n".encode(), "Line 2 has 5 cells, the first line 6"),
        (f'{HEAD}\n,"M,1931,,,\n,N,1931,,,\n'.encode(), "quotation mark is not closed"),
        (f"{HEAD}\n,{'M' * 3000},1931,,,\n".encode(), "Line 2 has a cell of more than 2000 signs"),
        (b"%PDF-1.7 \xff\xfe", "is not UTF-8"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_words(client: Client, data: bytes, words: str) -> None:
    error = file_error(send(client, data))
    assert error
    assert words in error


def test_a_file_too_large_is_refused(client: Client) -> None:
    row = f",{'M' * 190},1931,,,\n"
    assert "more than 10 MB" in file_error(send(client, f"{HEAD}\n{row * 55_000}"))


def test_every_wrong_line_is_named_and_nothing_is_imported(client: Client) -> None:
    known = make.make_movie("Metropolis")
    rows = [
        HEAD,
        f"{known.pk},Metropolis,20260,,,",
        "8000,Twice,1950,,,",
        "8000,Twice again,1950,,,",
        ",Noir,1950,,,Noir|Drama",
        "x7,,,-5,far too long a certificate,",
        f",{'M' * 201},1887,,,",
        ",Good,1950,,,",
    ]
    found = line_errors(send(client, "\n".join(rows)))
    assert found[2] == {"year": ["20260 is no year: it must be a whole number from 1888 to 2100."]}
    assert found[4] == {"id": ["8000 is on line 3 too: keep one of the two lines."]}
    assert "Unknown genre Noir: choose among Action|" in found[5]["genres"][0]
    assert sorted(found[6]) == ["certificate", "id", "runtime", "title", "year"]
    assert "201 signs" in found[7]["title"][0]
    assert sorted(found) == [2, 4, 5, 6, 7]
    assert Movie.objects.count() == 1


def test_one_wrong_line_stops_the_whole_file_even_when_the_dry_run_is_skipped(client: Client, settings: Any) -> None:
    send(client, f"{HEAD}\n,Faust,1926,,,\n,Sunrise,1927,,,Noir\n")
    (upload,) = (settings.STATE / "uploads").iterdir()
    forged = {"import_file_name": upload.name, "original_file_name": "f.csv", "format": "0", "reason": "because"}
    page = client.post(CONFIRM, forged)
    assert "Nothing was imported" in page.content.decode()
    assert {row.line for row in page.context["result"].invalid_rows} == {3}
    assert Movie.objects.count() == 0


def test_only_the_file_of_the_dry_run_is_imported(client: Client, settings: Any) -> None:
    dry_run = send(client, f"{HEAD}\n,Faust,1926,,,\n")
    (upload,) = (settings.STATE / "uploads").iterdir()
    upload.write_text(f"{HEAD}\n,Another,1926,,,\n")
    assert "changed after its dry run" in staff.said(confirm(client, dry_run))
    upload.unlink()
    assert "no longer here" in staff.said(confirm(client, dry_run))
    forged = {**dry_run.context["confirm_form"].initial, "import_file_name": "../../etc/passwd"}
    assert "not a file that was sent here" in staff.said(client.post(CONFIRM, forged, follow=True))
    assert Movie.objects.count() == 0


def test_an_upload_is_for_its_owner_alone_and_goes_when_imported(client: Client, settings: Any) -> None:
    dry_run = send(client, f"{HEAD}\n,Faust,1926,,,\n")
    (upload,) = (settings.STATE / "uploads").iterdir()
    assert upload.stat().st_mode & 0o777 == 0o600
    confirm(client, dry_run)
    assert not upload.exists()


def test_an_import_needs_a_reason_and_the_permission(client: Client) -> None:
    page = send(client, f"{HEAD}\n,Faust,1926,,,\n", reason="")
    assert "reason" in page.context["form"].errors
    reader = staff.in_group(groups.DATA_SCIENTISTS)
    assert reader.get(IMPORT).status_code == send(reader, "").status_code == reader.post(CONFIRM).status_code == 403
    assert staff.in_group(groups.IT_OPERATIONS).get("/admin/catalog/movie/export/").status_code == 403


def test_the_number_of_a_deleted_film_is_not_given_again(client: Client) -> None:
    make.make_movie("Stays")
    gone = make.make_movie("Goes")
    number = gone.pk
    gone.delete()
    confirm(client, send(client, f"{HEAD}\n,Faust,1926,,,\n"))
    assert Movie.objects.get(title="Faust").pk == number + 1


def test_after_an_import_a_film_can_still_be_added_by_hand(client: Client) -> None:
    confirm(client, send(client, f"{HEAD}\n500,Faust,1926,,,\n"))
    assert make.make_movie("By hand").pk > 500


def test_thousands_of_lines_are_one_import(client: Client) -> None:
    text = io.StringIO()
    text.write(f"{HEAD}\n")
    text.writelines(f"{number},Film {number},{1900 + number % 100},90,,Drama\n" for number in range(1, 3_501))
    dry_run = send(client, text.getvalue())
    assert counts(dry_run) == (3_500, 0, 0)
    assert len(dry_run.content) < 300_000, "the report lists a part and counts the rest"
    confirm(client, dry_run)
    assert (Movie.objects.count(), Movie.history.count()) == (3_500, 3_500)
