"""Licences as partners ask for them: of a film, in a territory, at a moment."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db.models import Q

from catalog.models import Licence
from catalog.selectors.film_more import visible
from catalog.territories import COUNTRIES, WORLD, day_at


def licences(
    *,
    territories: Collection[str],
    movie: int | None = None,
    territory: str | None = None,
    at: datetime | None = None,
    after: int = 0,
    most: int,
) -> list[Licence]:
    """Return the licences that fit all that is asked, by number, those after one.

    territories: the only ones that may be told of; none: all. at: a moment that they hold at, by the clock of the territory
    asked for, or of the licence's own; one for the whole world then holds where it does in any of the countries told of.
    """
    found = visible(territories).filter(pk__gt=after).order_by("pk")
    if movie is not None:
        found = found.filter(movie=movie)
    if territory is not None:
        found = found.filter(territory__in=[territory, WORLD])
    if at is not None:
        found = found.filter(_holding(at, [territory] if territory else [*(territories or COUNTRIES)]))
    return list(found[:most])


def _holding(at: datetime, codes: Collection[str]) -> Q:
    """Return the condition that a licence holds at a moment by the day of a country that it covers."""
    whole = Q()
    for code in codes:
        day = day_at(code, at)
        whole |= Q(territory__in=[code, WORLD], starts_on__lte=day, ends_on__gte=day)
    return whole


def changed_at() -> datetime | None:
    """Return when a licence last changed, as far as is on record."""
    history: Any = apps.get_model("catalog", "HistoricalLicence").objects.order_by("-history_id")
    found: datetime | None = history.values_list("history_date", flat=True).first()
    return found
