"""The files without which a backup is not whole: those that rows say are in the store."""

from mlops import registry
from mlops.models import Dataset, Erasure, Manifest, ModelVersion, RunStep
from mlops.services import unnamed

OF_STEPS = ("partials", "artefact", "evaluation", "units")  # what of a step's output is a file; the rest are facts
PLAIN = (
    (Dataset, ("partitions", "histograms")),
    (ModelVersion, ("artefact_digest",)),
    (Manifest, ("artefact_digest",)),
)


def files() -> set[str]:
    """Return their digests, with what rows of other apps need.

    Of ours those of `unnamed.named`, which also holds digests of rows and arrays, and knows what was erased.
    """
    rows = [row for model, fields in PLAIN for row in model._default_manager.values_list(*fields)]
    done = RunStep.objects.filter(state=RunStep.State.DONE).values_list("output", flat=True)
    left = [output[name] for output in done for name in OF_STEPS if name in output]
    exchanged = [one["after"] for found in Erasure.objects.values_list("datasets", flat=True) for one in found]
    told = unnamed.DIGEST.findall(str([rows, left, exchanged]))
    return set(told) & unnamed.named() | registry.files_of_others()
