"""What partners send: ratings in bulk, what their viewers watched, and the votes that come of it, film by film."""

from typing import Self

from django.db import models
from django.db.models import F, Q

from catalog import opaque
from catalog.models.partners import PartnerKey


class PartnerTally(models.Model):
    """Ratings of one partner's viewers for one film, in tenths of points. They count only where a version says so."""

    partner = models.ForeignKey("catalog.Partner", on_delete=models.PROTECT, related_name="tallies")
    movie = models.ForeignKey("catalog.Movie", on_delete=models.CASCADE, related_name="partner_tallies")
    votes = models.PositiveIntegerField(default=0)
    points = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name_plural = "partner tallies"
        constraints = [
            models.UniqueConstraint(fields=["partner", "movie"], name="catalog_partner_tally_once"),
            models.CheckConstraint(
                condition=Q(points__gte=F("votes") * 10, points__lte=F("votes") * 100),
                name="catalog_partner_tally_possible",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.votes} votes, {self.points} tenths"


class PartnerPlay(models.Model):
    """A film that a partner's viewer watched to its end: watched_at is their time, recorded_at ours."""

    rater = models.ForeignKey("catalog.Rater", on_delete=models.CASCADE, related_name="partner_plays")
    movie = models.ForeignKey("catalog.Movie", on_delete=models.CASCADE, related_name="partner_plays")
    watched_at = models.DateTimeField()
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rater", "movie"], name="catalog_partner_play_once")]

    def __str__(self) -> str:
        return f"film {self.movie_id}, {self.watched_at}"


class PartnerImportQuerySet(models.QuerySet["PartnerImport"]):
    def of(self, key: PartnerKey) -> Self:
        """Those a key may see: of its partner, and of its own world."""
        return self.filter(partner=key.partner_id, test=key.test)

    def open(self) -> Self:
        return self.filter(state__in=PartnerImport.OPEN)


class PartnerImport(models.Model):
    """One upload of ratings, read by a worker chunk by chunk: a row is the job, and says how far it came.

    offset: bytes of the file that are done; last_line: the number of the last line among them; lines: how many of them
    were ratings, or meant to be; segments: files of results that are whole. The five outcomes add up to lines. erased:
    SHA-256 of the name of each viewer who was erased while it was open; let go at its end.
    """

    class State(models.TextChoices):
        CREATED = "CREATED"
        RUNNING = "RUNNING"
        COMPLETED = "COMPLETED"
        FAILED = "FAILED"
        CANCELLED = "CANCELLED"
        EXPIRED = "EXPIRED"

    class Form(models.TextChoices):
        NDJSON = "NDJSON"
        CSV = "CSV"

    OPEN = (State.CREATED, State.RUNNING)
    OUTCOMES = ("added", "updated", "unchanged", "not_found", "rejected")

    uid = models.CharField("id", max_length=opaque.LONGEST, unique=True, default=opaque.import_id, editable=False)
    partner = models.ForeignKey("catalog.Partner", on_delete=models.PROTECT, related_name="imports")
    key = models.ForeignKey("catalog.PartnerKey", on_delete=models.PROTECT, related_name="imports")
    test = models.BooleanField(default=False)
    dry_run = models.BooleanField(default=False)
    form = models.CharField(max_length=6, choices=Form)
    digest = models.CharField("SHA-256 of the file", max_length=64)
    size = models.PositiveBigIntegerField("bytes")
    state = models.CharField(max_length=9, choices=State, default=State.CREATED)
    problem = models.TextField(blank=True)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    offset = models.PositiveBigIntegerField(default=0)
    last_line = models.PositiveBigIntegerField(default=0)
    lines = models.PositiveBigIntegerField(default=0)
    segments = models.PositiveIntegerField(default=0)
    added = models.PositiveBigIntegerField(default=0)
    updated = models.PositiveBigIntegerField(default=0)
    unchanged = models.PositiveBigIntegerField(default=0)
    not_found = models.PositiveBigIntegerField(default=0)
    rejected = models.PositiveBigIntegerField(default=0)
    erased = models.JSONField(default=list, blank=True)

    objects = PartnerImportQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(offset__lte=F("size")), name="catalog_import_within_its_file"),
            models.CheckConstraint(
                condition=Q(lines=F("added") + F("updated") + F("unchanged") + F("not_found") + F("rejected")),
                name="catalog_import_outcomes_add_up",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("CREATED", "RUNNING"), ended_at__isnull=True)
                | (~Q(state__in=("CREATED", "RUNNING")) & Q(ended_at__isnull=False)),
                name="catalog_import_ended",
            ),
            models.UniqueConstraint(
                fields=["partner"], condition=Q(state="RUNNING"), name="catalog_one_import_at_work"
            ),
        ]
        indexes = [models.Index(fields=["partner", "-created_at"], name="catalog_import_latest")]

    def __str__(self) -> str:
        return self.uid
