"""Fit the model, once. Its arrays go into the store, and from there it is judged."""

from mlops import arrays, store
from mlops.pipeline.workspace import Output, Workspace

READS = ("partials",)


def files(output: Output) -> list[str]:
    return [output["artefact"]]


def run(work: Workspace) -> Output:
    model = work.recipe.fit(work.partials(), work.run.params, work.run.seed)
    learned = model.arrays()
    digest = arrays.digest(learned)
    numbers = sum(value.size for value in learned.values())
    work.say(f"{numbers} numbers in {len(learned)} arrays, digest {digest[:12]}")
    return {"artefact": store.put(arrays.pack(learned)), "arrays": digest, "numbers": numbers}
