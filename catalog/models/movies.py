"""Films: what they are. Their votes and ranks live elsewhere, so that these rows stay clean."""

from collections.abc import Iterable, Iterator
from functools import reduce
from heapq import nsmallest
from operator import or_
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import Case, F, Min, Q, Value, When
from django.urls import reverse

from catalog import titles
from catalog.finding.asked import Asked, read
from catalog.finding.candidates import candidates
from catalog.finding.nearness import SHORT, nearness
from catalog.models.history import history
from catalog.models.names import FilmNames
from catalog.models.searching import every_word, of_years, parted_otherwise

NEAR = 10  # the closeness from which a film is only near to what was asked
MOST_NEAR, MOST_NUMBERS = 50, 5_000  # films that are shown; numbers in one statement
FIRST_YEAR, LAST_YEAR = 1888, 2100
DECADES = range(FIRST_YEAR // 10 * 10, LAST_YEAR + 1, 10)
GENRES = ("Action", "Animation", "Comedy", "Documentary", "Drama", "Romance")


def check_genres(line: str) -> None:
    """Refuse a genre line that is not known genres, sorted, each between bars: |Drama|Romance|, or nothing."""
    names = line.strip("|").split("|") if line else []
    unknown = [name for name in names if name not in GENRES]
    if unknown:
        raise ValidationError(f"Unknown genre {', '.join(unknown)}: choose among {', '.join(GENRES)}.")
    if line != genre_line(names):
        raise ValidationError("Genres are written sorted, once each, between bars: |Drama|Romance|.")


def genre_line(names: Any) -> str:
    """Return genres as the one text that is stored: sorted, once each, between bars."""
    return f"|{'|'.join(sorted(set(names)))}|" if names else ""


class MovieQuerySet(models.QuerySet["Movie"]):
    def bulk_create(self, objs: "Iterable[Movie]", *args: Any, **kwargs: Any) -> "list[Movie]":
        """Write films in few statements, and their names with them."""
        with transaction.atomic(using=self.db):
            made = super().bulk_create(objs, *args, **kwargs)
            FilmNames.objects.write(made)
        return made

    def charted(self) -> Self:
        """Films with their standing in the newest edition, best first."""
        return self.filter(standing__rank__isnull=False).select_related("standing").order_by("standing__rank")

    def of_decade(self, decade: int) -> Self:
        return self.filter(year__gte=decade, year__lt=decade + 10)

    def of_genre(self, genre: str) -> Self:
        return self.filter(genres__contains=f"|{genre}|")

    def matching(self, words: list[str]) -> Self:
        """Films whose title holds every word (normalised by titles.search_key)."""
        found = self
        for word in words:
            found = found.filter(search_title__contains=word)
        return found

    def search(self, text: str, *, near: bool = True) -> Self:
        """Films that a text names, with their `closeness`: 0 the title itself, 1 it begins so, 2 it holds every word.

        A year among the words may be the film's. Where no film fits letter by letter, those come that are near (from
        NEAR on, one more for each half slip of the pen), unless near is False. Where films fit but none is called so, one
        whose name differs by its spaces alone is the film itself («ghostbusters»). Best first: closeness, rank, number.
        """
        asked = read(text)
        if not asked:
            return self.none()
        every = reduce(or_, map(every_word, asked.readings))
        found = self.filter(every)._tiered(_tiers(asked))
        if not near:
            return found
        best = found.aggregate(best=Min("closeness"))["best"]
        if best is None:
            return self._near(asked)
        if best and (parted := list(self.filter(parted_otherwise(asked)).values_list("pk", flat=True))):
            named = Q(pk__in=parted)
            return self.filter(every | named)._tiered([(0, named), *_tiers(asked)])
        return found

    def _near(self, asked: Asked) -> Self:
        """Films that may have been meant, whichever database asks: their distance in letters decides, then rank, number."""
        far = self._distances(asked)
        best = nsmallest(MOST_NEAR, far, key=far.__getitem__)
        return self.filter(pk__in=best)._tiered([(NEAR + far[pk][0], Q(pk=pk)) for pk in best])

    def _distances(self, asked: Asked) -> dict[int, tuple[int, bool, int, int]]:
        """Return nearness, place in the chart (films without one last) and number of every film that is near at all."""
        if max((len(word) for reading in asked.readings for word in reading.words), default=0) < SHORT:
            return {}
        known = candidates(tuple(FilmNames.objects.order_by("pk").values_list("pk", "line")))
        numbers = set().union(*map(known.of, asked.readings))
        found = {}
        ordered = sorted(numbers)
        for start in range(0, len(ordered), MOST_NUMBERS):
            films = self.filter(pk__in=ordered[start : start + MOST_NUMBERS]).order_by()
            for pk, line, year, rank in films.values_list("pk", "names__line", "year", "standing__rank"):
                far = [nearness(reading, line, year) for reading in asked.readings]
                if measured := [one for one in far if one is not None]:
                    found[pk] = min(measured), rank is None, rank or 0, pk
        return found

    def _tiered(self, tiers: Iterable[tuple[int, Q]]) -> Self:
        """Films with their closeness, the first of these tiers that they belong to, or 2; best first."""
        whens = [When(condition, then=Value(tier)) for tier, condition in tiers]
        closeness = Case(*whens, default=Value(2), output_field=models.IntegerField())
        ranked = self.annotate(closeness=closeness).select_related("standing")
        return ranked.order_by("closeness", F("standing__rank").asc(nulls_last=True), "pk")


def _tiers(asked: Asked) -> Iterator[tuple[int, Q]]:
    """Yield what makes a film the one that was asked for (0), and one whose name begins so (1)."""
    for tier, end in ((0, " |"), (1, "")):
        for reading, name in asked.names():
            yield tier, of_years(reading, Q(names__line__contains=f"| {name}{end}"))


class Movie(models.Model):
    """One film. Genres are one text («|Drama|Romance|»), so that history shows them and no join is needed."""

    title = models.CharField(max_length=200)
    sort_title = models.CharField(max_length=200, editable=False)
    search_title = models.CharField(max_length=250, editable=False)
    year = models.PositiveSmallIntegerField(validators=[MinValueValidator(FIRST_YEAR), MaxValueValidator(LAST_YEAR)])
    runtime = models.PositiveSmallIntegerField(
        "runtime in minutes", null=True, blank=True, validators=[MinValueValidator(1)]
    )
    certificate = models.CharField(max_length=12, blank=True)
    genres = models.CharField(max_length=80, blank=True, validators=[check_genres])
    source = models.ForeignKey("catalog.Source", on_delete=models.PROTECT, null=True, blank=True)
    source_row = models.PositiveIntegerField(null=True, blank=True)

    objects = MovieQuerySet.as_manager()
    history = history(excluded_fields=["sort_title", "search_title"])

    class Meta:
        verbose_name = "film"
        constraints = [
            models.UniqueConstraint(fields=["source", "source_row"], name="catalog_movie_source_row_once"),
            models.CheckConstraint(
                condition=Q(year__gte=FIRST_YEAR, year__lte=LAST_YEAR), name="catalog_movie_year_possible"
            ),
            models.CheckConstraint(condition=Q(runtime__isnull=True) | Q(runtime__gte=1), name="catalog_movie_runtime"),
            models.CheckConstraint(condition=~Q(title=""), name="catalog_movie_has_title"),
        ]
        indexes = [models.Index(fields=["sort_title", "id"]), models.Index(fields=["year", "id"])]

    def __str__(self) -> str:
        return f"{self.title} ({self.year})"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.derive()
        with transaction.atomic(using=kwargs.get("using")):
            super().save(*args, **kwargs)
            FilmNames.objects.write([self])

    def get_absolute_url(self) -> str:
        return reverse("film", args=[self.pk, self.slug])

    def derive(self) -> None:
        """Set the columns that follow from the title."""
        self.sort_title = titles.sort_title(self.title)[:200]
        self.search_title = titles.search_key(self.title)[:250]

    @property
    def slug(self) -> str:
        return titles.slug(self.title)

    @property
    def genre_names(self) -> tuple[str, ...]:
        return tuple(self.genres.strip("|").split("|")) if self.genres else ()

    @property
    def decade(self) -> int:
        return self.year // 10 * 10


class ImportedVotes(models.Model):
    """Votes that came with the catalogue: how many, their mean as the source rounds it, and its decile bands."""

    movie = models.OneToOneField(Movie, on_delete=models.CASCADE, primary_key=True, related_name="imported")
    source = models.ForeignKey("catalog.Source", on_delete=models.PROTECT)
    votes = models.PositiveIntegerField()
    mean_tenths = models.PositiveSmallIntegerField("mean in tenths")
    bands = models.JSONField("decile bands in tenths of a per cent", default=list)

    class Meta:
        verbose_name_plural = "imported votes"
        constraints = [
            models.CheckConstraint(
                condition=Q(mean_tenths__gte=10, mean_tenths__lte=100), name="catalog_imported_mean_from_1_to_10"
            )
        ]

    def __str__(self) -> str:
        return f"{self.votes} votes"

    @property
    def points(self) -> int:
        """Tenths of points implied by the rounded mean (±0.05 a vote)."""
        return self.votes * self.mean_tenths
