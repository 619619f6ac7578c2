"""What members keep: watchlist, lists, diary, statistics; what they share of it; and the way back."""

from django.urls import path, register_converter
from django.views.generic import RedirectView

from catalog.views import (
    diary,
    feed_links,
    feeds,
    film_keep,
    keeping,
    list_entries,
    my_lists,
    shared_lists,
    statistics,
    undoing,
)


class KeptFile:
    """The ending of a list as a file."""

    regex = "csv|json"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(KeptFile, "keptfile")

urlpatterns = [
    path("m/<int:pk>/keep", film_keep.film_keep, name="film-keep"),
    path("me/watchlist", my_lists.watchlist, name="watchlist"),
    path("me/watchlist.<keptfile:ending>", my_lists.watchlist, name="watchlist-file"),
    path("me/watchlist/keep", keeping.press, name="keep"),
    path("me/lists", my_lists.index, name="lists"),
    path("me/lists.<keptfile:ending>", my_lists.index, name="lists-file"),
    path("me/lists/<int:pk>", my_lists.one, name="list"),
    path("me/lists/<int:pk>.<keptfile:ending>", my_lists.one, name="list-file"),
    path("me/lists/<int:pk>/edit", my_lists.edit, name="list-edit"),
    path("me/lists/<int:pk>/share", my_lists.share, name="list-share"),
    path("me/lists/<int:pk>/delete", my_lists.delete, name="list-delete"),
    path("me/lists/<int:pk>/add", list_entries.offer, name="list-offer"),
    path("me/lists/<int:pk>/films", list_entries.act, name="list-act"),
    path("me/lists/<int:pk>/films/<int:entry>", list_entries.one, name="list-entry"),
    path("me/diary", diary.page, name="diary"),
    path("me/diary.<keptfile:ending>", diary.page, name="diary-file"),
    path("me/diary/lines", diary.lines),
    path("me/diary/lines/<int:pk>", diary.line, name="diary-line"),
    path("me/diary/<int:year>", diary.page, name="diary"),
    path("me/diary/<int:year>.<keptfile:ending>", diary.page, name="diary-file"),
    path("me/diary/<int:year>/<int:month>", diary.page, name="diary"),
    path("me/diary/<int:year>/<int:month>.<keptfile:ending>", diary.page, name="diary-file"),
    path("me/feeds", RedirectView.as_view(pattern_name="diary")),
    path("me/feeds/<str:kind>", feed_links.change, name="feed-link"),
    path("me/stats", statistics.page, name="statistics"),
    path("me/stats.<keptfile:ending>", statistics.page, name="statistics-file"),
    path("me/stats/<int:year>", statistics.page, name="statistics"),
    path("me/stats/<int:year>.<keptfile:ending>", statistics.page, name="statistics-file"),
    path("me/removed", undoing.removed, name="removed"),
    path("me/undo", RedirectView.as_view(pattern_name="removed")),
    path("me/undo/<int:pk>", undoing.undo, name="undo"),
    path("l", RedirectView.as_view(pattern_name="lists")),
    path("l/<str:token>", shared_lists.shared, name="shared-list"),
    path("l/<str:token>/list.<keptfile:ending>", shared_lists.shared, name="shared-list-file"),
    path("l/<str:token>/feed.rss", feeds.ListFeed(), name="shared-list-feed"),
    path("l/<str:token>/clone", shared_lists.clone, name="shared-list-clone"),
    path("feeds", RedirectView.as_view(pattern_name="diary")),
    path("feeds/diary/<str:token>.rss", feeds.DiaryFeed(), name="feed-diary"),
    path("feeds/leaving/<str:token>.ics", feeds.leaving, name="feed-leaving"),
]
