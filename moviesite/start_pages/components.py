"""The eight MLOps components as a map: where each is in the admin, and how it stands in a few words."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from mlops.models import Dataset, DriftReport, GateReport, ModelVersion, PromotionRequest, Run
from moviesite.start_pages.pieces import Links

TITLES = {
    "data": _lazy("Data management"),
    "versions": _lazy("Version control"),
    "automation": _lazy("Automation"),
    "tracking": _lazy("Experiment tracking"),
    "delivery": _lazy("CI/CD of models"),
    "monitoring": _lazy("Monitoring and retraining"),
    "provisioning": _lazy("Provisioning"),
    "governance": _lazy("Governance"),
}


@dataclass(frozen=True)
class Component:
    """One component: its name, its page for this person, and how it stands."""

    title: Any
    words: str
    href: str


def map_for(links: Links) -> list[Component]:
    """Return the eight components for who may see runs; nothing for who has nothing to do with them."""
    if not links.may("mlops.view_run"):
        return []
    words, pages = _words(), _pages(links)
    return [Component(title, words[name], pages[name]) for name, title in TITLES.items()]


def _words() -> dict[str, str]:
    """Return how each component stands, as counted now."""
    sets, runs, versions = Dataset.objects.count(), Run.objects.count(), ModelVersion.objects.count()
    working, asked = Run.objects.unfinished().count(), PromotionRequest.objects.open().count()
    judged, reports = GateReport.objects.filter(passed=True).count(), DriftReport.objects.count()
    found = {
        "data": (sets, ngettext("%(n)s frozen dataset", "%(n)s frozen datasets", sets)),
        "versions": (
            versions,
            ngettext("%(n)s version; what served when", "%(n)s versions; what served when", versions),
        ),
        "automation": (working, ngettext("%(n)s run at work or queued", "%(n)s runs at work or queued", working)),
        "tracking": (runs, ngettext("%(n)s run on record, to compare", "%(n)s runs on record, to compare", runs)),
        "delivery": (judged, ngettext("%(n)s version passed its gates", "%(n)s versions passed their gates", judged)),
        "monitoring": (
            reports,
            ngettext("%(n)s drift report, and outcomes", "%(n)s drift reports, and outcomes", reports),
        ),
        "provisioning": (0, _("queues, workers, declared beside measured")),
        "governance": (asked, ngettext("%(n)s request awaits a decision", "%(n)s requests await a decision", asked)),
    }
    return {name: words % {"n": number} for name, (number, words) in found.items()}


def _pages(links: Links) -> dict[str, str]:
    return {
        "data": links.rows("mlops", "dataset"),
        "versions": links.page("mlops.view_deployment", "mlops_deployment_on"),
        "automation": links.rows("mlops", "run"),
        "tracking": links.page("mlops.view_run", "mlops_run_compare_page"),
        "delivery": links.rows("mlops", "modelversion"),
        "monitoring": links.page("mlops.view_outcome", "mlops_outcome_summary"),
        "provisioning": links.page("mlops.view_run", "mlops_run_provisioning"),
        "governance": links.rows("mlops", "promotionrequest"),
    }
