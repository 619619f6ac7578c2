"""What partners are told of: events in one order, the endpoints that hear of them, and every delivery on record."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery

from catalog import opaque
from catalog.models.history import history
from catalog.models.partners import PartnerKey


class EventQuerySet(models.QuerySet["Event"]):
    def in_order(self) -> Self:
        """What the one sequencer wrote: the order of their numbers is that in which they were committed."""
        return self.exclude(kind=Event.Kind.TEST)

    def told(self) -> Self:
        """What the changes feed tells."""
        return self.filter(kind__in=TOLD)


class Event(models.Model):
    """Something that changed. seq: the place in the one order of the changes feed, given by one writer at a time.

    origin: the row it tells of, once («historicalmovie:812»). partner: whose alone it is; none: everybody's.
    data: ids and names of fields, never the whole: whoever hears of it asks for the present state.
    NOTHING: the row was looked at, and changed nothing that partners see; nobody is told.
    """

    class Kind(models.TextChoices):
        MOVIE_UPDATED = "movie.updated"
        CHART_PUBLISHED = "chart.published"
        RIGHTS_STARTING = "rights.starting"
        RIGHTS_ENDING = "rights.ending"
        RIGHTS_CHANGED = "rights.changed"
        BULK_COMPLETED = "rating.bulk_completed"
        MODEL_PROMOTED = "model.promoted"
        MODEL_ROLLED_BACK = "model.rolled_back"
        TEST = "endpoint.test"
        NOTHING = "nothing"

    seq = models.BigAutoField(primary_key=True)
    uid = models.CharField("id", max_length=opaque.LONGEST, unique=True, default=opaque.event_id, editable=False)
    kind = models.CharField(max_length=24, choices=Kind)
    origin = models.CharField(max_length=120, unique=True)
    at = models.DateTimeField("happened at")
    written_at = models.DateTimeField(db_index=True)
    partner = models.ForeignKey("catalog.Partner", on_delete=models.CASCADE, null=True, related_name="events")
    territory = models.CharField(max_length=3, blank=True)
    data = models.JSONField(default=dict)

    objects = EventQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["kind", "seq"], name="catalog_event_kind")]

    def __str__(self) -> str:
        return f"{self.kind} {self.uid}"


# What partners are told of, and the scope of a key that opens it: whoever may not read what changed hears of no change.
SCOPES: dict[str, PartnerKey.Scope] = {
    Event.Kind.MOVIE_UPDATED: PartnerKey.Scope.CATALOG_READ,
    Event.Kind.CHART_PUBLISHED: PartnerKey.Scope.CHARTS_READ,
    Event.Kind.RIGHTS_STARTING: PartnerKey.Scope.RIGHTS_READ,
    Event.Kind.RIGHTS_ENDING: PartnerKey.Scope.RIGHTS_READ,
    Event.Kind.RIGHTS_CHANGED: PartnerKey.Scope.RIGHTS_READ,
    Event.Kind.BULK_COMPLETED: PartnerKey.Scope.RATINGS_READ,
    Event.Kind.MODEL_PROMOTED: PartnerKey.Scope.CATALOG_READ,
    Event.Kind.MODEL_ROLLED_BACK: PartnerKey.Scope.CATALOG_READ,
}
TOLD = tuple(str(kind) for kind in SCOPES)


class WebhookEndpoint(models.Model):
    """An address of a partner that is told of events. Secrets are kept encrypted: they must be read to sign.

    revision: raised by every change, so that two who change it at once notice. territories: those whose rights it hears
    of; empty: all. failing_since: the first failure since the last success.
    """

    uid = models.CharField("id", max_length=opaque.LONGEST, unique=True, default=opaque.endpoint_id, editable=False)
    partner = models.ForeignKey("catalog.Partner", on_delete=models.PROTECT, related_name="endpoints")
    test = models.BooleanField(default=False)
    url = models.CharField("URL", max_length=500)
    description = models.CharField(max_length=200, blank=True)
    kinds = models.JSONField(default=list)
    territories = models.JSONField(default=list, blank=True)
    enabled = models.BooleanField(default=True)
    disabled_reason = models.CharField(max_length=200, blank=True)
    sealed_secret = models.TextField(editable=False)
    sealed_old_secret = models.TextField(blank=True, editable=False)
    old_secret_until = models.DateTimeField(null=True, blank=True)
    failing_since = models.DateTimeField(null=True, blank=True)
    revision = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    history = history(excluded_fields=["sealed_secret", "sealed_old_secret"])

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(sealed_old_secret="", old_secret_until__isnull=True)
                | (~Q(sealed_old_secret="") & Q(old_secret_until__isnull=False)),
                name="catalog_endpoint_old_secret_ends",
            ),
            models.CheckConstraint(
                condition=Q(enabled=True, disabled_reason="") | (Q(enabled=False) & ~Q(disabled_reason="")),
                name="catalog_endpoint_disabled_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.uid} {self.url}"


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def due(self, at: datetime) -> Self:
        """Those to be tried now that nobody tries, at endpoints that are told of anything."""
        free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=at)
        listening = Q(endpoint__enabled=True, endpoint__partner__active=True)
        return self.filter(free, listening, state=Delivery.State.WAITING, due_at__lte=at)

    def first_at_each(self, at: datetime, most: int) -> Self:
        """What has been due longest at each of so many endpoints, of those where none is tried at this moment.

        Asked endpoint by endpoint, so that thousands that wait at one of them cost no more than a few; by lot, so that each has
        its turn however many there are, and however long slow ones have had something due.
        """
        here = Delivery.objects.filter(endpoint=OuterRef("pk"))
        tried = here.filter(state=Delivery.State.WAITING, claimed_until__gt=at)
        first = here.due(at).in_turn()
        idle = WebhookEndpoint.objects.filter(~Exists(tried), enabled=True, partner__active=True)
        found = idle.annotate(first=Subquery(first.values("pk")[:1])).filter(first__isnull=False).order_by("?")
        return self.filter(pk__in=list(found.values_list("first", flat=True)[:most]))

    def in_turn(self) -> Self:
        """In the order in which they are tried: those due longest first, of these the oldest event."""
        return self.order_by("due_at", "event", "pk")


class Delivery(models.Model):
    """An event on its way to an endpoint: the row is the job. A replay is another one, with the next number.

    due_at: when it is tried next; claimed_until: whoever tries it now is given up then.
    """

    class State(models.TextChoices):
        WAITING = "WAITING"
        DELIVERED = "DELIVERED"
        FAILED = "FAILED"
        DROPPED = "DROPPED", "dropped with its endpoint"

    uid = models.CharField("id", max_length=opaque.LONGEST, unique=True, default=opaque.delivery_id, editable=False)
    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.CASCADE, related_name="deliveries")
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="deliveries")
    number = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(fields=["endpoint", "event", "number"], name="catalog_delivery_once"),
            models.CheckConstraint(
                condition=Q(state="WAITING", ended_at__isnull=True) | (~Q(state="WAITING") & Q(ended_at__isnull=False)),
                name="catalog_delivery_ended",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state="WAITING"), name="catalog_delivery_due"),
            models.Index(fields=["endpoint", "-id"], name="catalog_delivery_latest"),
            models.Index(
                fields=["endpoint", "due_at", "event"], condition=Q(state="WAITING"), name="catalog_delivery_next"
            ),
            models.Index(
                fields=["endpoint"],
                condition=Q(state="WAITING", claimed_until__isnull=False),
                name="catalog_delivery_tried",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event.kind} {self.state}"


class DeliveryAttempt(models.Model):
    """One try: what the receiver answered, or why nothing came of it. answer: its first characters."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="tries")
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    took_ms = models.PositiveIntegerField()
    status = models.PositiveSmallIntegerField(null=True)
    problem = models.CharField(max_length=300, blank=True)
    answer = models.TextField(blank=True)

    class Meta:
        verbose_name = "attempt"
        constraints = [models.UniqueConstraint(fields=["delivery", "number"], name="catalog_attempt_once")]

    def __str__(self) -> str:
        return f"{self.number}: {self.status or self.problem}"
