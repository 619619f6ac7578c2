"""Public pages. Chop the end off any address and the parent page answers."""

from django.urls import URLPattern, URLResolver, register_converter

from catalog.views import converters

register_converter(converters.DecadeConverter, "decade")
register_converter(converters.GenreConverter, "genre")

from catalog.urls import charts, films, finding, house, learned, me, moving, proofs, watching  # noqa: E402 — they use the converters

urlpatterns: list[URLPattern | URLResolver] = [
    *house.urlpatterns,
    *charts.urlpatterns,
    *finding.urlpatterns,
    *learned.urlpatterns,
    *me.urlpatterns,
    *moving.urlpatterns,
    *proofs.urlpatterns,
    *watching.urlpatterns,
    *films.urlpatterns,  # last: its own addresses end in any word
]
