"""The first page of the admin: for each role what it does first, each number with the place it comes from."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog import groups
from moviesite.start_pages import catalogue, components, governance, systems
from moviesite.start_pages.pieces import Links, Section

SECTIONS: dict[str, Callable[[Links, datetime], Section]] = {
    groups.CATALOGUE_EDITORS: catalogue.editors,
    groups.DATA_SCIENTISTS: catalogue.scientists,
    groups.ML_ENGINEERS: systems.engineers,
    groups.IT_OPERATIONS: systems.operations,
    groups.APPROVERS: governance.approvers,
    groups.AUDITORS: governance.auditors,
}


def start(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Return the context of the start page: the sections of this person's roles; a superuser sees all."""
    held = set(request.user.groups.values_list("name", flat=True))
    shown = [make for role, make in SECTIONS.items() if request.user.is_superuser or role in held]
    links, now = Links(request), timezone.now()
    found = {"sections": [make(links, now) for make in shown], "components": components.map_for(links)}
    return {**context, "title": _("Start"), **found}
