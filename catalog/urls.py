"""Public pages. Chop the end off any address and the parent page answers."""

from django.urls import path, register_converter

from catalog.views import charts, converters, films, home, lists, pages, ratings, receipts, script

register_converter(converters.DecadeConverter, "decade")
register_converter(converters.GenreConverter, "genre")

urlpatterns = [
    path("", home.home, name="home"),
    path("top", charts.top, name="top"),
    path("top/<decade:decade>", charts.top, name="top"),
    path("top/<genre:genre>", charts.top, name="top"),
    path("top/<decade:decade>/<genre:genre>", charts.top, name="top"),
    path("editions", charts.editions, name="editions"),
    path("editions/<int:number>", charts.edition, name="edition"),
    path("editions/<int:number>.json", charts.edition_json, name="edition-json"),
    path("editions/<int:number>/artefact.ndjson", charts.edition_artefact, name="edition-artefact"),
    path("verify_edition.py", script.verify_script, name="verify-script"),
    path("m/<int:pk>", films.film_bare, name="film-bare"),
    path("m/<int:pk>/rank", receipts.film_rank, name="film-rank"),
    path("m/<int:pk>/rating", ratings.film_rating, name="film-rating"),
    path("m/<int:pk>/card.svg", films.film_card, name="film-card"),
    path("m/<int:pk>/<slug:slug>", films.film, name="film"),
    path("browse", lists.browse, name="browse"),
    path("search", lists.search, name="search"),
    path("how", pages.how, name="how"),
    path("data", pages.data, name="data"),
    path("territory", pages.territory, name="territory"),
]
