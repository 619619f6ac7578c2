"""Browsing: filters with counts, the choice in the address; the same list as a file."""

from datetime import date
from functools import lru_cache
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from catalog.forms import BrowseForm
from catalog.models import ChartEdition, Licence, Movie, User
from catalog.selectors import browsing, charts, films, preferences
from catalog.selectors.browsing import Choice, Counts
from catalog.territories import chosen
from catalog.views import mine, structured
from catalog.views.facets import Value, chips, facets, ways_out, with_filter, words
from catalog.views.film_files import film_file
from catalog.views.frames import framed
from catalog.views.here import day_here
from catalog.views.paging import page_of, without_page
from catalog.views.rows import own_rows

PER_PAGE = 50
Stand = tuple[str, int, int]


def browse(request: HttpRequest) -> HttpResponse:
    """The catalogue by genre, decade, length, votes and rights, with what each further filter would leave."""
    form = BrowseForm(request.GET)
    if not form.is_valid():
        return render(request, "catalog/browse.html", {"form": form, "page_obj": None}, status=400)
    stand = _stand(charts.newest())
    return framed(request, ("browse", stand, day_here(request)), lambda: _browse(request, form, stand))


def _browse(request: HttpRequest, form: BrowseForm, stand: Stand) -> HttpResponse:
    choice, sort = _choice(request, form), form.cleaned_data["sort"] or "rank"
    counts = _counted(choice, chosen(request), stand)
    page = page_of(request, browsing.films(choice, sort), PER_PAGE, counts.total)
    listed = list(page.object_list)
    numbers = [film.pk for film in listed]
    here = films.playing(numbers, chosen(request), day_here(request)) if listed else set()
    context = {
        "form": form,
        "page_obj": page,
        "rows": own_rows(listed, mine.given(request, numbers), here),
        "list_ld": _list_ld(request, page.start_index(), listed),
        "facets": facets(request, choice, counts),
        "switches": _switches(request, choice, counts),
        "chips": chips(request, choice),
        "ways_out": ways_out(request, choice) if not counts.total else [],
        "querystring": without_page(request),
        "sort": sort,
        "kept": [(name, value) for name, value in request.GET.items() if name not in ("sort", "page")],
        "to_heading": request.headers.get("HX-Trigger", "").startswith(("chip-", "clear")),
        "stranger": form.cleaned_data["hide"] and choice.unseen_by is None,
    }
    return render(request, "catalog/browse.html", context)


def _list_ld(request: HttpRequest, start: int, listed: list[Movie]) -> SafeString:
    items = ((place, film.title, film.get_absolute_url()) for place, film in enumerate(listed, start))
    return structured.item_list(request, _("Films"), items)


def _choice(request: HttpRequest, form: BrowseForm) -> Choice:
    clean = form.cleaned_data
    return Choice(
        genre=clean["genre"],
        decade=int(clean["decade"]) if clean["decade"] else None,
        length=clean["length"],
        votes=clean["votes"],
        playable_in=chosen(request) if clean["playable"] else "",
        unseen_by=request.user if clean["hide"] and isinstance(request.user, User) else None,
        day=day_here(request),
    )


def _switches(request: HttpRequest, choice: Choice, counts: Counts) -> list[Value]:
    """Return the filters that are on or off: what plays here, and for members what they have not rated."""
    plays, unseen = bool(choice.playable_in), choice.unseen_by is not None
    href = with_filter(request, "playable_in", "" if plays else "on")
    found = [Value("f-playable", words("playable_in", ""), href, counts.playable, plays)]
    if isinstance(request.user, User):
        href = with_filter(request, "unseen_by", "" if unseen else "seen")
        found.append(Value("f-hide", words("unseen_by", ""), href, _unseen(request.user, choice, counts), unseen))
    return found


def _unseen(user: User, choice: Choice, counts: Counts) -> int | None:
    """Return how many films would be left; not counted, for it reads ratings, when nothing personal is wanted."""
    if choice.unseen_by is not None:
        return counts.total
    if not preferences.of(user).personal:
        return None
    return browsing.count(Choice(**{**choice.__dict__, "unseen_by": user}))


def _stand(edition: ChartEdition | None) -> Stand:
    """Return what every count is made of, besides the day: an edition, and the last edits of films and licences."""
    return edition.chain_digest if edition else "", films.last_edit(Movie), films.last_edit(Licence)


def _counted(choice: Choice, territory: str, stand: Stand) -> Counts:
    if choice.unseen_by is not None:
        return browsing.counts(choice, territory)
    return _kept(choice, territory, stand, choice.day)


@lru_cache(maxsize=512)
def _kept(choice: Choice, territory: str, stand: Stand, day: date | None) -> Counts:
    return browsing.counts(choice, territory)


def browse_file(request: HttpRequest, ending: str) -> HttpResponse:
    """Every film of a choice, as a file."""
    form = BrowseForm(request.GET)
    if not form.is_valid():
        raise BadRequest(" ".join(f"{name}: {' '.join(map(str, why))}" for name, why in form.errors.items()))
    choice, sort = _choice(request, form), form.cleaned_data["sort"] or "rank"
    facts: dict[str, Any] = {"filters": {name: str(getattr(choice, name)) for name in choice.active}, "sort": sort}
    return film_file(request, ending, "retromovies-films", facts, browsing.films(choice, sort))
