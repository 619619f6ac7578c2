"""Public pages. Chop the end off any address and the parent page answers."""

from django.urls import URLPattern, URLResolver, register_converter

from catalog.views import converters

register_converter(converters.DecadeConverter, "decade")
register_converter(converters.GenreConverter, "genre")
register_converter(converters.EndingConverter, "ending")

from catalog.urls import (  # noqa: E402 — they use the converters
    charts,
    developers,
    films,
    finding,
    house,
    keeping,
    learned,
    machines,
    me,
    moving,
    proofs,
    watching,
)

urlpatterns: list[URLPattern | URLResolver] = [
    *house.urlpatterns,
    *charts.urlpatterns,
    *developers.urlpatterns,
    *finding.urlpatterns,
    *keeping.urlpatterns,
    *learned.urlpatterns,
    *machines.urlpatterns,
    *me.urlpatterns,
    *moving.urlpatterns,
    *proofs.urlpatterns,
    *watching.urlpatterns,
    *films.urlpatterns,  # last: its own addresses end in any word
]
