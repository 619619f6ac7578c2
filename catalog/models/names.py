"""All names of a film on one line, for the search alone: a table of its own, so that its index may have triggers."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import models

from catalog.finding.names import name_line

if TYPE_CHECKING:
    from catalog.models.movies import Movie


class FilmNamesQuerySet(models.QuerySet["FilmNames"]):
    def write(self, films: "Iterable[Movie]") -> None:
        """Put down the names of films as their titles are now."""
        rows = [FilmNames(movie_id=film.pk, line=name_line(film.title)) for film in films]
        self.bulk_create(rows, 1000, update_conflicts=True, unique_fields=["movie"], update_fields=["line"])


class FilmNames(models.Model):
    """A line as catalog.finding.names makes it. Movie writes it wherever films are saved."""

    movie = models.OneToOneField("catalog.Movie", on_delete=models.CASCADE, primary_key=True, related_name="names")
    line = models.TextField()

    objects = FilmNamesQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "film names"

    def __str__(self) -> str:
        return self.line.strip("| ")
