"""The receipt of one film in one edition: what put it at its rank, what is not told apart from it, what would lift it."""

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from catalog.models import ChartEdition, Movie
from catalog.recsys import blur, lifting
from catalog.recsys.columns import Array, Columns, order
from catalog.recsys.lifting import Lift
from catalog.recsys.weighted import Ranked
from catalog.selectors import charts, past

REACH = 4  # neighbours shown on either side
TARGETS = (100, 10)


@dataclass(frozen=True)
class Near:
    """A film near another in the chart; film is None when it was deleted since. half: of its interval, in millionths."""

    place: Ranked
    film: Movie | None
    half: int
    blurred: bool


@dataclass(frozen=True)
class Receipt:
    """Everything that put a film at its rank. Fractions are exact; mean (R) is in points, 1–10; within: ranks not told apart.

    partners: whether votes of partners' viewers are among those that were not imported.
    """

    edition: ChartEdition
    place: Ranked
    mean: Fraction
    own_weight: Fraction
    exact: Fraction
    tied: int
    imported: int
    partners: bool
    half: int
    near: list[Near]
    within: tuple[int, int] | None
    lifts: list[Lift]

    @property
    def house_weight(self) -> Fraction:
        return 1 - self.own_weight


def receipt(movie: Movie, edition: ChartEdition) -> Receipt | None:
    """Return the receipt of a film in an edition; None when it is not in it. Raises EditionGone, EditionWrong."""
    columns = past.columns(edition)
    line = columns.at(movie.pk)
    if line is None:
        return None
    place, m = ranked(columns, line), columns.terms.prior_votes
    mean, own = Fraction(place.points, 10 * place.votes), Fraction(place.votes, place.votes + m)
    imported = past.imported(edition)
    half = blur.half_widths(columns.votes, columns.points, imported, m)
    within = _within(columns, half, line)
    return Receipt(
        edition=edition,
        place=place,
        mean=mean,
        own_weight=own,
        exact=own * mean + (1 - own) * Fraction(columns.terms.mean_e4, 10**4),
        tied=int((columns.wr_e6 == place.wr_e6).sum()) - 1,
        imported=int(imported[line]),
        partners=charts.counts_partners(edition),
        half=int(half[line]),
        near=_near(columns, half, line) if place.rank else [],
        within=within,
        lifts=lifts(edition, movie.pk),
    )


def ranked(columns: Columns, line: int) -> Ranked:
    """Return one line of an edition as it was published."""
    film = columns.line(line)
    rank = int(columns.rank[line]) or None
    return Ranked(film.id, film.year, film.votes, film.points, int(columns.wr_e6[line]), rank)


def _within(columns: Columns, half: Array, line: int) -> tuple[int, int] | None:
    if not columns.rank[line]:
        return None
    lines, wr = order(columns, columns.terms)
    best, worst = blur.ranks_within(wr, half[lines])
    here = int(columns.rank[line]) - 1
    return int(best[here]), int(worst[here])


def _near(columns: Columns, half: Array, line: int) -> list[Near]:
    """Return the neighbours above and below, in the order of the chart, the film itself among them."""
    listed = int((columns.rank > 0).sum())
    lines = range(max(0, line - REACH), min(listed, line + REACH + 1))
    films = Movie.objects.in_bulk([int(columns.id[here]) for here in lines])
    told = blur.overlaps(columns.wr_e6, half, line)
    return [
        Near(ranked(columns, here), films.get(int(columns.id[here])), int(half[here]), bool(told[here]))
        for here in lines
    ]


def lifts(edition: ChartEdition, film_id: int) -> list[Lift]:
    """Return what would lift a film one place, into the first hundred, into the first ten; what is reached is left out."""
    past.columns(edition)  # raises, with the words
    return list(_lifts(edition.content_digest, film_id))


@lru_cache(maxsize=512)
def _lifts(digest: str, film_id: int) -> tuple[Lift, ...]:
    columns = past.rows(digest)  # asked for by name: what is kept here keeps no edition's rows from being let go
    film, line = columns.film(film_id), columns.at(film_id)
    if film is None or line is None:
        return ()
    rank = int(columns.rank[line]) or int((columns.rank > 0).sum()) + 2  # without a rank, the next one is the last
    targets = dict.fromkeys(target for target in (rank - 1, *TARGETS) if 0 < target < rank)
    given = lifting.Given(columns, film)
    return tuple(lifting.lift(given, target) for target in targets)
