"""Watching, and what plays when."""

from django.urls import path

from catalog.views import alerts, plays, programme, reels, watching

ENDINGS = ("csv", "json", "rss", "ics")

urlpatterns = [
    path("m/<int:pk>/watch", watching.watch, name="watch"),
    path("m/<int:pk>/watch/ticket", watching.ticket, name="watch-ticket"),
    path("m/<int:pk>/watch/progress", watching.progress, name="watch-progress"),
    path("m/<int:pk>/watch/keep", watching.keep, name="watch-keep"),
    path("m/<int:pk>/reel/<str:ticket>", reels.reel, name="reel"),
    path("m/<int:pk>/reel/<str:ticket>/<slug:language>.vtt", reels.captions, name="reel-captions"),
    path("m/<int:pk>/alert", alerts.alert, name="alert"),
    path("leaving", programme.leaving, name="leaving"),
    path("new", programme.new, name="new"),
    path("me/watching", plays.watched, name="me-watching"),
    path("me/watching/<int:play_id>", plays.act, name="play-act"),
    path("me/watching/forget", plays.forget, name="plays-forget"),
    path("me/notices", alerts.notices, name="me-notices"),
    *(path(f"leaving.{ending}", programme.leaving, {"ending": ending}, f"leaving-{ending}") for ending in ENDINGS),
    *(path(f"new.{ending}", programme.new, {"ending": ending}, f"new-{ending}") for ending in ENDINGS),
]
