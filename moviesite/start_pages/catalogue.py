"""Start pages of those who work with the films and with what there is to learn from."""

from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from catalog import groups
from catalog.models import ChartEdition, DataImport, Licence, Movie, Rater, Rating, Source
from moviesite.start_pages import waiting
from moviesite.start_pages.pieces import LAST, SOON, Links, Section, Table, figure, when


def editors(links: Links, now: datetime) -> Section:
    rights = Licence.objects.filter(movie=OuterRef("pk")).in_force(now)
    films = Movie.objects.aggregate(
        all=Count("pk"),
        genre=Count("pk", filter=Q(genres="")),
        certificate=Count("pk", filter=Q(certificate="")),
        runtime=Count("pk", filter=Q(runtime__isnull=True)),
        nowhere=Count("pk", filter=~Exists(rights)),
    )
    ending = Licence.objects.ending(now, SOON).count()
    figures = [
        figure(_("films"), films["all"], links.rows("catalog", "movie")),
        figure(_("without a genre"), films["genre"], links.rows("catalog", "movie", "lacking=genre"), work=True),
        figure(
            _("without a certificate"),
            films["certificate"],
            links.rows("catalog", "movie", "lacking=certificate"),
            work=True,
        ),
        figure(_("without a runtime"), films["runtime"], links.rows("catalog", "movie", "lacking=runtime"), work=True),
        figure(
            _("without rights anywhere today"),
            films["nowhere"],
            links.rows("catalog", "movie", "playable=nowhere"),
            work=True,
        ),
        figure(
            _("licences that end within 30 days"), ending, links.rows("catalog", "licence", "window=soon"), work=True
        ),
    ]
    acts = []
    if links.may("catalog.add_movie") and links.may("catalog.change_movie"):
        acts = [
            ("upload", _("Import films by CSV"), reverse("admin:catalog_movie_import")),
            ("add", _("Add a film"), reverse("admin:catalog_movie_add")),
        ]
    purpose = _("Keep the films and their rights right. Every change carries a reason.")
    return Section(groups.CATALOGUE_EDITORS, purpose, figures, [_film_changes(links, now), _imports(links, now)], acts)


def _film_changes(links: Links, now: datetime) -> Table:
    rows = Movie.history.filter(history_user_id__isnull=False)[:LAST]
    lines = [
        (
            reverse("admin:catalog_movie_history", args=[row.id]) if links.may("catalog.view_movie") else "",
            [
                f"{row.title} ({row.year})",
                row.get_history_type_display(),
                row.history_change_reason or "—",
                when(row.history_date, now),
            ],
        )
        for row in rows
    ]
    heads = [_("film"), _("what"), _("why"), _("when")]
    return Table(
        _("Last changes by people"),
        heads,
        lines,
        _("Nobody has changed a film yet."),
        links.rows("catalog", "historicalmovie"),
    )


def _imports(links: Links, now: datetime) -> Table:
    rows = DataImport.objects.select_related("source").order_by("-finished_at", "-pk")[:LAST]
    lines = [
        (
            links.row("catalog", "dataimport", row.pk),
            [row.source.title, number_format(row.rows, force_grouping=True), when(row.finished_at, now)],
        )
        for row in rows
    ]
    heads = [_("source"), _("rows"), _("when")]
    return Table(_("Last loads"), heads, lines, _("Nothing has been loaded yet."), links.rows("catalog", "dataimport"))


def scientists(links: Links, now: datetime) -> Section:
    counts = dict(Rating.objects.values_list("rater__kind").annotate(n=Count("pk")))
    kinds = [
        figure(
            _("ratings: %(kind)s") % {"kind": kind.label},
            counts.get(kind.value, 0),
            links.rows("catalog", "rating", f"rater__kind__exact={kind.value}"),
        )
        for kind in Rater.Kind
    ]
    rated = Rating.objects.values("movie_id").distinct().count()
    figures = [
        *kinds,
        figure(_("films with ratings"), rated, links.rows("catalog", "movie", "rated=yes")),
        figure(_("films without"), Movie.objects.count() - rated, links.rows("catalog", "movie", "rated=no")),
        figure(_("editions"), ChartEdition.objects.count(), links.rows("catalog", "chartedition")),
    ]
    lines = [
        (links.row("catalog", "source", row.pk), [row.title, row.licence_name, row.get_permitted_use_display()])
        for row in Source.objects.order_by("title", "pk")
    ]
    uses = Table(
        _("What the data may be used for"),
        [_("source"), _("licence"), _("permitted use")],
        lines,
        _("No source is known."),
        links.rows("catalog", "source"),
    )
    purpose = _(
        "See what there is to learn from, and on which terms. Only members' ratings count in the chart; all may train."
    )
    tasks = [*waiting.runs(links, now), *waiting.candidates(links, now), *waiting.drift(links)]
    return Section(groups.DATA_SCIENTISTS, purpose, figures, [uses], waiting.start_acts(links), tasks)
