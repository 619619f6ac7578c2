# ruff: noqa: E501 — lines of files as they are
"""Files of other sites and of ours: read right, with their traps, or refused with the place and the remedy."""

import io
import zipfile

import pytest

from catalog.moving import own
from catalog.moving.archives import MOST_BYTES, pack, unpack
from catalog.moving.lines import ENTRY, LIST, RATING, VIEWING, WATCHLIST, BadFile, Line, Parcel
from catalog.moving.matching import Films, Named
from catalog.moving.reading import IMDB, LETTERBOXD, OWN, read

RATINGS = """Date,Name,Year,Letterboxd URI,Rating
2019-05-31,"Good, the Bad and the Ugly, The",1966,https://boxd.it/29Wy,5
2020-02-29,Amélie,2001,https://boxd.it/2a1m,0.5
2021-01-01,8½,1963,https://boxd.it/1AB2,4.5
"""
DIARY = """Date,Name,Year,Letterboxd URI,Rating,Rewatch,Tags,Watched Date
2020-03-02,Vertigo,1958,https://boxd.it/x1,4,,,2020-03-01
2020-03-02,Vertigo,1958,https://boxd.it/x2,,Yes,"old, loved",2020-03-01
2021-01-01,8½,1963,https://boxd.it/x3,3,,,
"""
WATCHED = "Date,Name,Year,Letterboxd URI\n2018-01-01,Vertigo,1958,https://boxd.it/2a\n"
WATCH = "Date,Name,Year,Letterboxd URI\n2022-07-07,Ran,1985,https://boxd.it/3b\n"
FILM_LIST = """Letterboxd list export v7
Date,Name,Tags,URL,Description
2021-06-05,"Sunday, late",,https://boxd.it/l1,"for rain
and sleet"

Position,Name,Year,URL,Description
1,Ran,1985,https://boxd.it/3b,the storm
2,Vertigo,1958,https://boxd.it/2a,
"""
IMDB_NEW = """Const,Your Rating,Date Rated,Title,Original Title,URL,Title Type,IMDb Rating,Runtime (mins),Year,Genres,Num Votes,Release Date,Directors
tt0052357,9,2017-03-04,Vertigo,Vertigo,https://x/tt0052357,Movie,8.3,128,1958,"Mystery, Romance",400000,1958-05-09,Alfred Hitchcock
tt0903747,10,2017-03-05,Breaking Bad,Breaking Bad,https://x,TV Series,9.5,45,2008,Crime,1,2008-01-20,
"""
IMDB_OLD = '"position","const","created","modified","description","Title","Title type","Directors","You rated","IMDb Rating","Year"\n"1","tt0052357","Sat Mar  4 00:00:00 2017","","","Vertigo","Feature Film","Alfred Hitchcock","9","8.3","1958"\n'
IMDB_LIST = "Position,Const,Created,Modified,Description,Title,URL,Title Type,IMDb Rating,Year,Your Rating,Date Rated\n1,tt0089881,2015-02-03,,see it big,Ran,https://x,Movie,8.2,1985,,\n"


def archive(**files: str) -> bytes:
    return pack({name.replace("__", "/") + ".csv": text.encode() for name, text in files.items()})


def told(parcel: Parcel, kind: str) -> list[tuple[str, int | None, dict[str, object]]]:
    return [(line.title, line.year, dict(line.facts)) for line in parcel.lines if line.kind == kind]


def test_half_stars_are_doubled_and_days_are_theirs() -> None:
    found = read("ratings.csv", RATINGS.encode())
    assert found.source == LETTERBOXD
    assert told(found, RATING) == [
        ("Good, the Bad and the Ugly, The", 1966, {"value": 10, "at": "2019-05-31T12:00:00Z"}),
        ("Amélie", 2001, {"value": 1, "at": "2020-02-29T12:00:00Z"}),
        ("8½", 1963, {"value": 9, "at": "2021-01-01T12:00:00Z"}),
    ]


def test_a_whole_export_is_read_in_the_order_that_says_most_first() -> None:
    found = read(
        "export.zip", archive(diary=DIARY, ratings=RATINGS, watched=WATCHED, watchlist=WATCH, lists__sunday=FILM_LIST)
    )
    assert [(line.kind, line.title) for line in found.lines] == [
        (RATING, "Good, the Bad and the Ugly, The"),
        (RATING, "Amélie"),
        (RATING, "8½"),
        (RATING, "Vertigo"),  # what a diary noted comes after the ratings as they stand
        (RATING, "8½"),
        (VIEWING, "Vertigo"),
        (VIEWING, "Vertigo"),
        (VIEWING, "8½"),
        (VIEWING, "Vertigo"),  # seen some time: said last
        (WATCHLIST, "Ran"),
        (LIST, ""),
        (ENTRY, "Ran"),
        (ENTRY, "Vertigo"),
    ]
    viewings = [facts for _, _, facts in told(found, VIEWING)]
    assert [facts["on"] for facts in viewings] == ["2020-03-01", "2020-03-01", "", ""]
    assert told(found, LIST)[0][2]["title"] == "Sunday, late"
    assert told(found, LIST)[0][2]["note"] == "for rain\nand sleet"
    assert told(found, ENTRY)[0][2]["note"] == "the storm"


def test_what_is_deleted_or_others_in_an_export_is_left_alone() -> None:
    found = read(
        "export.zip", archive(ratings=RATINGS, deleted__diary=DIARY, likes__films=WATCHED, profile="Name,Bio\nIda,x\n")
    )
    assert len(found.lines) == 3
    assert [str(note) for note in found.notes] == [
        "profile.csv was left out: there is nothing in it that could be kept here."
    ]


@pytest.mark.parametrize(
    "text", [IMDB_NEW, IMDB_OLD.replace("Sat Mar  4 00:00:00 2017", "2017-03-04")], ids=["new", "old"]
)
def test_imdbs_columns_have_had_several_names(text: str) -> None:
    found = read("ratings.csv", text.encode())
    assert found.source == IMDB
    assert told(found, RATING) == [("Vertigo", 1958, {"value": 9, "at": "2017-03-04T12:00:00Z"})]
    assert found.lines[0].ref == "tt0052357"


def test_series_are_left_out_and_that_is_said() -> None:
    found = read("ratings.csv", IMDB_NEW.encode())
    assert "1 lines are of series" in str(found.notes[0])


def test_imdbs_watchlist_is_no_list_of_ratings() -> None:
    found = read("WATCHLIST.csv", IMDB_LIST.encode("utf-16"))
    assert told(found, WATCHLIST) == [("Ran", 1985, {"at": "2015-02-03T12:00:00Z", "note": "see it big"})]


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("empty.csv", b"", "empty.csv is empty"),
        ("blank.csv", b"\n\n", "columns none"),
        ("x.csv", b"a,b\n1,2\n", "no known table has the columns a, b"),
        ("latin.csv", RATINGS.encode("latin-1", "replace").replace(b"?", b"\xe9"), "latin.csv, line 3: this is not UTF-8"),
        ("nul.csv", b"Const,Title\n\x00,x\n", "this is no text"),
        ("r.csv", RATINGS.replace(",0.5", ",0.7").encode(), "r.csv, line 3, Rating: “0.7” is not 0.5 to 5"),
        ("r.csv", RATINGS.replace(",0.5", ",6").encode(), "r.csv, line 3, Rating: “6”"),
        ("r.csv", RATINGS.replace("2001", "20O1").encode(), "r.csv, line 3, Year: “20O1”"),
        ("r.csv", RATINGS.replace("2020-02-29", "2021-02-29").encode(), "r.csv, line 3, Date: “2021-02-29”"),
        ("r.csv", RATINGS.replace("Amélie", "").encode(), "r.csv, line 3, Name: the title is missing"),
        ("r.csv", RATINGS.replace(",0.5", ",0.5,x").encode(), "r.csv, line 3: 6 cells, but the first line names 5"),
        ("r.csv", (RATINGS + 'x,"y').encode(), "quotation mark"),
        ("imdb.csv", b"Const,Your Rating,Year\ntt1,5,1950\n", "there is no column “Title”"),
        ("imdb.csv", b"Const,Your Rating,Title,Year\ntt1,11,X,1950\n", "line 2, Your Rating: “11”"),
        ("broken.zip", b"PK\x03\x04 and then nothing", "this ZIP is broken"),
        ("no.zip", pack({"readme.txt": b"x"}), "there is no CSV file in it"),
        ("l.csv", b"Letterboxd list export v7\nDate,Name\n2020-01-01,X\n", "the list has no name, or no films"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_refused_with_the_place_and_the_remedy(
    name: str, data: bytes, words: str
) -> None:
    with pytest.raises(BadFile) as refusal:
        read(name, data)
    assert words in str(refusal.value)


def test_a_bomb_is_not_unpacked() -> None:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("ratings.csv", b"0" * (MOST_BYTES + 1))
    with pytest.raises(BadFile, match="MB when unpacked"):
        unpack("bomb.zip", whole.getvalue())
    with pytest.raises(BadFile, match="files"):
        unpack("many.zip", pack({f"{n}.csv": b"" for n in range(2_001)}))


def test_too_many_lines_are_refused_and_not_cut() -> None:
    many = "Const,Your Rating,Title,Year\n" + "tt1,5,X,1950\n" * 50_001
    with pytest.raises(BadFile, match=r"more than 50,000 lines\. Split"):
        read("many.csv", many.encode())


FILMS = Films(
    [
        Named(1, "The Good, the Bad and the Ugly", 1966),
        Named(2, "Amélie", 2001),
        Named(3, "8 1/2", 1963),
        Named(4, "Vertigo", 1958),
        Named(5, "Ran", 1985),
        Named(6, "Ran", 1987),
        Named(7, "The Postman (Il Postino)", 1994),
        Named(8, "Twins", 1950),
        Named(9, "Twins", 1950),
    ]
)


@pytest.mark.parametrize(
    ("title", "year", "film", "candidates"),
    [
        ("Good, the Bad and the Ugly, The", 1966, 1, ()),
        ("amelie", 2001, 2, ()),
        ("8½", 1963, 3, ()),
        ("Il Postino", 1994, 7, ()),
        ("Vertigo", 1959, None, (4,)),  # a year apart: for the member to say
        ("Vertigo", 1960, None, ()),
        ("Ran", 1986, None, (5, 6)),
        ("Ran", None, None, (5, 6)),
        ("Twins", 1950, None, (8, 9)),
        ("Unheard", 1950, None, ()),
    ],
)
def test_a_film_is_found_by_any_of_its_names_and_what_is_doubtful_is_asked(
    title: str, year: int | None, film: int | None, candidates: tuple[int, ...]
) -> None:
    found = FILMS.match(Line(RATING, "r.csv", 2, title, year))
    assert (found.film, found.candidates) == (film, candidates)


def test_a_number_of_ours_counts_only_with_its_name() -> None:
    assert FILMS.match(Line(RATING, "r", 1, "Twins", 1950, "film:9")).film == 9
    assert FILMS.match(Line(RATING, "r", 1, "Vertigo", 1958, "film:9")).film == 4  # from another installation
    assert FILMS.match(Line(RATING, "r", 1, "Renamed Since", 1958, "film:4")).candidates == (4,)


EXPORT = {
    "ratings": [{"film": 4, "title": "Vertigo", "year": 1958, "value": 9, "rated_at": "2026-01-02T03:04:05.000006Z"}],
    "diary": [{"film": None, "title": "=Gone", "year": None, "seen_on": None, "note": "a\nb"}],
}


def test_our_own_export_is_read_back_and_the_same_belongings_are_the_same_bytes() -> None:
    data = own.written(EXPORT)
    assert data == own.written(EXPORT)
    found = read("retromovies.zip", data)
    assert found.source == OWN
    assert [(line.kind, line.title, line.ref) for line in found.lines] == [
        (RATING, "Vertigo", "film:4"),
        (VIEWING, "=Gone", ""),
    ]
    assert found.lines[0].facts == {"value": 9, "at": "2026-01-02T03:04:05.000006Z"}
    assert found.lines[1].facts == {"on": "", "note": "a\nb"}
    assert b"'=Gone" in unpack("x", data)["diary.csv"]


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (b'"value":9', b'"value":"nine"', "ratings.ndjson, line 1, value: this is no integer"),
        (b'"value":9,', b"", "it needs film, title, year, value, rated_at, and nothing else"),
        (b'"2026-01-02T', b'"2026-13-02T', "rated_at: this is no date-time"),
        (b'{"film":4', b"{film:4", "line 1: this is no JSON"),
        (b"retromovies-export-1", b"retromovies-export-9", "another format"),
    ],
)
def test_an_export_that_was_tampered_with_is_refused_with_the_place(before: bytes, after: bytes, words: str) -> None:
    files = {path: data.replace(before, after) for path, data in unpack("x", own.written(EXPORT)).items()}
    with pytest.raises(BadFile) as refusal:
        read("x.zip", pack(files))
    assert words in str(refusal.value)


def test_the_schema_names_every_column_that_is_written() -> None:
    told = own.schema()["tables"]
    assert {table.name: table.names for table in own.TABLES} == {name: told[name]["required"] for name in told}
    assert set(unpack("x", own.written({}))) == {
        "README.txt", "schema.json", *(f"{table.name}.{kind}" for table in own.TABLES for kind in ("csv", "ndjson"))
    }  # fmt: skip
