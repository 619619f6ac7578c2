"""Split the rows into folds, and write down which rows each holds."""

from mlops.pipeline.workspace import Output, Workspace, fold_digest

READS = ("freeze",)


def files(output: Output) -> list[str]:
    return []


def run(work: Workspace) -> Output:
    found = []
    for fold in work.folds:
        sizes = {name: len(getattr(fold, name)[work.recipe.subject]) for name in ("train", "known", "asked")}
        work.say(f"{fold.title}: " + ", ".join(f"{name} {size}" for name, size in sizes.items()))
        facts = {**sizes, **fold.facts}
        found.append({"name": fold.name, "title": fold.title, "facts": facts, "digest": fold_digest(fold)})
    return {"folds": found}
