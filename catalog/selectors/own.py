"""What one member did with films: asked once for all the films of a page, never film by film."""

from collections.abc import Collection

from django.db.models import Exists, OuterRef, Q

from catalog.models import Rating, User


def ratings(user: User, films: Collection[int]) -> dict[int, int]:
    """Return what a member gave to those of these films that they have rated."""
    given = Rating.objects.filter(rater__user=user, movie_id__in=films)
    return dict(given.values_list("movie_id", "value"))


def seen(user: User) -> Q:
    """Return the condition that a member has seen a film: that they rated it."""
    return Q(Exists(Rating.objects.filter(rater__user=user, movie=OuterRef("pk"))))
