"""Path converters: decades as «1950s», genres as «drama», the endings of lists as files."""

from catalog.models import GENRES
from catalog.models.movies import DECADES

BY_SLUG = {genre.lower(): genre for genre in GENRES}


class DecadeConverter:
    regex = "|".join(f"{decade}s" for decade in DECADES)

    def to_python(self, value: str) -> int:
        return int(value[:4])

    def to_url(self, value: int) -> str:
        return f"{value}s"


class GenreConverter:
    regex = "|".join(BY_SLUG)

    def to_python(self, value: str) -> str:
        return BY_SLUG[value]

    def to_url(self, value: str) -> str:
        return value.lower()


class EndingConverter:
    """The ending of a list's address as a file: csv or json."""

    regex = "csv|json"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value
