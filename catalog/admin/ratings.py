"""Ratings and raters: for looking. People appear by subject id, never by name."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateTimeFilter, RelatedDropdownFilter
from unfold.decorators import display

from catalog.admin.history import Remembered
from catalog.admin.readonly import LookOnly
from catalog.admin.who import short
from catalog.models import Rater, Rating


@admin.register(Rating)
class RatingAdmin(LookOnly, Remembered):
    shows_names = False
    list_display = ("film", "value", "rater_id_short", "kind", "rated_at", "source")
    list_filter = (
        ("rater__kind", ChoicesDropdownFilter),
        ("source", RelatedDropdownFilter),
        ("recorded_at", RangeDateTimeFilter),
    )
    list_filter_submit = True
    list_select_related = ("movie", "rater", "source")
    list_per_page = 50
    show_full_result_count = False
    search_fields = ("movie__search_title", "rater__subject_id")
    search_help_text = _("Film title, or a rater's subject id")
    ordering = ("-recorded_at", "-pk")
    fields = ("film", "value", "rater_id_short", "kind", "rated_at", "recorded_at", "source")

    @display(description=_("film"), ordering="movie__sort_title")
    def film(self, obj: Rating) -> str:
        return str(obj.movie)

    @display(description=_("rater"))
    def rater_id_short(self, obj: Rating) -> str:
        return short(obj.rater.subject_id)

    @display(description=_("kind"), ordering="rater__kind")
    def kind(self, obj: Rating) -> str:
        return obj.rater.get_kind_display()


@admin.register(Rater)
class RaterAdmin(LookOnly, ModelAdmin):
    list_display = ("subject", "kind", "partner", "ratings_given")
    list_filter = (("kind", ChoicesDropdownFilter),)
    list_filter_submit = True
    list_select_related = ("partner",)
    list_per_page = 50
    search_fields = ("subject_id",)
    search_help_text = _("Subject id")
    ordering = ("kind", "pk")
    fields = ("subject_id", "kind", "partner", "ratings_given")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Rater]:
        return super().get_queryset(request).annotate(given=Count("ratings"))

    @display(description=_("rater"))
    def subject(self, obj: Rater) -> str:
        return short(obj.subject_id)

    @display(description=_("ratings"), ordering="given")
    def ratings_given(self, obj: Any) -> int:
        return int(obj.given)
