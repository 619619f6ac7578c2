"""What would change for people: the lists of held-out visitors under the candidate, beside the champion's."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from catalog.recipes.recommending.evaluating import SHOWN, Arm, Person, listed, people
from catalog.recsys.splits import LIKED
from catalog.selectors import extracts
from catalog.selectors.extracts import Told
from mlops.ports import Fold, Table

SAMPLED, BESIDE = 100, 3  # visitors whose lists are counted, and those whose lists are shown whole
MOVED, LIKES_SHOWN = 10, 5
Lists = Sequence[Sequence[int]]
Row = Sequence[str | int | float]


@dataclass(frozen=True)
class Pair:
    """The first ten of each sampled visitor, under the candidate and the champion; no champion, empty lists."""

    visitors: Sequence[Person]
    new: Lists
    old: Lists
    first: bool


def tables(candidate: Arm, champion: Arm | None, fold: Fold) -> list[Table]:
    """Return films rising and falling, lists by decade and by genre, and three visitors' lists side by side."""
    pair = _pair(candidate, champion, [person for person in people(fold) if person.known][:SAMPLED])
    # A list gives away the likes it stands on, and reports are never erased: of members none is shown.
    beside = [at for at, visitor in enumerate(pair.visitors) if visitor.published][:BESIDE]
    named = {film for lists in (pair.new, pair.old) for films in lists for film in films}
    named |= {film for at in beside for film in pair.visitors[at].known}
    told = extracts.told(named)
    return [
        *_moved(pair, told),
        _shares("The lists by decade", "decade", pair, lambda film: [_decade(film, told)]),
        _shares("The lists by genre", "genre", pair, lambda film: _genres(film, told)),
        *(_side_by_side(pair, at, told) for at in beside),
    ]


def _pair(candidate: Arm, champion: Arm | None, visitors: Sequence[Person]) -> Pair:
    def firsts(arm: Arm | None) -> Lists:
        return [[] if arm is None else listed(arm, person.known, SHOWN).tolist() for person in visitors]

    return Pair(visitors, firsts(candidate), firsts(champion), champion is None)


def _moved(pair: Pair, told: Mapping[int, Told]) -> list[Table]:
    new, old = _counts(pair.new), _counts(pair.old)
    of = f"of {len(pair.visitors)} held-out visitors"
    if pair.first:
        rows = [(_name(film, told), count) for film, count in _most(new)]
        note = f"In so many first tens {of}; there is no champion to compare with."
        return [Table("Films listed most", ("film", "lists"), rows, note)]
    gained = {film: new[film] - old[film] for film in new.keys() | old.keys()}
    head = ("film", "lists now", "lists then", "change")
    rising = [film for film, change in _most(gained) if change > 0]
    falling = [film for film, change in _most({film: -change for film, change in gained.items()}) if change > 0]
    return [
        Table(title, head, [(_name(film, told), new[film], old[film], gained[film]) for film in films], note)
        for title, films, note in (
            ("Films rising", rising, f"In so many first tens {of}: now the candidate's, then the champion's."),
            ("Films falling", falling, f"In so many first tens {of}."),
        )
    ]


def _counts(lists: Lists) -> Counter[int]:
    return Counter(film for films in lists for film in films)


def _most(counts: Mapping[int, int]) -> list[tuple[int, int]]:
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:MOVED]


def _shares(title: str, head: str, pair: Pair, kinds: Callable[[int], Sequence[str]]) -> Table:
    """Count the places of all lists by a film's kinds; a film of two kinds is counted under both."""
    now, then = (
        Counter(kind for films in lists for film in films for kind in kinds(film)) for lists in (pair.new, pair.old)
    )
    places = [max(1, sum(map(len, lists))) for lists in (pair.new, pair.old)]
    rows: list[Row] = []
    for kind in sorted(now.keys() | then.keys()):
        shares = [_per_cent(now[kind], places[0]), *([] if pair.first else [_per_cent(then[kind], places[1])])]
        rows.append((kind, *shares))
    columns = (head, "candidate") if pair.first else (head, "candidate", "champion")
    return Table(
        title, columns, rows, f"Share of the places in the first tens of {len(pair.visitors)} held-out visitors."
    )


def _side_by_side(pair: Pair, at: int, told: Mapping[int, Told]) -> Table:
    note = _introduced(pair.visitors[at], told)
    lists = (pair.new[at],) if pair.first else (pair.new[at], pair.old[at])
    names = [[_name(film, told) for film in films] + [""] * (SHOWN - len(films)) for films in lists]
    rows = [(rank, *films) for rank, films in enumerate(zip(*names, strict=True), start=1)]
    head = ("rank", "candidate") if pair.first else ("rank", "candidate", "champion")
    return Table(f"Held-out visitor {at + 1}", head, rows, note)


def _introduced(visitor: Person, told: Mapping[int, Told]) -> str:
    """Say what a visitor likes; titles only of those whose ratings are published, since reports are never erased."""
    known = visitor.known
    likes = sorted((film for film, value in known.items() if value >= LIKED), key=lambda film: (-known[film], film))
    words = f"{len(known)} ratings, {len(likes)} of them {LIKED} or more"
    if not likes or not visitor.published:
        return f"{words}."
    return f"{words}: {'; '.join(f'{_name(film, told)} {known[film]}' for film in likes[:LIKES_SHOWN])} …"


def _name(film: int, told: Mapping[int, Told]) -> str:
    return told[film].name if film in told else f"film {film}, no longer there"


def _decade(film: int, told: Mapping[int, Told]) -> str:
    return f"{told[film].year // 10 * 10}s" if film in told else "unknown"


def _genres(film: int, told: Mapping[int, Told]) -> Sequence[str]:
    return (told[film].genres if film in told else ()) or ("no genre",)


def _per_cent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %"
