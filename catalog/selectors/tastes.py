"""Whose list it is: ratings, films put away, and the judge chosen. Who wants nobody to recommend is asked for nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db.models import QuerySet

from catalog.models import Hidden, Rating, User
from catalog.selectors import preferences


@dataclass(frozen=True)
class Taste:
    """What a list is made from. personal False: nobody recommends, and ratings and hidden stay unread and empty."""

    ratings: Mapping[int, int] = field(default_factory=dict)
    hidden: frozenset[int] = frozenset()
    judge: str = ""
    personal: bool = True

    def without(self, film: int) -> "Taste":
        """Return the same as if one film had never been rated."""
        rest = {other: value for other, value in self.ratings.items() if other != film}
        return Taste(rest, self.hidden, self.judge, self.personal)


def of_member(user: User) -> Taste:
    """Return a member's taste as it stands now; with the switch off neither ratings nor films put away are read."""
    chosen = preferences.of(user)
    if not chosen.personal:
        return Taste(judge=chosen.judge, personal=False)
    hidden = frozenset(hidden_by(user).values_list("movie_id", flat=True))
    return Taste(ratings_of(user), hidden, chosen.judge)


def ratings_of(user: User) -> dict[int, int]:
    """Return a member's ratings as they stand now: film → 1 … 10."""
    return dict(Rating.objects.filter(rater__user=user).values_list("movie_id", "value"))


def rating_of(user: User, film_id: int) -> int | None:
    """Return what a member gave one film."""
    return Rating.objects.filter(rater__user=user, movie_id=film_id).values_list("value", flat=True).first()


def hidden_by(user: User) -> QuerySet[Hidden]:
    """Return what a member put away, newest first."""
    return Hidden.objects.filter(user=user).select_related("movie").order_by("-hidden_at", "-pk")
