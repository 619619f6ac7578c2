"""Taken away, cleared, brought back: the same bytes. Files that are none are refused with place and remedy."""

import json
import zipfile
from datetime import timedelta
from io import BytesIO

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from catalog.errors import MoveRefused
from catalog.models import Move, MoveRow, Rating, User
from catalog.moving import archives, tables
from catalog.moving.reading import read
from catalog.moving.refusals import BadFile
from catalog.services import erasure, moves, tallies
from mlops.models import Job
from moviesite import uploads
from tests.catalog.moving import LATER, exported, imported, looked_at, undone, wiped, work, zipped
from tests.factories import catalog as make
from tests.factories import keeping
from tests.factories.mlops import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def full() -> User:
    """A member of whom there is something in every table, with the traps of each."""
    user = make.make_user()
    films = [make.make_movie(title) for title in ("=SUM(1)", "Ünïcode, The", "M", "M", "Quo «vadis»")]
    for place, film in enumerate(films[:4]):
        make.make_member_rating(film, by=user, value=place + 1, at=NOON + timedelta(microseconds=place))
        make.make_hidden(user, film)
        make.make_alert(user, film)
    for note in ("", "", 'two\nlines, "quoted"', "=1+1"):
        keeping.make_viewing(user, films[2], note=note)
    keeping.make_viewing(user, films[0], seen_on=None)
    gone = make.make_movie("Gone with an editor")
    keeping.make_viewing(user, gone)
    keeping.make_watchlist(user, films=films)
    for _ in range(2):
        keeping.make_list(user, title="Twice", films=[*films[:2], gone], note="n", token="")
    gone.delete()
    user.lists.filter(title="Twice").first().entries.filter(position=1).delete()
    make.make_preferences(user, record_plays=True)
    make.make_play(user, films[0])
    make.make_play(user, films[0], finished_at=NOON, by_hand=True, started_at=NOON - timedelta(days=1))
    return user


def test_taken_away_cleared_and_brought_back_it_is_the_same_to_the_byte(full: User) -> None:
    before = exported(full)
    wiped(full)
    emptied = exported(full)
    assert b"Twice" not in zipfile.ZipFile(BytesIO(emptied)).read("lists.ndjson")
    assert not Rating.objects.filter(rater__user=full).exists()
    assert tallies.differences() == []
    imported(full, before)
    assert exported(full) == before
    imported(full, before)
    assert exported(full) == before, "twice changes nothing"
    assert tallies.differences() == []


def test_a_clearing_away_is_undone_whole(full: User) -> None:
    before = exported(full)
    keys = list(full.viewings.order_by("pk").values_list("pk", flat=True))
    for cleared in wiped(full):
        undone(cleared)
    assert exported(full) == before
    assert list(full.viewings.order_by("pk").values_list("pk", flat=True)) == keys
    assert tallies.differences() == []


def test_brought_to_another_account_all_but_the_account_is_the_same_and_undone_nothing_is_left(full: User) -> None:
    before, other = exported(full), make.make_user()
    empty = exported(other)
    move = imported(other, before)
    one, two = (zipfile.ZipFile(BytesIO(data)) for data in (before, exported(other)))
    rest = [name for name in one.namelist() if not name.startswith("account")]
    assert [one.read(name) for name in rest] == [two.read(name) for name in rest]
    undone(move)
    assert exported(other) == empty


def test_the_schema_says_what_every_column_is(full: User) -> None:
    archive = zipfile.ZipFile(BytesIO(exported(full)))
    for name, table in json.loads(archive.read("schema.json"))["tables"].items():
        columns = set(table["row"]["properties"])
        assert set(archive.read(f"{name}.csv").decode().splitlines()[0].split(",")) == columns
        assert all(set(json.loads(line)) == columns for line in archive.read(f"{name}.ndjson").decode().splitlines())


BAD = {
    "empty": (b"", "it is empty"),
    "no ZIP": (b"Rar!....", "it is not a ZIP, whatever its name says"),
    "cut off": (zipped({"ratings.csv": "x" * 999})[:80], "it is a damaged ZIP"),
    "no CSV": (zipped({"a.txt": "x"}), "there is no CSV in it"),
    "strange columns": (
        zipped({"a.csv": "x,y\n1,2\n"}),
        "«a.csv», line 1: its columns are not those of a site we know",
    ),
    "header alone": (zipped({"ratings.csv": "Date,Name,Year,Letterboxd URI,Rating\n"}), "no line below it"),
    "not UTF-8": (
        zipped({"ratings.csv": "Date,Name,Year,Letterboxd URI,Rating\n2020-01-01,Amélie,2001,x,4\n".encode("latin-1")}),
        "«ratings.csv», line 2: it holds a letter that is not UTF-8. Save it as UTF-8",
    ),
    "no ratings in it": (
        zipped({"ratings.csv": "Date,Name,Year,Letterboxd URI\n2020-01-01,M,1931,x\n"}),
        "«ratings.csv», line 1, column «rating»: the column «rating» is missing",
    ),
    "no year": (zipped({"a.csv": "Const,Title,Your Rating\ntt1,M,3\n"}), "line 1, column «year»"),
    "a comma too many": (
        zipped({"ratings.csv": "Date,Name,Year,Letterboxd URI,Rating\n2020-01-01,Good, Bad,1966,x,4\n"}),
        "«ratings.csv», line 2: it has 6 cells where the header has 5 columns",
    ),
    "an open quote": (
        zipped({"ratings.csv": 'Date,Name,Year,Letterboxd URI,Rating\n2020,"M,1931,x,4\n'}),
        "line 2: the line is no CSV",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_file_that_cannot_be_read_says_where_and_what_to_do(name: str) -> None:
    data, words = BAD[name]
    with pytest.raises(BadFile) as refusal:
        read("export.zip", data)
    assert words in str(refusal.value)
    assert refusal.value.remedy


def test_a_zip_bomb_and_a_million_rows_are_refused_unread() -> None:
    with pytest.raises(BadFile, match="unpacked it has more than 40 MB"):
        read("export.zip", zipped({"ratings.csv": b"\0" * (archives.MOST_UNPACKED + 1)}))
    rows = "Date,Name,Year,Letterboxd URI,Rating\n" + "2020-01-01,M,1931,x,4\n" * 1_000_000
    with pytest.raises(BadFile, match=r"more than 50,000 rows") as refusal:
        read("export.zip", zipped({"ratings.csv": rows}))
    assert "Split the file" in str(refusal.value)
    assert tables.MOST_ROWS == 50_000


def test_a_zip_that_unpacks_in_one_go_is_refused_unread() -> None:
    for way in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        out = BytesIO()
        with zipfile.ZipFile(out, "w", way) as archive:
            archive.writestr("ratings.csv", b"\0" * 2**22)
        with pytest.raises(BadFile, match="packed in a way we do not unpack"):
            read("export.zip", out.getvalue())


@pytest.mark.parametrize("value", [r"\u0000", r"\ud800", "20200101T000000+00:00", "0001-01-01T00:00:00+00:00"])
def test_what_a_database_cannot_hold_is_refused_before_a_worker_sees_it(full: User, value: str) -> None:
    archive = zipfile.ZipFile(BytesIO(exported(full)))
    inside: dict[str, str | bytes] = {name: archive.read(name) for name in archive.namelist()}
    column, old = ("title", "M") if value[0] == "\\" else ("rated_at", NOON.isoformat())
    bent = str(bytes(inside["ratings.ndjson"]), "utf-8").replace(f'"{column}": "{old}"', f'"{column}": "{value}"', 1)
    assert bent.encode() != inside["ratings.ndjson"]
    with pytest.raises(BadFile, match=f"column «{column}»"):
        read("export.zip", zipped({**inside, "ratings.ndjson": bent}))


def test_an_own_export_that_somebody_changed_names_file_line_and_column(full: User) -> None:
    archive = zipfile.ZipFile(BytesIO(exported(full)))
    inside: dict[str, str | bytes] = {name: archive.read(name) for name in archive.namelist()}
    inside["ratings.ndjson"] = archive.read("ratings.ndjson").replace(b'"value": 2', b'"value": 12')
    with pytest.raises(BadFile, match=r"«ratings.ndjson», line 2, column «value»: 12 is no rating from 1 to 10"):
        read("export.zip", zipped(inside))


def test_one_at_a_time_and_an_upload_that_waits_gives_way(full: User) -> None:
    data = exported(full)
    first = looked_at(full, data)
    second = looked_at(full, data)
    assert not Move.objects.filter(pk=first.pk).exists()
    moves.confirm(move_id=second.pk, take_theirs=False, by=full, at=LATER)
    with pytest.raises(MoveRefused):
        moves.bring(name="a.zip", data=data, by=full, at=LATER)
    with pytest.raises(IntegrityError), transaction.atomic():
        keeping.make_move(full, state=Move.State.READY)


def test_as_many_imports_are_kept_as_their_page_lists(full: User) -> None:
    for _ in range(moves.MOST):
        keeping.make_move(full)
    with pytest.raises(MoveRefused, match="forget one of them first"):
        moves.bring(name="a.zip", data=exported(full), by=full, at=LATER)
    moves.forget(move_id=full.moves.first().pk, by=full, at=LATER)
    moves.bring(name="a.zip", data=exported(full), by=full, at=LATER)


def test_an_upload_beyond_all_bounds_is_refused_before_it_is_stored(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MOST", 2**20)
    client.force_login(make.make_user(), backend="django.contrib.auth.backends.ModelBackend")
    answer = client.post("/me/import", {"file": BytesIO(b"x" * 2**20)})
    assert answer.status_code == 400
    assert "split it, and send its parts one by one" in answer.content.decode()


def test_a_name_that_every_row_would_carry_has_bounds_and_every_file_left_aside_is_named(full: User) -> None:
    with pytest.raises(BadFile, match="a name in it has more than 255 letters"):
        read("export.zip", zipped({f"{'x' * 256}.csv": "Const,Title,Year\n"}))
    beside = {f"{number}.txt": "" for number in range(120)}
    films = "Date,Name,Year,Letterboxd URI,Rating\n2020-01-01,M,1931,x,4\n"
    assert len(looked_at(full, zipped({"ratings.csv": films, **beside})).aside) == 120


def test_the_database_keeps_a_move_in_order(full: User) -> None:
    wrong = [
        lambda: keeping.make_move(part=Move.Part.RATINGS),
        lambda: keeping.make_move(origin=Move.Origin.WIPE),
        lambda: keeping.make_move(state=Move.State.READING),
        lambda: keeping.make_move(content=b"x"),
        lambda: keeping.make_move_row(outcome=MoveRow.Outcome.WRITTEN),
    ]
    for act in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            act()
    move = keeping.make_move()
    keeping.make_move_row(move, number=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        keeping.make_move_row(move, number=1)


def test_what_came_to_a_halt_goes_on_when_asked_again(full: User) -> None:
    data = exported(full)
    wiped(full)
    move = looked_at(full, data)
    moves.confirm(move_id=move.pk, take_theirs=False, by=full, at=LATER)
    Job.objects.filter(task="catalog.move", state=Job.State.WAITING).update(
        state=Job.State.QUARANTINED, failure="died thrice", deliveries=3, worker="one"
    )
    moves.resume(move_id=move.pk, by=full, at=LATER)
    work()
    assert exported(full) == data


def test_an_erasure_takes_moves_and_their_rows(full: User) -> None:
    imported(full, exported(full))
    erasure.erase_member(subject=full.subject_id, reason="asked for", by=erasure.ONESELF, at=LATER)
    assert not Move.objects.exists()
    assert not MoveRow.objects.exists()


def test_after_thirty_days_a_move_is_let_go(full: User) -> None:
    move = imported(full, exported(full))
    with pytest.raises(MoveRefused):
        moves.undo(move_id=move.pk, by=full, at=LATER + timedelta(days=31))
    assert moves.forget_old(at=LATER + timedelta(days=31)) == 1


def test_pages_lead_from_the_file_to_its_undoing_and_are_ones_own(client: Client, full: User) -> None:
    client.force_login(full, backend="django.contrib.auth.backends.ModelBackend")
    data = client.get("/me/data.zip")
    content = b"".join(data.streaming_content)
    assert content == exported(full)
    assert "private" in data["Cache-Control"]
    upload = BytesIO(content)
    upload.name = "retromovies.zip"
    answer = client.post("/me/import", {"file": upload})
    assert answer.status_code == 302
    address = answer["Location"]
    assert (
        "A worker takes it up" in client.get(address).content.decode() or "rows" in client.get(address).content.decode()
    )
    work()
    page = client.get(address).content.decode()
    assert "Nothing is written yet" in page
    client.post(f"{address}/confirm")
    work()
    assert "It is done" in client.get(address).content.decode()
    assert client.get(f"{address}/rest.csv").status_code == 200
    client.post(f"{address}/undo")
    work()
    assert "It is undone" in client.get(address).content.decode()
    for slug in ("ratings", "history", "lists", "rest"):
        assert client.post(f"/me/data/{slug}", {"password": "wrong"}).status_code == 422
    answer = client.post("/me/data/ratings", {"password": make.PASSWORD})
    work()
    assert "It is gone" in client.get(answer["Location"]).content.decode()
    stranger = Client()
    assert stranger.get("/me/import").status_code == 302
    stranger.force_login(make.make_user(), backend="django.contrib.auth.backends.ModelBackend")
    assert stranger.get(address).status_code == 404
    bad = BytesIO(b"nothing")
    bad.name = "a.csv"
    refused = client.post("/me/import", {"file": bad})
    assert refused.status_code == 422
    assert "its columns are not those of a site we know" in refused.content.decode()
