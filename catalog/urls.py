"""Public pages. Chop the end off any address and the parent page answers."""

from django.urls import path, register_converter
from django.views.generic import RedirectView

from catalog.views import (
    charts,
    converters,
    films,
    for_you,
    home,
    lists,
    models,
    pages,
    ratings,
    receipts,
    script,
    similar,
    transparency,
    versus,
)

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
    path("verify_edition.py", script.handed_out, {"name": "verify_edition.py"}, name="verify-script"),
    path("m/<int:pk>", films.film_bare, name="film-bare"),
    path("m/<int:pk>/rank", receipts.film_rank, name="film-rank"),
    path("m/<int:pk>/rating", ratings.film_rating, name="film-rating"),
    path("m/<int:pk>/similar", similar.film_similar, name="film-similar"),
    path("m/<int:pk>/guess", similar.film_guess, name="film-guess"),
    path("m/<int:pk>/card.svg", films.film_card, name="film-card"),
    path("m/<int:pk>/<slug:slug>", films.film, name="film"),
    path("browse", lists.browse, name="browse"),
    path("search", lists.search, name="search"),
    path("for-you", for_you.for_you, name="for-you"),
    path("for-you/rate", for_you.rate, name="for-you-rate"),
    path("for-you/hide", for_you.hide, name="for-you-hide"),
    path("for-you/why", for_you.why_list, name="for-you-why-list"),
    path("for-you/why/<int:pk>", for_you.why, name="for-you-why"),
    path("vs", versus.versus, name="versus"),
    path("models", models.systems, name="models"),
    path("models/<slug:recipe_key>", models.system, name="model-system"),
    path("models/<slug:recipe_key>/<int:number>", models.version, name="model-version"),
    path("transparency", transparency.transparency, name="transparency"),
    path("transparency/checkpoint", transparency.checkpoint, name="checkpoint"),
    path("transparency/checkpoint.json", transparency.checkpoint_json, name="checkpoint-json"),
    path("transparency/key", transparency.key, name="checkpoint-key"),
    path("transparency/proof", RedirectView.as_view(pattern_name="transparency")),
    path("transparency/proof/<int:seq>.json", transparency.proof_json, name="checkpoint-proof"),
    path("verify_audit.py", script.handed_out, {"name": "verify_audit.py"}, name="verify-audit-script"),
    path("p256.py", script.handed_out, {"name": "p256.py"}, name="p256-script"),
    path("how", pages.how, name="how"),
    path("data", pages.data, name="data"),
    path("territory", pages.territory, name="territory"),
]
