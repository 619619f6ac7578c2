"""The admin's look and its menu: one section for each kind of work, each entry for those who may see it."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _


def _holding(permission: str) -> Callable[[HttpRequest], bool]:
    """Return the question whether a signed-in person holds a permission."""
    return lambda request: request.user.has_perm(permission)


def _rows(title: Any, icon: str, app: str, model: str) -> dict[str, Any]:
    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(f"admin:{app}_{model}_changelist"),
        "permission": _holding(f"{app}.view_{model}"),
    }


def _page(title: Any, icon: str, name: str, permission: str) -> dict[str, Any]:
    return {"title": title, "icon": icon, "link": reverse_lazy(f"admin:{name}"), "permission": _holding(permission)}


def _section(title: Any, *items: dict[str, Any]) -> dict[str, Any]:
    return {"title": title, "separator": True, "collapsible": False, "items": list(items)}


NAVIGATION = [
    {"items": [{"title": _("Start"), "icon": "home", "link": reverse_lazy("admin:index")}]},
    _section(
        _("Catalogue"),
        _rows(_("Films"), "movie", "catalog", "movie"),
        _rows(_("Licences"), "gavel", "catalog", "licence"),
        _rows(_("Sources"), "source", "catalog", "source"),
        _rows(_("Imports"), "database_upload", "catalog", "dataimport"),
    ),
    _section(
        _("Chart and ratings"),
        _rows(_("Editions"), "leaderboard", "catalog", "chartedition"),
        _rows(_("Ratings"), "star", "catalog", "rating"),
        _rows(_("Raters"), "fingerprint", "catalog", "rater"),
    ),
    _section(
        _("Models"),
        _rows(_("Datasets"), "dataset", "mlops", "dataset"),
        _rows(_("Runs"), "model_training", "mlops", "run"),
        _rows(_("Versions"), "deployed_code", "mlops", "modelversion"),
        _rows(_("Signatures"), "signature", "mlops", "manifest"),
    ),
    _section(
        _("Decisions"),
        _rows(_("Promotion requests"), "approval_delegation", "mlops", "promotionrequest"),
        _rows(_("Deployments"), "rocket_launch", "mlops", "deployment"),
        _page(_("What served on…"), "event", "mlops_deployment_on", "mlops.view_deployment"),
        _page(_("Approval policy"), "rule", "mlops_policy_in_force", "mlops.view_policy"),
        _rows(_("Policy requests"), "rule_settings", "mlops", "policyrequest"),
    ),
    _section(
        _("Watching"),
        _page(_("Outcomes"), "monitoring", "mlops_outcome_summary", "mlops.view_outcome"),
        _rows(_("Drift"), "waves", "mlops", "driftreport"),
        _page(_("Provisioning"), "memory", "mlops_run_provisioning", "mlops.view_run"),
        _page(_("Work"), "work_history", "mlops_job_work", "mlops.view_job"),
    ),
    _section(
        _("Partners"),
        _rows(_("Partners"), "handshake", "catalog", "partner"),
        _rows(_("Keys"), "key", "catalog", "partnerkey"),
        _rows(_("Usage"), "data_usage", "catalog", "usage"),
        _rows(_("Calls by request id"), "receipt_long", "catalog", "apicall"),
        _rows(_("Webhooks"), "webhook", "catalog", "webhookendpoint"),
        _rows(_("Deliveries"), "outbox", "catalog", "delivery"),
        _rows(_("Events"), "campaign", "catalog", "event"),
        _rows(_("Ratings in bulk"), "upload_file", "catalog", "partnerimport"),
    ),
    _section(
        _("Who did what"),
        _rows(_("Audit log"), "history_edu", "mlops", "auditevent"),
        _page(_("Changed by nobody known"), "person_alert", "mlops_capture_strays", "mlops.view_capture"),
        _rows(_("Noted changes"), "difference", "mlops", "capture"),
        _rows(_("Checkpoints"), "verified", "mlops", "checkpoint"),
        _rows(_("Erasures"), "ink_eraser", "mlops", "erasure"),
        _rows(_("Film changes"), "edit_note", "catalog", "historicalmovie"),
        _rows(_("Licence changes"), "edit_note", "catalog", "historicallicence"),
        _rows(_("Partner changes"), "edit_note", "catalog", "historicalpartner"),
        _rows(_("Key changes"), "edit_note", "catalog", "historicalpartnerkey"),
        _rows(_("Webhook changes"), "edit_note", "catalog", "historicalwebhookendpoint"),
        _rows(_("Account changes"), "edit_note", "catalog", "historicaluser"),
    ),
    _section(
        _("People"),
        _rows(_("Accounts"), "person", "catalog", "user"),
        _rows(_("Groups"), "groups", "auth", "group"),
    ),
]

# The site's paper and ink in the theme's steps, light to dark; primary is its one red.
PAPER = ("fcf9f2", "f6f0e4", "e6dccb", "d3c7b2", "a2957f", "7b6f5f", "62594e", "473f36", "2d2721", "1e1813", "14100d")
RED = ("fdf3f1", "fbe3df", "f6c6be", "ed9c90", "e0685a", "c63f32", "a8261c", "8c1f17", "731c16", "5f1c17", "340b08")
STEPS = ("50", "100", "200", "300", "400", "500", "600", "700", "800", "900", "950")


def _steps(shades: tuple[str, ...]) -> dict[str, str]:
    return {step: f"#{shade}" for step, shade in zip(STEPS, shades, strict=True)}


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Retromovies",
    "SITE_HEADER": "Retromovies",
    "SITE_SUBHEADER": _("Staff"),
    "SITE_URL": "/",
    "SITE_ICON": lambda request: static("favicon.svg"),
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("favicon.svg")}],
    "STYLES": [lambda request: static("css/admin.css"), lambda request: static("css/governance.css")],
    "DASHBOARD_CALLBACK": "moviesite.start_pages.page.start",
    "ACCOUNT": {"navigation": [{"title": _("Second factor"), "link": reverse_lazy("mfa_index")}]},
    "BORDER_RADIUS": "4px",
    "COLORS": {"base": _steps(PAPER), "primary": _steps(RED)},
    "SIDEBAR": {"show_search": False, "show_all_applications": False, "navigation": NAVIGATION},
}
