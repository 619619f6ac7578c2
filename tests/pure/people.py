"""Small worlds of people and what they rated, for the tests of the learned numbers."""

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

from catalog.recsys import likes

unhurried = settings(deadline=None, max_examples=50)  # a fit takes its time on a busy machine
FILMS = [10 * number for number in range(1, 41)]


def rows(people):
    """people: subject to {film: points}; as the columns a recipe hands over."""
    flat = [(subject, film, value) for subject, rated in people.items() for film, value in rated.items()]
    subject, film, value = zip(*flat, strict=True) if flat else ((), (), ())
    return {
        "subject": np.array(subject, dtype="U36"),
        "film": np.array(film, dtype=np.int64),
        "value": np.array(value, dtype=np.int8),
    }


def partials(people, parts=3):
    """Deal people out to so many partitions."""
    dealt = [{}, *({} for _ in range(parts - 1))]
    for number, (subject, rated) in enumerate(people.items()):
        dealt[number % parts][subject] = rated
    return [likes.partial(rows(part)) for part in dealt]


def crowd(count=120, seed=0, noise=1.0):
    """People of two tastes: each likes one half of the films and not the other, some are kinder, some films are better."""
    draws = np.random.default_rng(seed)
    quality = np.random.default_rng(99).normal(0, 0.8, len(FILMS))  # films stay the same, whoever comes
    people = {}
    for number in range(count):
        seen = np.sort(draws.choice(len(FILMS), size=draws.integers(12, 30), replace=False))
        taste = np.where((seen < len(FILMS) // 2) == (number % 2 == 0), 1.5, -1.5)
        points = 6 + quality[seen] + taste + draws.normal(0, 0.5) + draws.normal(0, noise, len(seen))
        values = np.clip(np.rint(points), 1, 10).astype(int).tolist()
        people[f"{seed}-{number:04d}"] = dict(zip([FILMS[at] for at in seen.tolist()], values, strict=True))
    return people


rated = st.dictionaries(st.sampled_from(FILMS[:8]), st.integers(1, 10), max_size=8)


@st.composite
def crowds(draw, least=2, most=7):
    """A few people with any ratings of up to eight films, at least one of which somebody likes."""
    people = {f"p{number}": draw(rated) for number in range(draw(st.integers(least, most)))}
    people["p0"] = people["p0"] | {FILMS[0]: 9, FILMS[1]: 3}
    people["p1"] = people["p1"] | {FILMS[0]: 8, FILMS[2]: 7}
    return people
