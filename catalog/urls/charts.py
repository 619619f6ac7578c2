"""The chart and its editions."""

from django.urls import path

from catalog.views import charts

urlpatterns = [
    path("top", charts.top, name="top"),
    path("top/<decade:decade>", charts.top, name="top"),
    path("top/<genre:genre>", charts.top, name="top"),
    path("top/<decade:decade>/<genre:genre>", charts.top, name="top"),
    path("editions", charts.editions, name="editions"),
    path("editions/<int:number>", charts.edition, name="edition"),
    path("editions/<int:number>.json", charts.edition_json, name="edition-json"),
    path("editions/<int:number>/artefact.ndjson", charts.edition_artefact, name="edition-artefact"),
]
