"""Start pages of those who keep the site and its models running."""

from datetime import datetime, timedelta
from textwrap import shorten

import redis
from django.conf import settings
from django.db.models import Count, Sum
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from catalog import groups
from catalog.models import ChartEdition, PartnerKey
from catalog.selectors import charts
from mlops.models import Deployment, ModelVersion
from moviesite import health, schedules
from moviesite.start_pages import waiting
from moviesite.start_pages.pieces import SOON, Figure, Links, Section, Table, figure, when

MOST_WORDS = 60  # signs of what is the matter with a part; the health page has all of it
PARTS = {
    "live": _lazy("web server"),
    "database": _lazy("database"),
    "triggers": _lazy("database triggers"),
    "chart": _lazy("chart"),
    "models": _lazy("models in memory"),
    "broker": _lazy("broker"),
    "worker": _lazy("worker"),
    "training": _lazy("training worker"),
    "partners": _lazy("partners' worker"),
}


def engineers(links: Links, now: datetime) -> Section:
    newest = charts.newest()
    worker = health.parts()["worker"]
    hour = ChartEdition.objects.filter(at__gte=now - timedelta(hours=1)).aggregate(n=Count("pk"), moved=Sum("changes"))
    open_rows = Deployment.objects.open().select_related("version").order_by("recipe_key", "role", "pk")
    figures = [
        figure(_("deployments in force"), len(open_rows), links.rows("mlops", "deployment", "open=yes")),
        figure(_("versions registered"), ModelVersion.objects.count(), links.rows("mlops", "modelversion")),
        Figure(_("worker"), worker, reverse("healthz"), "" if worker == "ok" else "warn"),
        figure(_("editions in the last hour"), hour["n"], links.rows("catalog", "chartedition")),
        figure(_("ranks they moved"), hour["moved"] or 0, links.rows("catalog", "chartedition")),
        Figure(
            _("newest edition"),
            when(newest.at, now) if newest else "—",
            links.row("catalog", "chartedition", newest.pk) if newest else "",
        ),
    ]
    lines = [
        (
            links.row("mlops", "deployment", row.pk),
            [row.version.label, row.role, row.get_how_display(), when(row.started_at, now)],
        )
        for row in open_rows
    ]
    table = Table(
        _("In force"),
        [_("version"), _("role"), _("how"), _("since")],
        lines,
        _("Nothing is deployed."),
        links.rows("mlops", "deployment"),
    )
    tasks = [
        *waiting.decisions(links, now),
        *waiting.runs(links, now),
        *waiting.drift(links),
        *waiting.candidates(links, now),
    ]
    purpose = _("See what serves, train what may serve next, and whether the workers keep up.")
    return Section(groups.ML_ENGINEERS, purpose, figures, [table], waiting.start_acts(links), tasks)


def operations(links: Links, now: datetime) -> Section:
    states = [
        Figure(
            str(PARTS.get(name, name)), shorten(value, MOST_WORDS), reverse("healthz"), "" if value == "ok" else "warn"
        )
        for name, value in health.parts().items()
    ]
    usable = PartnerKey.objects.usable(now)
    figures = [
        *states,
        figure(_("messages that wait for a worker"), _waiting(), reverse("healthz")),
        figure(_("partner keys in use"), usable.count(), links.rows("catalog", "partnerkey")),
        figure(
            _("keys that end within 30 days"),
            usable.filter(expires_at__lte=now + SOON).count(),
            links.rows("catalog", "partnerkey"),
            work=True,
        ),
    ]
    purpose = _("Keep the parts running. Pages and ratings go on without the broker; editions then wait for it.")
    acts = []
    if provisioning := links.page("mlops.view_run", "mlops_run_provisioning"):
        acts = [("memory", _("Provisioning"), provisioning)]
    return Section(groups.IT_OPERATIONS, purpose, figures, [], acts, waiting.runs(links, now))


def _waiting() -> int | None:
    """Return how many messages wait in the broker, or None when it cannot be asked."""
    try:
        with redis.Redis.from_url(settings.BROKER, socket_connect_timeout=0.5, socket_timeout=0.5) as broker:
            return sum(int(broker.llen(queue)) for queue in schedules.QUEUES)
    except redis.RedisError:
        return None
