"""Bringing, taking away, clearing away."""

from django.urls import path

from catalog.views import moves, own_data

ACTS = ("confirm", "discard", "undo", "resume", "forget")
urlpatterns = [
    path("me/import", moves.bring, name="import"),
    path("me/import/<int:pk>", moves.move, name="move"),
    path("me/import/<int:pk>/rest.csv", moves.rest, name="move-rest"),
    path("me/import/<int:pk>/choose", moves.decide, name="move-decide"),
    *(path(f"me/import/<int:pk>/{what}", moves.act, {"what": what}, name=f"move-{what}") for what in ACTS),
    path("me/data", own_data.own_data, name="own-data"),
    path("me/data.zip", own_data.own_data_zip, name="own-data-zip"),
    *(path(f"me/data/{slug}", own_data.clear, {"slug": slug}, name=f"clear-{slug}") for slug in own_data.PARTS),
]
