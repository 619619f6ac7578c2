"""Where the data came from, and whether it may be shown here."""

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from catalog.errors import NotPublishable
from catalog.models import DataImport, Source
from catalog.words import together


def imports() -> QuerySet[DataImport]:
    """Return finished imports, oldest first."""
    return DataImport.objects.select_related("source").order_by("pk")


def check_publishable() -> None:
    """Raise NotPublishable, naming the sources, when the data's terms forbid showing it here."""
    if settings.MAY_PUBLISH_NON_COMMERCIAL:
        return
    forbidden = list(Source.objects.exclude(permitted_use=Source.Use.ANY).values_list("title", flat=True))
    if forbidden:
        raise NotPublishable(
            _(
                "The terms of %(sources)s do not allow showing their data here. Whoever holds the permission sets "
                "MAY_PUBLISH_NON_COMMERCIAL=yes."
            )
            % {"sources": together(forbidden)}
        )
