"""A film's rank over the editions: the line, every move with its causes, and the causes between any two editions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _

from catalog.errors import EditionGone, EditionWrong
from catalog.formats import csv_file, json_file
from catalog.models import Movie
from catalog.recsys.moves import CAUSES, Causes
from catalog.selectors import charts, histories
from catalog.selectors.histories import Move
from catalog.services.editions import stamp
from catalog.views.editions_asked import asked_edition, gone, whose
from catalog.views.paging import page_of, without_page
from catalog.views.rank_line import rank_line

PER_PAGE = 20
HEADER = ("edition", "at", "before", "after", *(f"after_{cause}" for cause in CAUSES), "lack")
WORDS = {
    "own": _("Its own votes"),
    "others": _("Other films' votes, those that came or went included"),
    "mean": _("C, the mean of all films"),
    "terms": _("The parameters, m and the floor"),
}


@dataclass(frozen=True)
class Step:
    """A cause in words with the rank before and after it; places up, or down when negative."""

    words: Any
    before: int | None
    after: int | None

    @property
    def places(self) -> int:
        return self.before - self.after if self.before and self.after else 0

    @property
    def nothing(self) -> bool:
        return self.before == self.after


def film_history(request: HttpRequest, pk: int, kind: str = "") -> HttpResponse:
    """The rank line of a film, its moves newest first; as .csv or .json the same page of moves."""
    film = get_object_or_404(Movie, pk=pk)
    page = page_of(request, histories.changes(pk), PER_PAGE)
    moves = histories.explained(list(page.object_list))
    if kind:
        return _file(kind, film, moves, {"page": page.number, "pages": page.paginator.num_pages})
    newest = charts.newest()
    context = {
        "film": film,
        "section": "top",
        "page_obj": page,
        "querystring": without_page(request),
        "moves": [(move, Step("", move.change.before, move.change.after), steps(move.causes)) for move in moves],
        "line": rank_line(histories.line(pk), newest.number) if newest else None,
        "newest": newest,
    }
    return _between(request, film, context) if "from" in request.GET else _page(request, context)


def _page(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    return render(request, "catalog/history.html", context)


def _between(request: HttpRequest, film: Movie, context: dict[str, Any]) -> HttpResponse:
    """Add the causes between the two editions that the address names."""
    earlier, later = asked_edition(request, "from"), asked_edition(request, "to")
    if earlier is None or later is None:
        return _page(request, context)
    try:
        found = histories.causes(earlier, later, film.pk)
    except (EditionGone, EditionWrong) as refusal:
        return gone(request, whose(earlier, later), refusal)
    whole = Step("", found.before, found.after[-1])
    return _page(request, context | {"earlier": earlier, "later": later, "between": steps(found), "whole": whole})


def steps(causes: Causes | None) -> list[Step]:
    """Return causes as a page lists them."""
    return [Step(WORDS[cause], before, after) for cause, before, after in causes.steps()] if causes else []


def _file(kind: str, film: Movie, moves: Sequence[Move], facts: dict[str, Any]) -> HttpResponse:
    rows = [_row(move) for move in moves]
    if kind == "csv":
        return csv_file(f"film-{film.pk}-rank", HEADER, rows)
    return json_file({"film": film.pk, "title": film.title, **facts}, HEADER, rows)


def _row(move: Move) -> list[Any]:
    change = move.change
    after = move.causes.after if move.causes else (None,) * len(CAUSES)
    return [change.edition_id, stamp(change.edition.at), change.before, change.after, *after, move.lack]
