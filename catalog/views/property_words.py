"""The words of the five properties: titles, definitions, claims, rules, and what each measurement is of."""

from django.utils.translation import gettext_lazy as _

TITLES = {
    "complexity": _("Complexity"),
    "debugging": _("Error debugging"),
    "new-data": _("Handling new data"),
    "determinism": _("Determinism"),
    "drift": _("Drift"),
}
DEFINITIONS = {
    "complexity": _(
        "How much there is to understand: the lines of code that make the output, without comments, and the numbers "
        "that govern it."
    ),
    "debugging": _(
        "The share of outputs that come with a receipt: whole numbers that anyone can add up to exactly that output. "
        "Asked for on a sample, once by each web process for each version or edition; of the learned lists for visitors "
        "made up by lot, so that nobody's ratings are read for it."
    ),
    "new-data": _("What more data does to the rule, and how long a new rating takes to show in the output."),
    "determinism": _("Whether the same input gives the same output, to the last bit."),
    "drift": _("How the output moves at fixed input; and how far recent data has moved from what was learned from."),
}
CLAIMS = {
    ("complexity", "software"): _("Simple enough to read."),
    ("complexity", "learning"): _("More complex, with learned weights between many thousands of films."),
    ("debugging", "software"): _("An error can be followed back to its line or its vote."),
    ("debugging", "learning"): _("Harder, because a wrong answer may come from data, training or chance."),
    ("new-data", "software"): _("Counts new votes, learns nothing from them."),
    ("new-data", "learning"): _("Gets better with new data, after training again."),
    ("determinism", "software"): _("The same input always gives the same output."),
    ("determinism", "learning"): _("Probabilistic; another sample of ratings gives another list."),
    ("drift", "software"): _("None; there is nothing learned that could grow stale."),
    ("drift", "learning"): _("Can drift as people and films change, and therefore must be governed."),
}
RULES = {
    ("complexity", "software"): _("Holds with fewer than 300 lines and at most 10 numbers."),
    ("complexity", "learning"): _("Holds with more lines and more numbers than the software system."),
    ("debugging", "software"): _("Holds when every sampled output has its exact receipt."),
    ("debugging", "learning"): _("Holds when any kind of its outputs lacks an exact receipt."),
    ("new-data", "software"): _("Holds when no edition used other parameters than its version names."),
    ("new-data", "learning"): _("Holds when the gain is more than two of its standard errors."),
    ("determinism", "software"): _(
        "Holds when the newest edition, counted again by this process, is the same to the last digit."
    ),
    ("determinism", "learning"): _("Holds when refits on resampled people do not all give the same lists."),
    ("drift", "software"): _(
        "Holds when the oldest edition kept, counted again by this process, is the same to the last digit."
    ),
    ("drift", "learning"): _("Holds when the newest report found a column that moved."),
}
MEASURES = {
    "lines": _("lines of code"),
    "numbers": _("numbers that govern it"),
    "seconds-to-train": _("seconds to train"),
    "exact-ranks": _("ranks with an exact receipt, of those sampled"),
    "exact-places": _("places on lists with an exact receipt, of those sampled"),
    "exact-guesses": _("predicted ratings with an exact receipt, of those sampled; they carry an interval instead"),
    "rule-changes": _("editions with other parameters than their version's, of all"),
    "seconds-to-print": _(
        "seconds between two printed editions, at least (a setting); a rating shows at once as provisional"
    ),
    "gain": _("held-out NDCG@100 gained by a tenth more ratings"),
    "seconds-to-list": _("seconds to count a list of ten anew from somebody's ratings, the median of those sampled"),
    "recounted": _("films counted again by this web process and found the same"),
    "same-digest": _("runs on the same data that gave the same arrays to the last bit"),
    "stability": _("of a list of ten that a refit on resampled people keeps"),
    "first-recounted": _("films of the oldest edition kept, counted again by this web process and found the same"),
    "asked-again": _("outputs that differed when this process asked the version the same again"),
    "columns-moved": _("columns that moved, of those watched, in the newest report"),
}
UNKNOWN = {
    "nothing-serves": _("no learned version is approved"),
    "formula-away": _("the formula's version cannot be read"),
    "no-steps": _("its run kept no times"),
    "no-edition": _("no edition was printed yet, or its rows were let go by age"),
    "nobody-to-ask": _("no rating speaks for anything it knows"),
    "no-gain": _("not measured for this version"),
    "no-reruns": _("no run was repeated on the same data yet"),
    "no-stability": _("not measured for this version"),
    "no-drift-report": _("no report was made since it serves"),
}
BARS = {  # what a bar is of, where its words would be too long beside it
    "numbers": _("numbers that govern it, from 1 to 1,000 million, by tenfolds"),
    "exact-ranks": _("ranks with an exact receipt"),
    "exact-places": _("places with an exact receipt"),
    "exact-guesses": _("predicted ratings with an exact receipt"),
    "rule-changes": _("editions with other parameters than their version's"),
    "gain": _("gained by a tenth more ratings, two standard errors to either side; the line is nothing gained"),
    "recounted": _("the newest edition, counted again: the same"),
    "same-digest": _("runs on the same data: the same arrays"),
    "stability": _("of a list of ten that a refit keeps"),
    "first-recounted": _("the oldest edition, counted again: the same"),
    "asked-again": _("outputs that differed when asked again"),
    "columns-moved": _("columns of recent data that moved"),
}
