"""Which version served, at any moment."""

from datetime import datetime

from django.db.models import Q

from mlops import registry
from mlops.models import Deployment


def recipe_keys() -> list[str]:
    """Return every recipe that is there or ever served."""
    served = Deployment.objects.order_by("recipe_key").values_list("recipe_key", flat=True).distinct()
    return sorted({*registry.recipes(), *served})


def champions_at(moment: datetime) -> dict[str, Deployment]:
    """Return each recipe's champion at a moment; a recipe of which nothing served then is left out."""
    in_force = Q(ended_at__isnull=True) | Q(ended_at__gt=moment)
    rows = Deployment.objects.filter(in_force, role=Deployment.Role.CHAMPION, started_at__lte=moment)
    # Oldest first: should two overlap, the later one is what served.
    rows = rows.select_related("version", "request").order_by("started_at", "pk")
    return {row.recipe_key: row for row in rows}


def champion_at(recipe_key: str, moment: datetime) -> Deployment | None:
    """Return the deployment that served everyone at a moment, or None."""
    return champions_at(moment).get(recipe_key)
