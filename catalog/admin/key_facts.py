"""What lists and pages say of a partner key, and the one page that shows it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from catalog.models import PartnerKey

STATES = {"usable": "success", "revoked": "danger", "expired": "warning"}


def state_of(key: PartnerKey) -> tuple[str, Any]:
    if key.revoked_at:
        return "revoked", _("revoked")
    return ("expired", _("expired")) if key.expires_at <= timezone.now() else ("usable", _("usable"))


class KeyFacts:
    """Columns of a key, for an admin page of it and for the rows of its partner."""

    @display(description=_("scopes"))
    def scope_list(self, obj: PartnerKey) -> str:
        return ", ".join(obj.scopes)

    @display(description=_("state"))
    def state_now(self, obj: PartnerKey) -> str:
        return str(state_of(obj)[1])

    @display(description=_("last used"))
    def last_used(self, obj: PartnerKey) -> str:
        use = getattr(obj, "use", None)
        if use is None:
            return gettext("never")
        return f"{date_format(timezone.localtime(use.last_used_at), 'DATETIME_FORMAT')} · {use.last_used_from or '–'}"

    @display(description=_("limits"))
    def limits(self, obj: PartnerKey) -> str:
        where = ", ".join(obj.territories) or gettext("all territories")
        return f"{where} · {', '.join(obj.networks) or gettext('from anywhere')}"


def shown_once(model_admin: Any, request: HttpRequest, key: PartnerKey, plain: str) -> HttpResponse:
    """Show a new key, this once."""
    context = {
        **model_admin.admin_site.each_context(request),
        "title": gettext("The key of %(partner)s") % {"partner": key.partner},
        "opts": model_admin.model._meta,
        "key": key,
        "plain": plain,
        "back": reverse("admin:catalog_partner_change", args=[key.partner_id]),
    }
    return TemplateResponse(request, "admin/key_issued.html", context, headers={"Cache-Control": "no-store"})
