"""The territories rights are given for, and which one a visitor chose."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from catalog.words import in_order

WORLD = "001"  # UN M49
TERRITORIES = {
    WORLD: _("Worldwide"),
    "BR": _("Brazil"),
    "DE": _("Germany"),
    "ES": _("Spain"),
    "FR": _("France"),
    "GB": _("United Kingdom"),
    "IT": _("Italy"),
    "JP": _("Japan"),
    "US": _("United States"),
}
COUNTRIES = {code: name for code, name in TERRITORIES.items() if code != WORLD}
COOKIE = "territory"


def chosen(request: HttpRequest) -> str:
    """Return the territory the visitor chose, or the default; an unknown cookie counts as none."""
    code = request.COOKIES.get(COOKIE, "")
    return code if code in COUNTRIES else settings.TERRITORY_DEFAULT


def context(request: HttpRequest) -> dict[str, Any]:
    """Context processor: the chooser in the footer."""
    code = chosen(request)
    countries = in_order(COUNTRIES.items(), lambda pair: str(pair[1]))
    return {"territory": code, "territory_name": COUNTRIES.get(code, code), "territories": countries}
