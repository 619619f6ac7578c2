"""The eight MLOps components as a map: where each is in the admin, and how it stands in a few words."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mlops.models import Dataset, DriftReport, GateReport, ModelVersion, PromotionRequest, Run
from moviesite.start_pages.pieces import Links


@dataclass(frozen=True)
class Component:
    """One component: its name, its page for this person, and how it stands."""

    title: str
    words: str
    href: str


def map_for(links: Links) -> list[Component]:
    """Return the eight components for who may see runs; nothing for who has nothing to do with them."""
    if not links.may("mlops.view_run"):
        return []
    sets, runs, versions = Dataset.objects.count(), Run.objects.count(), ModelVersion.objects.count()
    working, asked = Run.objects.unfinished().count(), PromotionRequest.objects.open().count()
    judged = GateReport.objects.filter(passed=True).count()
    reports = DriftReport.objects.count()
    return [
        Component(
            _("Data management"),
            ngettext("%(n)s frozen dataset", "%(n)s frozen datasets", sets) % {"n": sets},
            links.rows("mlops", "dataset"),
        ),
        Component(
            _("Version control"),
            ngettext("%(n)s version; what served when", "%(n)s versions; what served when", versions) % {"n": versions},
            links.page("mlops.view_deployment", "mlops_deployment_on"),
        ),
        Component(
            _("Automation"),
            ngettext("%(n)s run at work or queued", "%(n)s runs at work or queued", working) % {"n": working},
            links.rows("mlops", "run"),
        ),
        Component(
            _("Experiment tracking"),
            ngettext("%(n)s run on record, to compare", "%(n)s runs on record, to compare", runs) % {"n": runs},
            links.page("mlops.view_run", "mlops_run_compare_page"),
        ),
        Component(
            _("CI/CD of models"),
            ngettext("%(n)s version passed its gates", "%(n)s versions passed their gates", judged) % {"n": judged},
            links.rows("mlops", "modelversion"),
        ),
        Component(
            _("Monitoring and retraining"),
            ngettext("%(n)s drift report, and outcomes", "%(n)s drift reports, and outcomes", reports) % {"n": reports},
            links.page("mlops.view_outcome", "mlops_outcome_summary"),
        ),
        Component(
            _("Provisioning"),
            _("queues, workers, declared beside measured"),
            links.page("mlops.view_run", "mlops_run_provisioning"),
        ),
        Component(
            _("Governance"),
            ngettext("%(n)s request awaits a decision", "%(n)s requests await a decision", asked) % {"n": asked},
            links.rows("mlops", "promotionrequest"),
        ),
    ]
