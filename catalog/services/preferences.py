"""Choosing for oneself."""

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.errors import CatalogError
from catalog.models import Preferences, User

CHOICES = frozenset({"personal", "judge", "own_first", "record_plays"})


def choose(*, by: User, **choices: bool | str) -> Preferences:
    """Set some of a member's choices and leave the others. Raises CatalogError naming one that does not exist."""
    unknown = sorted(set(choices) - CHOICES)
    if unknown:
        raise CatalogError(
            _("%(name)s is nothing one can choose: there are %(choices)s.")
            % {"name": unknown[0], "choices": ", ".join(sorted(CHOICES))}
        )
    with transaction.atomic():
        chosen = Preferences.objects.update_or_create(user=by, defaults=choices)[0]
    chosen.user = by  # whoever holds this account sees what it chose just now
    return chosen
