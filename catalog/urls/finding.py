"""Finding films."""

from django.urls import path

from catalog.views import browse, search

urlpatterns = [
    path("browse", browse.browse, name="browse"),
    path("browse.<ending:ending>", browse.browse_file, name="browse-file"),
    path("search", search.search, name="search"),
    path("search.<ending:ending>", search.search_file, name="search-file"),
    path("search/suggest", search.suggest, name="search-suggest"),
]
