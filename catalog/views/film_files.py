"""Films of a list as a file: the same lines, in the same order, as the page."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from catalog.formats import csv_file, json_file
from catalog.models import Movie, Standing
from catalog.views.rows import mean_text, wr_text

HEADER = ("rank", "id", "title", "year", "minutes", "genres", "wr", "votes", "mean", "url")


def film_file(
    request: HttpRequest, ending: str, name: str, facts: Mapping[str, Any], films: Iterable[Movie]
) -> HttpResponse:
    """Return films as .csv or .json. facts: what was asked for, told in the JSON."""
    stem = film_stem(request)
    lines = [_line(stem, film) for film in films]
    if ending == "csv":
        return csv_file(name, HEADER, lines)
    return json_file({**facts, "count": len(lines)}, HEADER, lines)


def film_stem(request: HttpRequest) -> str:
    """Return what the full address of every film begins with: number, slash and name follow. Asked once, not per film."""
    return request.build_absolute_uri(reverse("film-bare", args=[0]))[:-1]


def _line(stem: str, film: Movie) -> tuple[Any, ...]:
    standing: Standing | None = getattr(film, "standing", None)
    genres, url = ", ".join(film.genre_names), f"{stem}{film.pk}/{film.slug}"
    facts = (film.pk, film.title, film.year, film.runtime, genres)
    if standing is None:
        return None, *facts, None, 0, None, url
    mean = mean_text(standing.points, standing.votes) if standing.votes else None
    return standing.rank, *facts, wr_text(standing.wr_e6), standing.votes, mean, url
