"""Rivals inside the site: the chart as a stock template would have it, and the house's own with nothing kept."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from catalog.models import Movie
from catalog.views import charts, fragments, frames


def stock(request: HttpRequest) -> HttpResponse:
    """A hundred films by the ORM, each number formatted in the template, in the house's frame, without pictures."""
    films = list(Movie.objects.charted()[:100])
    for film in films:
        film.weighted = film.standing.wr_e6 / 1e6
        film.mean = film.standing.points / film.standing.votes / 10
    return render(request, "stock_chart.html", {"films": films})


def first(request: HttpRequest) -> HttpResponse:
    """The chart as the first visitor after an edition gets it: rows and facets are made for this request."""
    frames.shelf.clear()
    for kept in (fragments._count, fragments._rendered, fragments._facets):
        kept.cache_clear()
    return charts.top(request)


urlpatterns = [path("stock", stock), path("first", first)]
