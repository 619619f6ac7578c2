"""What is one member's own."""

from django.urls import path

from catalog.views import hidden, me

urlpatterns = [
    path("me", me.me, name="me"),
    path("me/hidden", hidden.hidden, name="hidden"),
    path("me/hidden.csv", hidden.hidden_csv, name="hidden-csv"),
    path("me/hidden.json", hidden.hidden_json, name="hidden-json"),
]
