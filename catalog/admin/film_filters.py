"""Ways to narrow the list of films."""

from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter

from catalog.models import GENRES, Licence, Movie, Rating
from catalog.models.movies import FIRST_YEAR, LAST_YEAR
from catalog.selectors import films
from catalog.territories import COUNTRIES, day_at

NONE = "none"
Choices = list[tuple[str, Any]]


class Decade(DropdownFilter):
    title = _("decade")
    parameter_name = "decade"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        years = Movie.objects.order_by("year").values_list("year", flat=True)
        first, last = years.first(), years.last()
        return [(str(ten), f"{ten}s") for ten in range(first // 10 * 10, last + 1, 10)] if first and last else []

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        value = self.value()
        if not (value and value.isascii() and value.isdigit() and FIRST_YEAR - 10 < int(value[:5]) <= LAST_YEAR):
            return queryset
        return queryset.of_decade(int(value))


class Genre(DropdownFilter):
    title = _("genre")
    parameter_name = "genre"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return [(NONE, _("none given")), *((genre, genre) for genre in GENRES)]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        value = self.value()
        if value == NONE:
            return queryset.filter(genres="")
        return queryset.of_genre(value) if value in GENRES else queryset


class Ranked(DropdownFilter):
    title = _("rank")
    parameter_name = "ranked"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return [("yes", _("has a rank")), ("no", _("has none"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Movie]) -> QuerySet[Movie]:
        if self.value() not in ("yes", "no"):
            return queryset
        return queryset.filter(standing__rank__isnull=self.value() == "no")


class Playable(DropdownFilter):
    """Rights today, by territory; «nowhere» is what a rights desk looks for."""

    title = _("rights today")
    parameter_name = "playable"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        here = settings.TERRITORY_DEFAULT
        rest = [(code, name) for code, name in COUNTRIES.items() if code != here]
        return [(here, COUNTRIES.get(here, here)), *rest, ("nowhere", _("nowhere"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Movie]) -> QuerySet[Movie]:
        value, now = self.value(), timezone.now()
        if value == "nowhere":
            return queryset.exclude(Exists(Licence.objects.filter(movie=OuterRef("pk")).in_force(now)))
        return films.playable(queryset, value, day_at(value, now)) if value in COUNTRIES else queryset


class Lacking(DropdownFilter):
    title = _("missing")
    parameter_name = "lacking"
    where = {"certificate": Q(certificate=""), "runtime": Q(runtime__isnull=True), "genre": Q(genres="")}

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return [("certificate", _("certificate")), ("runtime", _("runtime")), ("genre", _("genre"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Movie]) -> QuerySet[Movie]:
        return queryset.filter(self.where[self.value()]) if self.value() in self.where else queryset


class Rated(DropdownFilter):
    title = _("ratings")
    parameter_name = "rated"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return [("yes", _("has ratings")), ("no", _("has none"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Movie]) -> QuerySet[Movie]:
        if self.value() not in ("yes", "no"):
            return queryset
        rated = Exists(Rating.objects.filter(movie=OuterRef("pk")))
        return queryset.filter(rated if self.value() == "yes" else ~rated)
