"""Reads of the published chart: editions, charted films, receipts."""

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from functools import lru_cache
from itertools import zip_longest
from typing import Any

from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _

from catalog.errors import EditionGone, EditionWrong
from catalog.models import ChartEdition, Movie, RankChange, Standing
from catalog.recsys import editions as codec
from catalog.recsys.counting import OWN, counted
from catalog.recsys.formula import PARTNERS
from catalog.recsys.weighted import Chart, Ranked, Tallied, chart, place, wr_e6
from catalog.selectors import counting
from mlops import store
from mlops.errors import BadArtefact


def newest() -> ChartEdition | None:
    """Return the edition in force, or None before the first."""
    return ChartEdition.objects.order_by("-number").first()


def editions() -> QuerySet[ChartEdition]:
    """Return every edition, newest first."""
    return ChartEdition.objects.order_by("-number")


def charted(decade: int | None = None, genre: str | None = None) -> QuerySet[Movie]:
    """Return the films of the newest edition, best first, with their standing; ranks and C stay those of the whole chart."""
    films = Movie.objects.charted()
    if decade is not None:
        films = films.of_decade(decade)
    if genre is not None:
        films = films.of_genre(genre)
    return films


def changed_at() -> datetime | None:
    """Return when the list of editions last changed: one was published, or let its rows go."""
    found = ChartEdition.objects.aggregate(published=Max("at"), thinned=Max("thinned_at"))
    return max((at for at in found.values() if at), default=None)


def files() -> set[str]:
    """Return the digests of the files that editions need: one whose rows were let go needs none."""
    return set(ChartEdition.objects.filter(thinned_at=None).values_list("content_digest", flat=True))


def artefact(edition: ChartEdition) -> bytes:
    """Return an edition's bytes. Raises EditionGone when thinned by age, EditionWrong when missing or changed."""
    if edition.thinned_at:
        raise EditionGone(
            _("The full rows of edition %(number)s were let go by age; its digests are kept for ever.")
            % {"number": edition.number}
        )
    try:
        return rows_of(edition.content_digest)
    except EditionWrong as error:
        raise unreadable(edition, error) from error


def unreadable(edition: ChartEdition, why: Exception) -> EditionWrong:
    """Return the refusal of an edition's rows, in the visitor's words; why: the machine's own."""
    return EditionWrong(
        _("The rows of edition %(number)s cannot be read: %(why)s") % {"number": edition.number, "why": why}
    )


def rows_of(digest: str) -> bytes:
    """Return the bytes with a content digest. Raises EditionWrong when missing or changed."""
    try:
        return store.open(digest)
    except BadArtefact as error:
        raise EditionWrong(f"{error}.") from error


def moved(edition: ChartEdition, most: int) -> list[RankChange]:
    """Return an edition's rank changes that matter most: those that reach the highest rank, films new to it left out."""
    changes = edition.rank_changes.filter(before__isnull=False, after__isnull=False)
    return list(changes.order_by("after", "movie_id")[:most])


def verify(edition: ChartEdition) -> int:
    """Recompute C, every WR, every rank and both digests from the artefact; return the number of films.

    Raises EditionWrong naming the first thing that differs; EditionGone for a thinned edition whose place in the chain
    holds, as that needs no rows.
    """
    _check_chain(edition)
    data = artefact(edition)
    try:
        head, rows = codec.parse(data)
        again = chart(rows, prior_votes=head["m"], floor=head["floor"])  # type: ignore[arg-type]
        _check_facts(edition, head, again)
    except (KeyError, TypeError, ValueError) as error:
        raise EditionWrong(f"Edition {edition.number}: its rows cannot be recomputed: {error!r}.") from error
    for found, expected in zip_longest(rows, again.rows):
        if found != expected:
            raise EditionWrong(f"Edition {edition.number}: published is {found}, recomputed {expected}.")
    return len(rows)


def _check_facts(edition: ChartEdition, head: dict[str, Any], again: Chart) -> None:
    """Hold what an edition's row says against its artefact. Raises EditionWrong, or KeyError."""
    ranked = sum(row.rank is not None for row in again.rows)
    facts = {
        "the version": (edition.version_label, head["version"]),
        "m": (edition.prior_votes, head["m"]),
        "the floor": (edition.floor, head["floor"]),
        "C of its rows (in ten-thousandths)": (head["C_e4"], again.mean_e4),
        "C (in ten-thousandths)": (edition.mean_e4, again.mean_e4),
        "the number of films": (edition.films, len(again.rows)),
        "the number of ranks": (edition.ranked, ranked),
    }
    for name, (published, recomputed) in facts.items():
        if published != recomputed:
            raise EditionWrong(
                f"Edition {edition.number}: {name} is published as {published}, recomputed as {recomputed}."
            )


def _check_chain(edition: ChartEdition) -> None:
    at = edition.at.strftime("%Y-%m-%dT%H:%M:%SZ")
    chain = codec.chain_digest(edition.previous_chain, edition.content_digest, edition.number, at)
    before = ChartEdition.objects.filter(number=edition.number - 1).values_list("chain_digest", flat=True).first()
    if chain != edition.chain_digest:
        raise EditionWrong(f"Edition {edition.number}: its chain digest does not fit its content, number and time.")
    if edition.previous_chain != (before or "0" * 64):
        raise EditionWrong(f"Edition {edition.number} does not follow edition {edition.number - 1}.")


@dataclass(frozen=True)
class Receipt:
    """Everything that put a film at its rank. Fractions are exact; mean (R) and own are points, 1–10."""

    edition: ChartEdition
    standing: Standing
    mean: Fraction
    own_weight: Fraction
    house_weight: Fraction
    exact: Fraction
    above: list[Movie]
    below: list[Movie]
    tied: int

    @property
    def house_mean(self) -> Fraction:
        return Fraction(self.edition.mean_e4, 10**4)


def receipt(movie: Movie) -> Receipt | None:
    """Return the receipt of a film in the newest edition; None when it is not in it."""
    found = _receipt(movie)
    mixed = found and any(film.standing.edition_id != found.edition.number for film in found.above + found.below)
    return _receipt(movie) if mixed else found  # an edition came out between two statements: read it again


def _receipt(movie: Movie) -> Receipt | None:
    standing = Standing.objects.select_related("edition").filter(movie=movie).first()
    if standing is None:
        return None
    edition, v, m = standing.edition, standing.votes, standing.edition.prior_votes
    mean, own = Fraction(standing.points, 10 * v), Fraction(v, v + m)
    exact = own * mean + (1 - own) * Fraction(edition.mean_e4, 10**4)
    tied = Standing.objects.filter(wr_e6=standing.wr_e6).exclude(movie=movie).count()
    above, below = neighbours(standing.rank)
    return Receipt(edition, standing, mean, own, 1 - own, exact, above, below, tied)


def neighbours(rank: int | None, reach: int = 2) -> tuple[list[Movie], list[Movie]]:
    """Return the films ranked just above and just below, nearest last and first."""
    if rank is None:
        return [], []
    films = Movie.objects.charted()
    above = films.filter(standing__rank__lt=rank, standing__rank__gte=rank - reach)
    below = films.filter(standing__rank__gt=rank, standing__rank__lte=rank + reach)
    return list(above), list(below)


@dataclass(frozen=True)
class Provisional:
    """What ratings since the edition would do to a film, C and all other films unchanged."""

    votes: int
    points: int
    wr_e6: int
    rank: int
    new_votes: int


def provisional(movie: Movie, standing: Standing | None, edition: ChartEdition | None) -> Provisional | None:
    """Return where a film would stand with its votes of now; None when none that counts came or went since the edition."""
    tally = _now(movie, edition) if edition else None
    if edition is None or tally is None or tally.votes < max(1, edition.floor):
        return None
    before = (standing.votes, standing.points) if standing else (0, 0)
    if (tally.votes, tally.points) == before:
        return None
    wr = wr_e6(tally.votes, tally.points, edition.prior_votes, edition.mean_e4)
    here = place(Ranked(movie.pk, movie.year, tally.votes, tally.points, wr, None), wr)
    rank = 1 + _ahead(here, movie.pk)
    return Provisional(tally.votes, tally.points, wr, rank, tally.votes - before[0])


def _now(movie: Movie, edition: ChartEdition) -> Tallied | None:
    """Return a film with the votes of now that count as the edition counts; None without any, or when nothing tells how."""
    rows = counting.votes_for(movie.pk)
    try:
        partners = any(row.partner != OWN for row in rows) and counts_partners(edition)
    except (EditionGone, EditionWrong):
        return None
    return next(iter(counted(rows, partners=partners)), None)


def counts_partners(edition: ChartEdition) -> bool:
    """Say whether partners' votes count in an edition: its artefact names the kinds. Raises EditionGone, EditionWrong."""
    if edition.thinned_at:
        artefact(edition)  # raises, with the words
    return PARTNERS in _kinds(edition.content_digest)


@lru_cache(maxsize=64)
def _kinds(digest: str) -> frozenset[str]:
    """Return the kinds of raters that count in the edition of these rows. Raises EditionWrong."""
    try:
        return frozenset(codec.head(rows_of(digest)).get("kinds", ()))
    except (TypeError, ValueError) as error:
        raise EditionWrong(f"not an edition's artefact: {error}") from error


def _ahead(here: tuple[int, int, int, int], movie_id: int) -> int:
    """Count ranked films of the newest edition that the total order puts before a place."""
    others = Standing.objects.filter(rank__isnull=False).exclude(movie_id=movie_id)
    better = others.filter(wr_e6__gt=-here[0]).count()
    level = others.filter(wr_e6=-here[0]).values_list("wr_e6", "votes", "movie__year", "movie_id")
    return better + sum((-wr, -votes, year, film) < here for wr, votes, year, film in level)
