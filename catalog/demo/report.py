"""What became of each rating when two sources without common ids were joined."""

from dataclasses import asdict, dataclass
from typing import Any, Final

UNTITLED: Final = "no title or year"
LATER: Final = "released after the cut"
UNKNOWN: Final = "not in the catalogue under that title and year"
TWO_FILMS: Final = "ambiguous in the catalogue"
TWO_MOVIES: Final = "ambiguous in the ratings"
REASONS: Final = (UNTITLED, LATER, UNKNOWN, TWO_FILMS, TWO_MOVIES)


@dataclass(frozen=True)
class Unmatched:
    """How many of the source's movies, and ratings of them, were left out for one of REASONS; some by name."""

    reason: str
    movies: int
    ratings: int
    examples: tuple[str, ...]


@dataclass(frozen=True)
class MatchReport:
    """Matched films, ratings and raters; of these, films met only under another name; the source's size; the rest."""

    films: int
    by_other_name: int
    ratings: int
    raters: int
    source_movies: int
    source_ratings: int
    unmatched: tuple[Unmatched, ...]

    def lines(self) -> list[str]:
        """Return sentences to print."""
        return [
            f"{self.films:,} of {self.source_movies:,} rated movies are in the catalogue "
            f"({self.by_other_name:,} of them found under another name), "
            f"with {self.ratings:,} of {self.source_ratings:,} ratings by {self.raters:,} raters.",
            *(
                f"Left out, {part.reason}: {part.movies:,} movies with {part.ratings:,} ratings"
                + (f", such as {'; '.join(part.examples)}." if part.examples else ".")
                for part in self.unmatched
            ),
        ]

    def as_dict(self) -> dict[str, Any]:
        """Return the report in types that JSON knows."""
        plain = asdict(self)
        plain["unmatched"] = [{**part, "examples": list(part["examples"])} for part in plain["unmatched"]]
        return plain
