"""Films: the list, the form, what the chart says of them, and their rights."""

from typing import Any

from django.contrib import admin
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from catalog.admin.diffs import plain
from catalog.admin.film_filters import Decade, Genre, Lacking, Playable, Ranked, Rated
from catalog.admin.film_form import FilmForm
from catalog.admin.films_import import FilmsByCsv
from catalog.admin.history import Remembered
from catalog.admin.licences import LicenceInline
from catalog.admin.numbers import number
from catalog.admin.reasons import Reasoned
from catalog.models import Movie
from catalog.selectors import charts, films
from catalog.selectors.documents import decimal


def whole_year(text: str) -> str:
    """Return a year as written: it has no thousands to set apart."""
    return "".join(sign for sign in text if sign.isdigit())


@admin.register(Movie)
class FilmAdmin(FilmsByCsv, Reasoned, Remembered):
    form = FilmForm
    inlines = (LicenceInline,)
    may_revert = True
    list_display = ("title", "released", "genre_list", "votes", "rank")
    list_filter = (Decade, Genre, Ranked, Playable, Lacking, Rated)
    list_select_related = ("standing",)
    list_per_page = 50
    ordering = (F("standing__rank").asc(nulls_last=True), "pk")
    search_fields = ("search_title",)
    search_help_text = _("Title, with or without its article and accents, or a number")
    readonly_fields = ("in_the_chart", "imported_votes", "origin")
    readonly_preprocess_fields = {"genres": plain, "year": whole_year}
    fieldsets = (
        (None, {"fields": ("title", ("year", "runtime"), "certificate", "genres", "reason")}),
        (_("In the chart"), {"fields": ("in_the_chart", "imported_votes", "origin")}),
    )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Movie], search_term: str
    ) -> tuple[QuerySet[Movie], bool]:
        """Search as the public pages do; a bare number also finds the film of that number."""
        words = films.search_words(search_term)
        found = queryset.matching(words) if words else queryset  # type: ignore[attr-defined]
        if search_term.isascii() and search_term.isdigit() and len(search_term) < 10:
            found = found | queryset.filter(pk=int(search_term))
        return found, False

    def get_fieldsets(self, request: HttpRequest, obj: Movie | None = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        return fieldsets if obj else fieldsets[:1]  # a film not yet made is in no chart

    def view_on_site(self, obj: Movie) -> str:
        return obj.get_absolute_url()

    @display(description=_("year"), ordering="year")
    def released(self, obj: Movie) -> str:
        return str(obj.year)

    @display(description=_("genres"))
    def genre_list(self, obj: Movie) -> str:
        return ", ".join(obj.genre_names)

    @display(description=_("votes"), ordering="standing__votes")
    def votes(self, obj: Movie) -> str | None:
        return number(obj.standing.votes) if hasattr(obj, "standing") else None

    @display(description=_("rank"), ordering=F("standing__rank").asc(nulls_last=True))
    def rank(self, obj: Movie) -> str | None:
        return number(obj.standing.rank) if hasattr(obj, "standing") and obj.standing.rank else None

    @display(description=_("standing"))
    def in_the_chart(self, obj: Movie) -> SafeString | str:
        receipt = charts.receipt(obj)
        if receipt is None:
            return gettext("Not in the newest edition: it has no votes that count, or came after it.")
        standing = receipt.standing
        words = gettext("Rank %(rank)s · weighted rating %(wr)s · %(votes)s votes · edition %(edition)s") % {
            "rank": number(standing.rank) if standing.rank else gettext("none"),
            "wr": decimal(standing.wr_e6, 6),
            "votes": number(standing.votes),
            "edition": number(receipt.edition.number),
        }
        return format_html("{}<br>{}", words, self._links(obj))

    @display(description=_("imported votes"))
    def imported_votes(self, obj: Movie) -> str | None:
        imported = getattr(obj, "imported", None)
        if imported is None:
            return gettext("None came with the catalogue.")
        return ngettext(
            "%(n)s vote, mean %(mean)s, from %(source)s", "%(n)s votes, mean %(mean)s, from %(source)s", imported.votes
        ) % {
            "n": number(imported.votes),
            "mean": decimal(imported.mean_tenths, 1),
            "source": imported.source,
        }

    @display(description=_("origin"))
    def origin(self, obj: Movie) -> str:
        if obj.source is None:
            return gettext("Added by hand or by CSV.")
        return gettext("%(source)s, row %(row)s") % {"source": obj.source, "row": obj.source_row}

    def _links(self, obj: Movie) -> SafeString:
        links = [
            (obj.get_absolute_url(), gettext("Public page")),
            (reverse("film-rank", args=[obj.pk]), gettext("Receipt: why it stands there")),
        ]
        return format_html_join(" · ", '<a class="staff-link" href="{}">{}</a>', links)
