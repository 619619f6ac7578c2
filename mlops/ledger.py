"""Door: frozen reads of governed facts, for public pages."""

from dataclasses import dataclass
from datetime import datetime

from mlops.models import Deployment


@dataclass(frozen=True)
class Service:
    """One stretch of time in which a version served."""

    label: str
    artefact_digest: str
    how: str
    started_at: datetime
    ended_at: datetime | None


def services(recipe_key: str) -> list[Service]:
    """Return every deployment of a recipe as champion, oldest first."""
    rows = Deployment.objects.filter(recipe_key=recipe_key, role=Deployment.Role.CHAMPION).select_related("version")
    return [
        Service(row.version.label, row.version.artefact_digest, row.get_how_display(), row.started_at, row.ended_at)
        for row in rows.order_by("started_at", "pk")
    ]
