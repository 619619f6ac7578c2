"""Files as two other sites write them, made at random with the traps of their formats, each with what must come of it.

What must come is counted here by plain rules over the rows that were made, and asks nothing of the code that reads them.
"""

import csv
import io
import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from catalog.models import Movie
from tests.catalog.moving import zipped
from tests.factories.catalog import make_movie

REELS = ("qxz", "wvk", "jph", "byg", "fmd", "ruc", "tol", "sen")
# Title as the catalogue has it, year, and titles under which the other sites have the same film.
FILMS: tuple[tuple[str, int, tuple[str, ...]], ...] = (
    ("Third Man, The", 1949, ("The Third Man", "THE THIRD MAN")),
    ("Good, the Bad and the Ugly, The", 1966, ("The Good, the Bad and the Ugly",)),
    ("Postman, The (Postino, Il)", 1994, ("The Postman", "Il Postino")),
    ("Thing, The", 1951, ("The Thing",)),
    ("Thing, The", 1982, ("The Thing",)),
    ("Scarface", 1932, ("Scarface",)),
    ("Scarface", 1983, ("Scarface",)),
    ("M", 1931, ("M",)),
    ("M*A*S*H", 1970, ("MASH", "M*A*S*H")),
    ("Tom & Viv", 1994, ("Tom & Viv", "Tom and Viv", "Tom &amp; Viv")),
    ("Schindler's List", 1993, ("Schindler's List", "Schindler’s List", "Schindler&#39;s List", "Schindler&#x27;s List")),
    ("Amélie", 2001, ("Amélie", "Amelie", "Ame\u0301lie", "Am&eacute;lie")),
    ("8½", 1963, ("8½", "8 1/2")),
    ('"Crocodile" Dundee', 1986, ('"Crocodile" Dundee', "Crocodile Dundee")),
    ("Sunset Blvd.", 1950, ("Sunset Blvd.", "SUNSET BLVD")),
    ("Who Framed Roger Rabbit", 1988, ("Who Framed\nRoger Rabbit", "Who Framed Roger Rabbit")),
    ("千と千尋の神隠し", 2001, ("千と千尋の神隠し",)),
    ("=SUM(1)", 1971, ("=SUM(1)",)),
    *((f"Reel {word}", 1900 + 4 * at, (f"Reel {word}",)) for at, word in enumerate(REELS)),
)  # fmt: skip
LONELY = [at for at, (title, _, _) in enumerate(FILMS) if [one[0] for one in FILMS].count(title) == 1]
UNKNOWN = ("Nobody Knows This", "Zzyzx, the Road", "Qwrt\nin two lines")
SERIES = ("TV Series", "tvEpisode", "Video Game", "TV Mini Series", "Podcast Episode")
FIRST, LAST = date(2009, 1, 1), date(2026, 5, 1)


@dataclass
class Carried:
    """A file of another site, and what must come of it for somebody who keeps nothing here. Films are places in FILMS."""

    name: str
    data: bytes = b""
    ratings: dict[int, tuple[int, date | None]] = field(default_factory=dict)
    seen: Counter[tuple[int, date | None]] = field(default_factory=Counter)
    watched: list[int] = field(default_factory=list)
    wanted: list[tuple[int, str]] = field(default_factory=list)
    lists: list[tuple[str, date | None, str, list[tuple[int, str]]]] = field(default_factory=list)
    states: Counter[str] = field(default_factory=Counter)  # of all rows that name a film, by what is found for them

    def rate(self, at: int, value: int, day: date | None) -> None:
        """Of two ratings of one film the later counts; one without a day is the oldest there is."""
        had = self.ratings.get(at)
        if had is None or (day or date.min) > (had[1] or date.min):
            self.ratings[at] = (value, day)


@dataclass(frozen=True)
class Drawn:
    """A film as a file names it, and what a reader must make of it. at: its place in FILMS, when one can be sure."""

    at: int | None
    title: str
    year: str
    state: str = "SURE"


def catalogue() -> list[Movie]:
    """The films there are, in the order of FILMS."""
    return [make_movie(title, year=year) for title, year, _ in FILMS]


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)


class Draw(random.Random):
    """Drawing rows: which film, by which of its names, of which year, and whether a reader can be sure of it."""

    def film(self) -> Drawn:
        trap = self.random()
        if trap < 0.06:
            return Drawn(None, self.choice(UNKNOWN), str(self.randrange(1930, 2000)), "UNKNOWN")
        if trap < 0.14:  # too far from the catalogue's year, or none at all
            _, year, names = FILMS[self.choice(LONELY)]
            far = str(year + self.choice([-5, -3, -2, 2, 4, 5]))
            return Drawn(None, self.choice(names), self.choice([far, ""]), "DOUBTFUL")
        beside = trap < 0.3
        at = self.choice(LONELY) if beside else self.randrange(len(FILMS))
        _, year, names = FILMS[at]
        return Drawn(at, self.choice(names), str(year + (self.choice([-1, 1]) if beside else 0)))

    def day(self) -> date:
        return FIRST + timedelta(days=self.randrange((LAST - FIRST).days))

    def days(self, count: int) -> list[date]:
        """Days that are all different, so that «the later» is never a matter of opinion."""
        return [FIRST + timedelta(days=n) for n in self.sample(range((LAST - FIRST).days), count)]

    def text(self, rows: list[list[str]]) -> str:
        out = io.StringIO()
        how = self.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
        csv.writer(out, quoting=how, lineterminator=self.choice(["\n", "\r\n"])).writerows(rows)
        return out.getvalue()

    def encoded(self, text: str) -> bytes:
        return text.encode(self.choice(["utf-8", "utf-8-sig", "utf-16"]))


# --- Letterboxd: stars of five in halves, days without hours, no numbers -----------------------------------------
BOXD = ["Date", "Name", "Year", "Letterboxd URI"]
WRONG_STARS = ("0", "5.5", "4.25", "five", "-1", "½", "")


def letterboxd(seed: int, rows: int) -> Carried:
    """A ZIP as Letterboxd gives it, with what it keeps of deleted things beside what is alive."""
    draw, made = Draw(seed), Carried("letterboxd-me-2026-05-02-10-00-utc.zip")
    files = {"ratings.csv": _stars(draw, made, rows), "diary.csv": _diary(draw, made, rows)}
    files |= {"watched.csv": _watched(draw, made, rows // 2), "watchlist.csv": _watchlist(draw, made, rows // 2)}
    for number in range(draw.randrange(3)):
        files[f"lists/list-{number}.csv"] = _list(draw, made, f"List, no. {number}", rows // 3)
    names = list(files)
    draw.shuffle(names)
    dead = draw.text([[*BOXD, "Rating"], ["2020-01-01", "M", "1931", "x", "0.5"]])
    review = draw.text([[*BOXD, "Rating", "Review"], ["2020-01-01", "M", "1931", "x", "1", "two\nlines"]])
    beside: dict[str, str | bytes] = {
        "deleted/ratings.csv": dead,
        "reviews.csv": review,
        "profile.csv": "Username\nme\n",
    }
    top = draw.choice(["", "letterboxd-me-2026/"])
    inside = beside | {name: draw.encoded(files[name]) for name in names}
    made.data = zipped({top + name: data for name, data in inside.items()})
    return made


def _stars(draw: Draw, made: Carried, rows: int) -> str:
    table = [[*BOXD, "Rating"]]
    for day in draw.days(rows):
        film, halves = draw.film(), draw.randint(1, 10)
        good = draw.random() > 0.05
        stars = draw.choice([f"{halves / 2:g}", f"{halves / 2:.1f}"]) if good else draw.choice(WRONG_STARS)
        table.append([day.isoformat(), film.title, film.year, "https://boxd.it/x", stars])
        made.states[film.state if good else "BROKEN"] += 1
        if good and film.at is not None:
            made.rate(film.at, halves, day)
    return draw.text(table)


def _diary(draw: Draw, made: Carried, rows: int) -> str:
    """Films are seen again, the same day too; the day it was written down is not the day it was seen."""
    table = [[*BOXD, "Rating", "Rewatch", "Tags", "Watched Date"]]
    for _ in range(rows):
        film, day = draw.film(), draw.choice([draw.day(), None])
        for again in range(draw.choice([1, 1, 1, 2])):
            written = [draw.day().isoformat(), film.title, film.year, "https://boxd.it/x", draw.choice(["", "3.5"])]
            table.append([*written, "Yes" if again else "", 'rain, "Vienna"', day.isoformat() if day else ""])
            made.states[film.state] += 1
            if film.at is not None:
                made.seen[film.at, day] += 1
    return draw.text(table)


def _watched(draw: Draw, made: Carried, rows: int) -> str:
    table = [BOXD]
    for _ in range(rows):
        film = draw.film()
        table.append([draw.day().isoformat(), film.title, film.year, "https://boxd.it/x"])
        made.states[film.state] += 1
        if film.at is not None and film.at not in made.watched:
            made.watched.append(film.at)
    return draw.text(table)


def _watchlist(draw: Draw, made: Carried, rows: int) -> str:
    films = [(day, draw.film()) for day in draw.days(rows)]
    made.states.update(film.state for _, film in films)
    wanted = [film.at for _, film in sorted(films, key=lambda pair: pair[0]) if film.at is not None]
    made.wanted = [(at, "") for at in dict.fromkeys(wanted)]
    return draw.text([BOXD, *([day.isoformat(), film.title, film.year, "https://boxd.it/x"] for day, film in films)])


def _list(draw: Draw, made: Carried, title: str, rows: int) -> str:
    """Two tables in one file, an empty line between them; a description may run over several lines."""
    day, note = draw.day(), draw.choice(["", 'Rain, "Vienna",\nand more'])
    table, films = [["Position", "Name", "Year", "URL", "Description"]], list[tuple[int, str]]()
    for place in range(1, rows + 1):
        film, beside = draw.film(), draw.choice(["", "two,\nlines"])
        table.append([str(place), film.title, film.year, "https://boxd.it/x", beside])
        made.states[film.state] += 1
        if film.at is not None and film.at not in dict(films):
            films.append((film.at, beside))
    made.lists.append((title, day, note, films))
    about = [["Date", "Name", "Tags", "URL", "Description"], [day.isoformat(), title, "", "https://boxd.it/l", note]]
    return f"Letterboxd list export v7\n{draw.text(about)}\n{draw.text(table)}"


# --- IMDb: points of ten, a number a film that is not ours, headers that drift ------------------------------------
NEW = (
    "Const,Your Rating,Date Rated,Title,Original Title,URL,Title Type,IMDb Rating,Runtime (mins),Year,Genres,Num Votes"
)
OLD = "position,const,created,modified,description,Title,Title type,Directors,You rated,IMDb Rating,Year,Genres,URL"
LIST = "Position,Const,Created,Modified,Description,Title,Original Title,URL,Title Type,Year,Your Rating,Date Rated"
WRONG_POINTS = ("0", "11", "7.5", "ten")
AGES = ("%Y-%m-%d", "%a %b %d %H:%M:%S %Y", "%d/%m/%Y %H:%M:%S")


def imdb(seed: int, rows: int) -> Carried:
    """One CSV as IMDb gives it: ratings by a new header or an old one, a watchlist, or a list."""
    draw = Draw(seed)
    kind = draw.choice(["ratings", "old ratings", "WATCHLIST", "Rainy nights"])
    made = Carried(f"{kind.replace(' ', '_')}.csv")
    header = {"ratings": NEW, "old ratings": OLD}.get(kind, LIST).split(",")
    on_it: dict[int, str] = {}
    table = [header]
    for day in draw.days(rows):
        table.append(_points(draw, made, header, day, on_it if header[0] == "Position" else None))
    made.data = draw.encoded(draw.text(table))
    if kind == "WATCHLIST":
        made.wanted = list(on_it.items())
    elif kind == "Rainy nights":
        made.lists = [(kind, None, "", list(on_it.items()))]
    return made


def _points(draw: Draw, made: Carried, header: list[str], day: date, on_it: dict[int, str] | None) -> list[str]:
    """One row. A film on a list may have its rating beside it: then it is two things. on_it: the films of the list."""
    film, points = draw.film(), draw.randint(1, 10)
    no_film, good = draw.random() < 0.08, draw.random() > 0.05
    rated, dated = on_it is None or draw.random() < 0.5, draw.random() > 0.1
    note = draw.choice(["", 'see "again",\nand again']) if on_it is not None else ""
    told = str(points) if good else draw.choice(WRONG_POINTS)
    age = draw.choice(AGES)
    cells = {"const": draw.choice(["", f"tt{draw.randrange(10**7):07d}"]), "title": film.title, "year": film.year}
    cells |= {"title type": draw.choice(SERIES if no_film else ("Movie", "movie", "Feature Film", "tvMovie", ""))}
    cells |= {"your rating": told if rated else "", "you rated": told, "date rated": ""}
    cells |= {"description": note, "position": "1", "original title": draw.choice(["", film.title])}
    if rated and dated:
        cells["date rated"] = day.strftime(age)
    old = "You rated" in header
    cells["created"] = day.strftime(age) if old or on_it is not None else ""
    cells["modified"] = "" if old else cells["created"]
    state = "BROKEN" if no_film else film.state
    if rated:
        made.states[state if good else "BROKEN"] += 1
        if state == "SURE" and good and film.at is not None:
            made.rate(film.at, points, day if old or dated else None)
    if on_it is not None:
        made.states[state] += 1
        if state == "SURE" and film.at is not None:
            on_it.setdefault(film.at, note)
    return [cells.get(name.lower(), "") for name in header]
