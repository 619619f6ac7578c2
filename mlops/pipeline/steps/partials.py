"""Sum up each partition of the deciding fold's train rows; the sums of all are what a model is fitted from."""

import hashlib

from mlops import arrays, store
from mlops.models import Run
from mlops.pipeline.partitions import parted
from mlops.pipeline.workspace import Output, Workspace
from mlops.services import erasing, relearning

READS = ("freeze", "split")


def files(output: Output) -> list[str]:
    return list(output["partials"])


def run(work: Workspace) -> Output:
    return _left(work) or _summed(work)


def _summed(work: Workspace) -> Output:
    parts = parted(work.folds[0].train, work.recipe.subject)
    places = [place for place, part in enumerate(parts) if len(part[work.recipe.subject])]
    packed = [arrays.pack(work.recipe.partial(parts[place])) for place in places]
    output = {"partials": [hashlib.sha256(data).hexdigest() for data in packed], "places": places}
    work.announce(output)  # named before they are there: an erasure finds them, whatever becomes of this worker
    for done, data in enumerate(packed, start=1):
        store.put(data)
        work.went(done, len(packed))
    work.say(f"{len(parts)} partitions")
    return output


def _left(work: Workspace) -> Output | None:
    """After an erasure, go on from the sums of a finished run on the same dataset, less what was taken out of them."""
    found = relearning.source(work.run) if work.run.cause == Run.Cause.ERASURE else None
    output = found.steps.get(name="partials").output if found else {}
    since = erasing.replaced()
    digests = [erasing.now(digest, since) for digest in output.get("partials", [])]
    if found is None or not digests or not all(digest and store.has(digest) for digest in digests):
        return None
    changed = sum(a != b for a, b in zip(digests, output["partials"], strict=True))
    work.say(f"{len(digests)} partials of run {found.pk}, {changed} of them less what was erased")
    return {"partials": digests, "places": output.get("places", []), "run": found.pk}
