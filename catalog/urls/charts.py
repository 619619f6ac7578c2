"""The chart and its editions."""

from django.urls import path

from catalog.views import charts, differences, recharted

CHARTS = ("top", "top/<decade:decade>", "top/<genre:genre>", "top/<decade:decade>/<genre:genre>")

urlpatterns = [
    *(path(where, charts.top, name="top") for where in CHARTS),
    path("top/alternative", recharted.alternative, name="top-alternative"),
    path("top/alternative.<ending:kind>", recharted.alternative, name="top-alternative-file"),
    *(path(f"{where}.<ending:kind>", recharted.top_file, name="top-file") for where in CHARTS),
    path("editions", charts.editions, name="editions"),
    path("editions/diff", differences.choose, name="editions-diff"),
    path("editions/<int:a>/diff/<int:b>", differences.edition_diff, name="edition-diff"),
    path("editions/<int:a>/diff/<int:b>.<ending:kind>", differences.edition_diff, name="edition-diff-file"),
    path("editions/<int:number>", charts.edition, name="edition"),
    path("editions/<int:number>.json", charts.edition_json, name="edition-json"),
    path("editions/<int:number>/artefact.ndjson", charts.edition_artefact, name="edition-artefact"),
]
