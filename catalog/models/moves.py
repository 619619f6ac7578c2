"""What members bring from elsewhere, or take away as a whole: one move, its rows, and all that undoing it needs."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from catalog.moving.refusals import BadCell


class MoveQuerySet(models.QuerySet["Move"]):
    def open(self) -> Self:
        """Moves that are not at rest: a member has one at most."""
        return self.filter(state__in=Move.OPEN)


class Move(models.Model):
    """One upload, or one part of what a member keeps that goes as a whole. content: the file, until its rows are read."""

    class Origin(models.TextChoices):
        LETTERBOXD = "LETTERBOXD", "Letterboxd"
        IMDB = "IMDB", "IMDb"
        OWN = "OWN", _("your own export")
        WIPE = "WIPE", _("taken away")

    class Part(models.TextChoices):
        RATINGS = "RATINGS", _("ratings")
        HISTORY = "HISTORY", _("diary, and what you watched")
        LISTS = "LISTS", _("watchlist and lists")
        REST = "REST", _("films put away, and films you wait for")

    class State(models.TextChoices):
        READING = "READING", _("being read")
        READY = "READY", _("waits for you")
        WRITING = "WRITING", _("at work")
        DONE = "DONE", _("done")
        UNDOING = "UNDOING", _("being undone")
        UNDONE = "UNDONE", _("undone")

    OPEN = (State.READING, State.READY, State.WRITING, State.UNDOING)

    user = models.ForeignKey("catalog.User", on_delete=models.CASCADE, related_name="moves")
    origin = models.CharField(max_length=10, choices=Origin)
    part = models.CharField(max_length=7, choices=Part, blank=True)
    name = models.CharField("name of the file", max_length=200, blank=True)
    content = models.BinaryField(null=True)
    aside = models.JSONField("files that were not read", default=list)
    state = models.CharField(max_length=7, choices=State)
    take_theirs = models.BooleanField("their rating replaces one given here", default=False)
    total = models.PositiveIntegerField("rows, or things to take away", default=0)
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    objects = MoveQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(state__in=["READING", "READY", "WRITING", "UNDOING"]),
                name="catalog_one_open_move",
            ),
            models.CheckConstraint(
                condition=Q(origin="WIPE") & ~Q(part="") | ~Q(origin="WIPE") & Q(part=""),
                name="catalog_move_wipe_has_part",
            ),
            models.CheckConstraint(
                condition=Q(state="READING", content__isnull=False) | ~Q(state="READING") & Q(content__isnull=True),
                name="catalog_move_keeps_file_while_read",
            ),
        ]
        indexes = [models.Index(fields=["user", "-asked_at"], name="catalog_move_latest")]

    def __str__(self) -> str:
        return f"{self.get_origin_display()}: {self.total} rows"

    def get_absolute_url(self) -> str:
        return reverse("move", args=[self.pk])

    @property
    def is_wipe(self) -> bool:
        return self.origin == self.Origin.WIPE


class MoveRow(models.Model):
    """One row of a move. before: what it replaced or took away; made: what it left, so that undoing knows its own."""

    class State(models.TextChoices):
        NEW = "", _("not looked at yet")
        PLAIN = "PLAIN", _("no film in it")
        SURE = "SURE", _("film found")
        DOUBTFUL = "DOUBTFUL", _("please choose")
        UNKNOWN = "UNKNOWN", _("film not in our catalogue")
        SKIPPED = "SKIPPED", _("left out by you")
        BROKEN = "BROKEN", _("cannot be read")

    class Outcome(models.TextChoices):
        NONE = "", _("not taken")
        WRITTEN = "WRITTEN", _("taken")
        THERE = "THERE", _("was here already")
        KEPT = "KEPT", _("your own stayed")
        DOUBLE = "DOUBLE", _("the same film comes twice: the later counts")
        FULL = "FULL", _("no room: you keep as many as one may")
        REFUSED = "REFUSED", _("cannot be kept here")
        UNDONE = "UNDONE", _("undone")
        LATER = "LATER", _("changed by you since: left as it is")

    move = models.ForeignKey(Move, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=7)
    file = models.CharField(max_length=200, blank=True)
    line = models.PositiveIntegerField(default=0)
    title = models.CharField(max_length=200, blank=True)
    year = models.PositiveSmallIntegerField(null=True)
    film = models.PositiveIntegerField("number the file gives the film", null=True)
    names = models.JSONField("other titles", default=list)
    facts = models.JSONField(default=dict)
    problem = models.JSONField("why it cannot be taken, as a refusal packs it", null=True)
    movie = models.ForeignKey("catalog.Movie", on_delete=models.SET_NULL, null=True, related_name="+")
    candidates = models.JSONField(default=list)
    by_hand = models.BooleanField("chosen by the member", default=False)
    state = models.CharField(max_length=8, choices=State, blank=True)
    outcome = models.CharField(max_length=7, choices=Outcome, blank=True)
    before = models.JSONField(null=True)
    made = models.JSONField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["move", "number"], name="catalog_move_row_once"),
            models.CheckConstraint(
                condition=~Q(state__in=["", "DOUBTFUL", "UNKNOWN", "SKIPPED", "BROKEN"]) | Q(outcome=""),
                name="catalog_move_row_only_sure_taken",
            ),
        ]
        indexes = [
            models.Index(fields=["move", "state", "outcome", "number"], name="catalog_move_row_next"),
            models.Index(fields=["move", "kind", "number"], name="catalog_move_row_kind"),
        ]

    def __str__(self) -> str:
        return f"row {self.number} of move {self.move_id}"

    @property
    def reason(self) -> str:
        """Why nothing came of it, or what did, in the language of whoever reads it."""
        if self.problem:
            return str(BadCell.unpacked(self.problem))
        return str(self.get_outcome_display() if self.outcome else self.get_state_display())
