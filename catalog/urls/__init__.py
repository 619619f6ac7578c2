"""Public pages. Chop the end off any address and the parent page answers."""

from django.urls import URLPattern, URLResolver, register_converter

from catalog.views import converters

register_converter(converters.DecadeConverter, "decade")
register_converter(converters.GenreConverter, "genre")
register_converter(converters.EndingConverter, "fileending")

from catalog.urls import charts, films, finding, house, learned, machines, me, proofs  # noqa: E402 — they use the converters

urlpatterns: list[URLPattern | URLResolver] = [
    *house.urlpatterns,
    *charts.urlpatterns,
    *finding.urlpatterns,
    *learned.urlpatterns,
    *machines.urlpatterns,
    *me.urlpatterns,
    *proofs.urlpatterns,
    *films.urlpatterns,  # last: its own addresses end in any word
]
