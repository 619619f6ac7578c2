"""The rights desk: a year at a glance, what follows badly, and licences from a file — dry first, governed, twice the same."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from catalog import groups
from catalog.models import Licence, User
from catalog.selectors import rights_desk as reads
from catalog.services import licence_files
from catalog.territories import WORLD
from mlops.models import AuditEvent
from mlops.services import strays
from tests.catalog import staff
from tests.factories.catalog import make_licence, make_movie

pytestmark = pytest.mark.django_db
BY_CSV, CALENDAR, CLASHES = (f"/admin/catalog/licence/{page}/" for page in ("by-csv", "calendar", "clashes"))
HEAD = "film,title,territory,first_day,last_day"
TODAY, DAY = date(2026, 6, 15), timedelta(days=1)


@pytest.fixture(autouse=True)
def _own_state(settings: Any, tmp_path: Any) -> None:
    settings.STATE = tmp_path


@pytest.fixture
def editor() -> User:
    return staff.member_of(groups.CATALOGUE_EDITORS)


@pytest.fixture
def client(editor: User) -> Client:
    return staff.signed_in(editor)


def send(client: Client, *lines: str, reason: str = "the spring contracts") -> Any:
    file = SimpleUploadedFile("rights.csv", "\n".join([HEAD, *lines]).encode(), content_type="text/csv")
    return client.post(BY_CSV, {"file": file, "reason": reason})


def confirm(client: Client, dry: Any) -> Any:
    return client.post(BY_CSV, {"name": dry.context["name"], "reason": dry.context["reason"]}, follow=True)


def counts(response: Any) -> tuple[int, ...]:
    found = response.context["report"]["counts"]
    return found["new"], found["changed"], found["same"], found["refused"]


def test_a_file_is_looked_at_first_and_then_brought_in_with_history_and_one_event(client: Client, editor: User) -> None:
    film, other = make_movie("Metropolis"), make_movie("M")
    kept = make_licence(film, starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31))
    same = make_licence(other, territory="DE", starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31))
    before = strays.left().unsealed
    lines = [
        f"{film.pk},Metropolis,GB,2026-01-01,2027-12-31",
        f"{other.pk},,DE,2026-01-01,2026-12-31",
        f"{other.pk},m,{WORLD},2028-01-01,2028-12-31",
    ]
    dry = send(client, *lines)
    assert counts(dry) == (1, 1, 1, 0)
    assert Licence.objects.count() == 2
    assert "Licences made: 1; changed: 1; as they were: 1." in staff.said(confirm(client, dry))
    kept.refresh_from_db()
    assert (kept.ends_on, same.history.count()) == (date(2027, 12, 31), 1)
    assert Licence.objects.get(territory=WORLD).movie == other
    for licence in (kept, Licence.objects.get(territory=WORLD)):
        told = licence.history.first()
        assert (told.history_user_id, told.history_change_reason) == (
            editor.subject_id,
            "licences by CSV: the spring contracts",
        )
    event = AuditEvent.objects.order_by("-seq")[0]
    assert '"licences.imported"' in event.body
    assert '"changed":1' in event.body
    assert '"made":1' in event.body
    assert strays.left().unsealed == before  # nothing that no event answers for

    again = send(client, *lines)
    assert counts(again) == (0, 0, 3, 0)
    assert "there is nothing to import" in again.content.decode()


@pytest.mark.parametrize(
    ("line", "column", "words"),
    [
        ("x,,GB,2026-01-01,2026-12-31", "film", "write it in figures"),
        ("999999,,GB,2026-01-01,2026-12-31", "film", "no film with the number 999999"),
        ("1,,XX,2026-01-01,2026-12-31", "territory", "no territory"),
        ("1,,GB,1.1.2026,2026-12-31", "first_day", "write it as 2027-03-31"),
        ("1,,GB,2026-02-30,2026-12-31", "first_day", "no day"),
        ("1,,GB,20260101,2026-12-31", "first_day", "no day"),
        ("1,,GB,2026-W01-1,2026-12-31", "first_day", "no day"),
        ("1,,GB,２０２６-01-01,2026-12-31", "first_day", "no day"),
        ("1,,GB,2026-01-01,", "last_day", "no day"),
        ("-1,,GB,2026-01-01,2026-12-31", "film", "write it in figures"),
        ("99999999999999999999,,GB,2026-01-01,2026-12-31", "film", "write it in figures"),
        ("=1+1,,GB,2026-01-01,2026-12-31", "film", "write it in figures"),
        ("1,,GB,2026-01-02,2026-01-01", "last_day", "before the first"),
        ("1,Faust,GB,2026-01-01,2026-12-31", "title", "Film 1 is «Metropolis»"),
    ],
)
def test_a_line_that_cannot_be_is_refused_by_column_with_the_remedy(
    client: Client, line: str, column: str, words: str
) -> None:
    make_movie("Metropolis", pk=1)
    make_movie("M", pk=2)
    dry = send(client, "2,,GB,2026-01-01,2026-12-31", line)
    assert counts(dry) == (1, 0, 0, 1)
    [refused] = [found for found in dry.context["report"]["shown"] if found.act == "refused"]
    assert refused.line.number == 3
    assert [(name, words in said) for name, said in refused.problems] == [(column, True)]
    assert "Import all of it" not in dry.content.decode()


def test_twice_in_a_file_is_refused_and_an_overlap_is_said(client: Client) -> None:
    film = make_movie()
    make_licence(film, starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31))
    twice = send(client, f"{film.pk},,FR,2026-01-01,2026-12-31", f"{film.pk},,FR,2026-01-01,2027-12-31")
    assert counts(twice) == (1, 0, 0, 1)
    dry = send(client, f"{film.pk},,GB,2026-06-01,2027-06-01")
    assert counts(dry) == (1, 0, 0, 0)
    assert dry.context["report"]["warned"] == 1
    assert "Overlaps with what is held from 2026-01-01 to 2026-12-31." in dry.content.decode()


def test_what_changed_since_the_dry_run_stops_the_import(client: Client) -> None:
    film, other = make_movie(), make_movie()
    dry = send(client, f"{film.pk},,GB,2026-01-01,2026-12-31", f"{other.pk},,GB,2026-01-01,2026-12-31")
    other.delete()
    assert "line 3 is refused now" in staff.said(confirm(client, dry))
    assert Licence.objects.count() == 0


def test_a_licence_that_somebody_else_makes_at_this_moment_stops_the_import_with_words(client: Client) -> None:
    film = make_movie()
    dry = send(client, f"{film.pk},,GB,2026-01-01,2026-12-31")
    told: list[str] = []

    def just_before(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith('INSERT INTO "catalog_licence"') and not told:
            told.append(sql)
            make_licence(film, starts_on=date(2026, 1, 1), ends_on=date(2026, 6, 30))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(just_before):
        assert "Somebody changed these licences at this moment" in staff.said(confirm(client, dry))
    assert told


def test_a_long_file_goes_in_chunks_each_with_its_event(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(licence_files, "CHUNK", 2)
    films = [make_movie() for _ in range(5)]
    confirm(client, send(client, *(f"{film.pk},,GB,2026-01-01,2026-12-31" for film in films)))
    bodies = (
        AuditEvent.objects.filter(body__contains="licences.imported").order_by("seq").values_list("body", flat=True)
    )
    assert [body.split('"lines":')[1][:5] for body in bodies] == ["[2,3]", "[4,5]", "[6,6]"]
    assert Licence.objects.count() == 5


@pytest.mark.parametrize(
    ("name", "words"), [("../../etc/passwd", "not a file that was sent here"), ("0" * 64, "no longer here")]
)
def test_only_what_was_sent_here_is_brought_in(client: Client, name: str, words: str) -> None:
    assert words in staff.said(client.post(BY_CSV, {"name": name, "reason": "x"}, follow=True))


def test_a_file_that_is_none_says_why(client: Client) -> None:
    file = SimpleUploadedFile("rights.csv", b"film,territory\n1,GB", content_type="text/csv")
    response = client.post(BY_CSV, {"file": file, "reason": "x"})
    assert response.status_code == 422
    assert "first_day" in str(response.context["form"].errors["file"])


def test_who_may_look_looks_and_nobody_else_brings_in() -> None:
    auditor, scientist = staff.in_group(groups.AUDITORS), staff.in_group(groups.DATA_SCIENTISTS)
    assert [auditor.get(page).status_code for page in (CALENDAR, CLASHES, BY_CSV)] == [200, 200, 403]
    assert [scientist.get(page).status_code for page in (CALENDAR, CLASHES, BY_CSV)] == [403, 403, 403]


def test_the_calendar_counts_films_that_play_on_the_first_of_each_month(client: Client) -> None:
    film, world = make_movie(), make_movie()
    make_licence(film, starts_on=date(2026, 2, 2), ends_on=date(2026, 4, 1))
    make_licence(film, starts_on=date(2026, 3, 1), ends_on=date(2026, 5, 31))
    make_licence(world, territory=WORLD, starts_on=date(2026, 4, 1), ends_on=date(2027, 4, 1))
    table = reads.calendar(date(2026, 1, 15))
    assert [month.playing for month in table["GB"]] == [0, 0, 1, 2, 2, 1, 1, 1, 1, 1, 1, 1]
    assert [month.playing for month in table["JP"]][:5] == [0, 0, 0, 1, 1]
    assert [(month.begin, month.end) for month in table["GB"]][:5] == [(0, 0), (1, 0), (1, 0), (0, 1), (0, 1)]
    page = client.get(f"{CALENDAR}?from=2026-01").content.decode()
    assert "Jan 2026" in page
    assert "ends_on_from=2026-04-01&amp;ends_on_to=2026-04-30" in page
    for wrong in ("x", "2026-13", "9999-99", "0001-01"):
        assert client.get(f"{CALENDAR}?from={wrong}").status_code == 200


def test_gaps_and_overlaps_are_named_with_their_days() -> None:
    gap, twice, world, well = (make_movie(title) for title in ("Gap", "Twice", "World", "Well"))
    make_licence(gap, starts_on=TODAY, ends_on=TODAY + 9 * DAY)
    make_licence(gap, starts_on=TODAY + 11 * DAY, ends_on=TODAY + 99 * DAY)
    make_licence(twice, starts_on=TODAY, ends_on=TODAY + 9 * DAY)
    make_licence(twice, starts_on=TODAY + 9 * DAY, ends_on=TODAY + 20 * DAY)
    make_licence(world, territory=WORLD, starts_on=TODAY, ends_on=TODAY + 50 * DAY)
    make_licence(world, territory="FR", starts_on=TODAY + 5 * DAY, ends_on=TODAY + 6 * DAY)
    make_licence(well, starts_on=TODAY, ends_on=TODAY + 9 * DAY)
    make_licence(well, starts_on=TODAY + 10 * DAY, ends_on=TODAY + 20 * DAY)
    make_licence(well, starts_on=TODAY + 200 * DAY, ends_on=TODAY + 300 * DAY)  # a pause that somebody meant
    gaps, overlaps = reads.clashes(TODAY)
    assert [(one.film, one.territory, one.days) for one in gaps] == [(gap, "GB", 1)]
    assert [(one.film, one.territory, one.days) for one in overlaps] == [(twice, "GB", 1), (world, "FR", 2)]
    assert reads.clashes(TODAY + 400 * DAY) == ([], [])


def test_gaps_and_overlaps_as_a_file(client: Client) -> None:
    film = make_movie("Twice")
    make_licence(film, starts_on=date(2026, 1, 1), ends_on=date(2090, 1, 1))
    make_licence(film, starts_on=date(2080, 1, 1), ends_on=date(2095, 1, 1))
    rows = client.get(f"{CLASHES}?as=csv").content.decode().splitlines()
    assert rows[1] == f"overlap,{film.pk},Twice,GB,2026-01-01,2090-01-01,2080-01-01,2095-01-01,3654"
    assert "Twice" in client.get(CLASHES).content.decode()
