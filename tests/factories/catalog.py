"""Rows of the catalogue for tests: each call makes one, valid unless told otherwise."""

import hashlib
import itertools
import secrets
from datetime import date, datetime, timedelta
from typing import Any

from catalog.models import (
    Alert,
    ChartEdition,
    DataImport,
    Hidden,
    ImportedVotes,
    Licence,
    Movie,
    Partner,
    PartnerKey,
    Play,
    Preferences,
    Rater,
    Rating,
    Source,
    Tally,
    User,
    genre_line,
)
from catalog.services import editions, ratings, tallies
from mlops.ports import SYSTEM
from tests.factories.mlops import NOON, make_genesis

DERIVED = ("Attempt", "FilmNames", "Standing", "RankChange")  # rows that services write and no test should make up
PASSWORD = "nine-reels-of-nitrate"
_count = itertools.count(1)


def make_user(username: str = "", **given: Any) -> User:
    """An account; its password is PASSWORD. Pass is_staff and the like by name."""
    return User.objects.create_user(username or f"visitor-{next(_count)}", password=PASSWORD, **given)


def make_source(key: str = "", **given: Any) -> Source:
    """An origin of data that allows any use."""
    key = key or f"source-{next(_count)}"
    words = {
        "title": f"Source {key}",
        "licence_name": "CC0-1.0",
        "terms": "Do as you like.",
        "origin": "made for tests",
    }
    return Source.objects.create(
        key=key, permitted_use=given.pop("permitted_use", Source.Use.ANY), **{**words, **given}
    )


def make_import(source: Source | None = None, **given: Any) -> DataImport:
    times = {"started_at": NOON, "finished_at": NOON + timedelta(seconds=5)}
    return DataImport.objects.create(source=source or make_source(), **{**times, "rows": 0, "report": {}, **given})


def make_movie(title: str = "", **given: Any) -> Movie:
    """A film without a vote. genres may be a list of names."""
    if isinstance(given.get("genres"), list | tuple):
        given["genres"] = genre_line(given["genres"])
    fields = {"year": 1955, "runtime": 95, "genres": "|Drama|"}
    return Movie.objects.create(title=title or f"Film {next(_count)}", **{**fields, **given})


def make_imported_votes(
    movie: Movie | None = None, *, votes: int = 1_000, mean: float = 6.5, **given: Any
) -> ImportedVotes:
    """Votes that came with the film, and its tally counted anew."""
    movie = movie or make_movie()
    source = given.pop("source", None) or Source.objects.filter(key="imported").first() or make_source("imported")
    bands = given.pop("bands", [45, 45, 45, 45, 145, 245, 245, 145, 45, 45])
    made = ImportedVotes.objects.create(
        movie=movie, source=source, votes=votes, mean_tenths=round(mean * 10), bands=bands, **given
    )
    make_tally(movie)
    return made


def make_tally(movie: Movie) -> Tally:
    """The film's tally, from a recount."""
    votes, points = tallies.recount().get(movie.pk, (0, 0))
    return Tally.objects.update_or_create(movie=movie, defaults={"votes": votes, "points": points})[0]


def make_rater(kind: str = Rater.Kind.MEMBER, **given: Any) -> Rater:
    if kind == Rater.Kind.PARTNER:
        given.setdefault("partner", make_partner())
    return Rater.objects.create(kind=kind, **given)


def make_member_rating(
    movie: Movie | None = None, *, by: User | None = None, value: int = 8, at: datetime = NOON
) -> Rating:
    """A rating given by an account through the service, tally included."""
    return ratings.rate_movie(movie_id=(movie or make_movie()).pk, by=by or make_user(), at=at, value=value)


def make_rating(movie: Movie | None = None, *, rater: Rater | None = None, value: int = 8, **given: Any) -> Rating:
    """A bare row, by default of a demo rater: it moves no tally."""
    times = {"rated_at": NOON, "recorded_at": NOON}
    rater = rater or make_rater(Rater.Kind.DEMO)
    return Rating.objects.create(movie=movie or make_movie(), rater=rater, value=value, **{**times, **given})


def make_licence(movie: Movie | None = None, **given: Any) -> Licence:
    """Rights in the United Kingdom for ten years around NOON."""
    fields = {"territory": "GB", "starts_on": date(2021, 1, 1), "ends_on": date(2030, 12, 31)}
    return Licence.objects.create(movie=movie or make_movie(), **{**fields, **given})


def make_partner(name: str = "", **given: Any) -> Partner:
    return Partner.objects.create(name=name or f"Partner {next(_count)}", **given)


def make_partner_key(partner: Partner | None = None, **given: Any) -> tuple[PartnerKey, str]:
    """A key with every scope, and its secret in clear as the partner got it; good from 2020 to 2099."""
    secret = given.pop("secret", "") or f"rmk_{secrets.token_hex(20)}"
    fields = {
        "scopes": list(PartnerKey.Scope.values),
        "created_at": datetime(2020, 1, 1, tzinfo=NOON.tzinfo),
        "expires_at": datetime(2099, 1, 1, tzinfo=NOON.tzinfo),
    }
    digest = hashlib.sha256(secret.encode()).hexdigest()
    key = PartnerKey.objects.create(
        partner=partner or make_partner(), hash=digest, last_four=secret[-4:], **{**fields, **given}
    )
    return key, secret


def make_edition(at: datetime = NOON) -> ChartEdition:
    """The next edition, from the tallies as they stand. Something must have changed since the last one."""
    make_genesis()
    edition = editions.publish(by=SYSTEM, at=at, now=True)
    assert edition is not None, "nothing changed since the last edition"
    return edition


def small_catalogue(films: int = 12) -> list[Movie]:
    """Films with imported votes, rights and tallies, and edition 1 of their chart; the best film comes first.

    Film i (from 0) was made in 1930 + 5·(i mod 14) and has 200,000 − 1,000·i votes with a mean of 9.0 − 0.1·(i mod 60).
    """
    source = make_source("imported")
    made = [_film(place, source) for place in range(films)]
    ImportedVotes.objects.bulk_create(
        ImportedVotes(
            movie=movie,
            source=source,
            votes=max(5, 200_000 - 1_000 * place),
            mean_tenths=90 - place % 60,
            bands=[45, 45, 45, 45, 145, 245, 245, 145, 45, 45],
        )
        for place, movie in enumerate(made)
    )
    Licence.objects.bulk_create(
        Licence(movie=movie, territory="GB", starts_on=date(2021, 1, 1), ends_on=date(2030, 12, 31)) for movie in made
    )
    tallies.rebuild()
    make_edition()
    return made


def _film(place: int, source: Source) -> Movie:
    genres = (["Drama"], ["Comedy", "Romance"], ["Action"], ["Documentary"], ["Drama", "Romance"], ["Animation"])
    return make_movie(
        f"The Reel Number {place + 1}",
        year=1930 + 5 * (place % 14),
        runtime=80 + place % 60,
        genres=list(genres[place % len(genres)]),
        source=source,
        source_row=place + 1,
    )


def make_hidden(user: User | None = None, movie: Movie | None = None, **given: Any) -> Hidden:
    """A film that a member put away."""
    fields = {"user": user or make_user(), "movie": movie or make_movie(), "hidden_at": NOON}
    return Hidden.objects.create(**{**fields, **given})


def make_preferences(user: User | None = None, **given: Any) -> Preferences:
    """What a member chose for themself; nothing chosen unless told."""
    return Preferences.objects.create(user=user or make_user(), **given)


def make_play(user: User | None = None, movie: Movie | None = None, **given: Any) -> Play:
    """A viewing that stopped at 20 of 60 seconds."""
    fields = {"user": user or make_user(), "movie": movie or make_movie(), "started_at": NOON, "seen_at": NOON}
    return Play.objects.create(**{**fields, "position": 20, "furthest": 20, "length": 60, **given})


def make_alert(user: User | None = None, movie: Movie | None = None, **given: Any) -> Alert:
    """A film that a member in the United Kingdom waits for."""
    fields = {"user": user or make_user(), "movie": movie or make_movie(), "territory": "GB", "asked_at": NOON}
    return Alert.objects.create(**{**fields, **given})
