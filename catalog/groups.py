"""The roles people work in: groups, and what each may see and do in the admin."""

from collections.abc import Iterable
from typing import Any

from django.apps import apps as installed
from django.db import DEFAULT_DB_ALIAS

DATA_SCIENTISTS = "Data scientists"
ML_ENGINEERS = "ML engineers"
IT_OPERATIONS = "IT operations"
APPROVERS = "Approvers"
CATALOGUE_EDITORS = "Catalogue editors"
AUDITORS = "Auditors"


def _may(verbs: str, app: str, models: str) -> list[str]:
    return [f"{app}.{verb}_{model}" for model in models.split() for verb in verbs.split()]


_CHARTS = _may("view", "catalog", "chartedition source dataimport")
_LEARNING = _may(
    "view",
    "mlops",
    "dataset run runstep runmetric modelversion gatereport promotionrequest approval deployment driftreport outcome"
    " manifest policy policyrequest policyvote remark job tick erasure checkpoint",
)
_TRAINS = ["mlops.start_run", "mlops.request_promotion"]
_DECIDES = ["mlops.decide_promotion", "mlops.request_policy"]
_ROLLS_BACK = ["mlops.roll_back"]
_RUNS_THE_HOUSE = ["mlops.retry_job", "mlops.erase_subject", "mlops.declare_restore", "mlops.sign_version"]
_AUDIT = _may("view", "mlops", "auditevent capture")
_PARTNERS = _may(
    "view", "catalog", "apicall usage partnerimport webhookendpoint historicalwebhookendpoint delivery event"
)
_ACCOUNTS = ["mlops.account_for_changes"]

# An issued key is added, a revoked one changed: so those two permissions stand for the two acts.
GROUPS: dict[str, list[str]] = {
    DATA_SCIENTISTS: [*_CHARTS, *_LEARNING, *_TRAINS, *_may("view", "catalog", "movie rating rater")],
    ML_ENGINEERS: [*_CHARTS, *_LEARNING, *_TRAINS, *_ROLLS_BACK, *_AUDIT, *_may("view", "catalog", "movie")],
    IT_OPERATIONS: [
        *_CHARTS,
        *_LEARNING,
        *_ROLLS_BACK,
        *_RUNS_THE_HOUSE,
        *_AUDIT,
        *_may("view add change", "catalog", "partner partnerkey"),
        *_PARTNERS,
        *_may("change", "catalog", "webhookendpoint"),
        *_may("view", "catalog", "historicalpartner historicalpartnerkey user"),
    ],
    APPROVERS: [*_CHARTS, *_LEARNING, *_DECIDES, *_ROLLS_BACK, *_AUDIT, *_may("view", "catalog", "movie")],
    CATALOGUE_EDITORS: [
        *_CHARTS,
        *_may("view add change delete", "catalog", "movie licence"),
        *_may("view", "catalog", "historicalmovie historicallicence"),
    ],
    AUDITORS: [
        *_CHARTS,
        *_LEARNING,
        *_AUDIT,
        *_ACCOUNTS,
        *_may("view", "catalog", "movie licence rating rater partner partnerkey user"),
        *_may("view", "catalog", "historicalmovie historicallicence historicalrating historicalpartner"),
        *_may("view", "catalog", "historicalpartnerkey historicaluser historicalsource"),
        *_PARTNERS,
        *_may("view", "auth", "group"),
    ],
}


def install_groups(apps: Any = installed, using: str = DEFAULT_DB_ALIAS) -> None:
    """Make the groups and give them the permissions they lack. Idempotent; what an installation gave them besides stays.

    apps: the registry to take models from, that of a migration or the installed one. Permissions must exist already;
    those of models that a later migration makes are given when that migration calls this again.
    """
    permissions = apps.get_model("auth", "Permission").objects.using(using)
    found = {
        f"{app}.{codename}": pk
        for app, codename, pk in permissions.values_list("content_type__app_label", "codename", "pk")
    }
    for name, wanted in GROUPS.items():
        group, _ = apps.get_model("auth", "Group").objects.using(using).get_or_create(name=name)
        group.permissions.add(*_known(wanted, found))


def remove_groups(apps: Any = installed, using: str = DEFAULT_DB_ALIAS) -> None:
    """Take the groups away; accounts stay, without their roles."""
    apps.get_model("auth", "Group").objects.using(using).filter(name__in=GROUPS).delete()


def _known(wanted: Iterable[str], found: dict[str, int]) -> list[int]:
    return [found[permission] for permission in wanted if permission in found]
