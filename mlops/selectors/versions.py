"""Versions by the name that people use."""

from mlops.errors import MlopsError
from mlops.models import ModelVersion


def labelled(label: str) -> ModelVersion:
    """Return the version of a label, with its run and dataset. Raises MlopsError when there is none."""
    key, _, number = label.rpartition(" v")
    found = ModelVersion.objects.select_related("run__dataset").filter(
        recipe_key=key, number=int(number) if number.isdecimal() else 0
    )
    version = found.first()
    if version is None:
        raise MlopsError(f"there is no version {label!r}; a label is written like «recipe v3».")
    return version
