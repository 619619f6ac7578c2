"""Who recommends: every learning recipe over visitors' ratings is a judge, by the version that is approved and serves."""

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import cast

import numpy as np
import numpy.typing as npt

from catalog.models import Movie
from catalog.prepared import Prepared
from catalog.recsys.linear import LinearModel
from catalog.selectors import films
from mlops import ledger, serving
from mlops.errors import BadArtefact, NothingServed

FIRST = "recommender"  # the judge of whoever chose none
DATASET = "visitor-ratings"  # what a recipe learns from that can judge for visitors


class Lack(StrEnum):
    """Why there is no learned answer."""

    NOTHING_SERVED = "NOTHING_SERVED"
    AWAY = "AWAY"  # a version is deployed, but its artefact cannot be read
    SWITCHED_OFF = "SWITCHED_OFF"  # nobody is to recommend: no rating was read
    NO_RATINGS = "NO_RATINGS"
    NO_LIKES = "NO_LIKES"  # ratings there are, but none that speaks for a neighbour in this version
    NOTHING_LEFT = "NOTHING_LEFT"


@dataclass(frozen=True)
class Judge:
    """The version of one learning recipe that is in service."""

    model: LinearModel
    label: str

    @property
    def key(self) -> str:
        """The recipe's key."""
        return self.label.rpartition(" v")[0]

    @property
    def number(self) -> int:
        """The version's number: what its address ends in."""
        return int(self.label.rpartition(" v")[2])


@dataclass(frozen=True)
class Seat:
    """One judge there is, whether or not a version of it serves now."""

    key: str
    title: str
    about: str
    judge: Judge | None
    lack: Lack | None


@dataclass(frozen=True)
class Bench:
    """Who judges for somebody. absent: the title of the judge they chose, when it cannot and another one does."""

    judge: Judge | None
    lack: Lack | None
    absent: str = ""


def judge(key: str = "") -> Judge:
    """Return a judge's version in service. Raises NothingServed, or BadArtefact when it cannot be read."""
    found = serving.served(key or FIRST)
    return Judge(cast(LinearModel, found.model), found.label)


def at_work(key: str = "") -> tuple[Judge | None, Lack | None]:
    """Return a judge's version in service, or why there is none."""
    try:
        return judge(key), None
    except NothingServed:
        return None, Lack.NOTHING_SERVED
    except BadArtefact:
        return None, Lack.AWAY


def named() -> dict[str, ledger.Recipe]:
    """Return the recipes that can judge for visitors, by key, in the order of settings. Runs no query."""
    return {one.key: one for one in ledger.recipes() if one.kind == "LEARNING" and one.dataset_key == DATASET}


def seats() -> list[Seat]:
    """Return every judge there is."""
    return [Seat(one.key, one.title, one.about, *at_work(one.key)) for one in named().values()]


def sitting(wanted: str) -> Bench:
    """Return who judges for somebody who chose a judge: that one, or the first that can, said openly.

    A key that is no judge any more counts as no choice.
    """
    known = named()
    wanted = wanted if wanted in known else FIRST
    found, lack = at_work(wanted)
    if found:
        return Bench(found, None)
    others = (at_work(key)[0] for key in known if key != wanted)
    stand_in = next((other for other in others if other), None)
    return Bench(stand_in, None, known[wanted].title) if stand_in else Bench(None, lack)


LAST = Prepared(lambda: Movie.objects.only("pk").order_by("-pk"))


def gone(found: Judge) -> frozenset[int]:
    """Return the films that a version knows and the catalogue no longer has: no list may leave a gap for them."""
    last = LAST.first()
    there = _there(films.last_edit(Movie), last.pk if last else None)
    return frozenset(found.model.films[~np.isin(found.model.films, there)].tolist())


@lru_cache(maxsize=2)
def _there(edited: int, last: int | None) -> npt.NDArray[np.int64]:
    """Return the ids of all films; the newest edit and the last id name that state of the catalogue."""
    return np.array(list(Movie.objects.order_by("pk").values_list("pk", flat=True)), dtype=np.int64)
