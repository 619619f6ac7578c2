"""What members bring along from elsewhere: a file, its lines, and what became of each."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class MemberImport(models.Model):
    """One file that a member sent. The row is the work: workers read it, carry it out, take it back."""

    class Source(models.TextChoices):
        LETTERBOXD = "LETTERBOXD", "Letterboxd"
        IMDB = "IMDB", "IMDb"
        OWN = "OWN", _("an export of this site")

    class State(models.TextChoices):
        SENT = "SENT", _("being read")
        READY = "READY", _("waiting for you")
        APPLYING = "APPLYING", _("being carried out")
        DONE = "DONE", _("done")
        UNDOING = "UNDOING", _("being taken back")
        UNDONE = "UNDONE", _("taken back")
        FAILED = "FAILED", _("could not be read")

    user = models.ForeignKey("catalog.User", on_delete=models.CASCADE, related_name="imports")
    name = models.CharField("name of the file", max_length=200)
    source = models.CharField(max_length=10, choices=Source, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.SENT)
    data = models.BinaryField(null=True)
    overwrite = models.BooleanField("theirs in the place of what is here", default=False)
    lines_count = models.PositiveIntegerField(default=0)
    notes = models.JSONField(default=list)
    sent_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="SENT") | Q(data__isnull=True), name="catalog_import_keeps_no_file"
            ),
            models.CheckConstraint(
                condition=~Q(state="SENT") | Q(data__isnull=False), name="catalog_import_has_its_file"
            ),
        ]
        indexes = [models.Index(fields=["user", "-sent_at"], name="catalog_import_newest")]

    def __str__(self) -> str:
        return f"import {self.pk}"

    @property
    def at_work(self) -> bool:
        """Whether a worker has it."""
        return self.state in (self.State.SENT, self.State.APPLYING, self.State.UNDOING)


class ImportLineQuerySet(models.QuerySet["ImportLine"]):
    def doubtful(self) -> Self:
        return self.filter(match=ImportLine.Match.DOUBTFUL)

    def unknown(self) -> Self:
        return self.filter(match=ImportLine.Match.UNKNOWN)

    def sure(self) -> Self:
        """Lines that will be carried out."""
        return self.filter(match__in=(ImportLine.Match.SURE, ImportLine.Match.CHOSEN, ImportLine.Match.NO_FILM))


class ImportLine(models.Model):
    """One line of a file. before: what it replaced; made: the row it made; both for taking it back exactly."""

    class Match(models.TextChoices):
        SURE = "SURE", _("certain")
        CHOSEN = "CHOSEN", _("chosen by you")
        DOUBTFUL = "DOUBTFUL", _("doubtful")
        UNKNOWN = "UNKNOWN", _("not in the catalogue")
        SKIPPED = "SKIPPED", _("left out by you")
        NO_FILM = "NO_FILM", _("of no film")

    class Outcome(models.TextChoices):
        WAITING = "", _("not yet")
        ADDED = "ADDED", _("added")
        REPLACED = "REPLACED", _("replaced yours")
        SAME = "SAME", _("was here already")
        KEPT = "KEPT", _("yours stayed")
        REFUSED = "REFUSED", _("could not be kept")
        TAKEN_BACK = "TAKEN_BACK", _("taken back")
        LEFT = "LEFT", _("left: you changed it since")

    batch = models.ForeignKey(MemberImport, on_delete=models.CASCADE, related_name="lines")
    place = models.PositiveIntegerField()
    kind = models.CharField(max_length=9)
    file = models.CharField(max_length=200)
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=200, blank=True)
    year = models.PositiveSmallIntegerField(null=True)
    ref = models.CharField(max_length=40, blank=True)
    facts = models.JSONField(default=dict)
    movie = models.ForeignKey("catalog.Movie", on_delete=models.SET_NULL, null=True, related_name="+")
    match = models.CharField(max_length=8, choices=Match)
    candidates = models.JSONField(default=list)
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    why = models.CharField(max_length=300, blank=True)
    before = models.JSONField(null=True)
    made = models.PositiveBigIntegerField(null=True)

    objects = ImportLineQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "place"], name="catalog_import_line_once")]
        indexes = [models.Index(fields=["batch", "match", "outcome"], name="catalog_import_line_to_do")]

    def __str__(self) -> str:
        return f"{self.file}, line {self.number}"
