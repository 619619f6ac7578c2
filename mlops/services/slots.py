"""The place a recipe serves from: one row, locked by whoever changes what serves, or what that takes.

Locks are taken in one order: the recipe's slot, then the request, the audit log last.
"""

from mlops.models import Slot


def lock_slot(recipe_key: str) -> None:
    """Keep everybody else from changing what serves for a recipe, until the transaction ends.

    The row is made by whoever comes first; two who come at once make it once. SQLite has one writer anyway.
    """
    row = Slot.objects.select_for_update().filter(recipe_key=recipe_key)
    if not row.exists():
        Slot.objects.bulk_create([Slot(recipe_key=recipe_key)], ignore_conflicts=True)
    row.get()
