"""Finding films."""

from django.urls import path

from catalog.views import lists

urlpatterns = [
    path("browse", lists.browse, name="browse"),
    path("search", lists.search, name="search"),
]
