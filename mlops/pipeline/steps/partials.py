"""Sum up each partition of the deciding fold's train rows; the sums of all are what a model is fitted from."""

from mlops import arrays, store
from mlops.pipeline.partitions import parted
from mlops.pipeline.workspace import Output, Workspace

READS = ("freeze", "split")


def files(output: Output) -> list[str]:
    return list(output["partials"])


def run(work: Workspace) -> Output:
    parts = [part for part in parted(work.folds[0].train, work.recipe.subject) if len(part[work.recipe.subject])]
    digests = []
    for part in parts:
        digests.append(store.put(arrays.pack(work.recipe.partial(part))))
        work.went(len(digests), len(parts))
    work.say(f"{len(parts)} partitions")
    return {"partials": digests}
