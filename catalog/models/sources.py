"""Where data came from, under which terms, and what each import found."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from catalog.models.history import history


class Source(models.Model):
    """One origin of data, with its licence and what it may be used for."""

    class Use(models.TextChoices):
        ANY = "ANY", _("any use")
        NON_COMMERCIAL = "NON_COMMERCIAL", _("personal and non-commercial use")
        RESEARCH = "RESEARCH", _("research")

    key = models.SlugField(unique=True)
    title = models.CharField(max_length=120)
    licence_name = models.CharField("licence", max_length=200)
    permitted_use = models.CharField(max_length=14, choices=Use)
    terms = models.TextField()
    citation = models.TextField(blank=True)
    origin = models.CharField(max_length=200)
    digest = models.CharField("SHA-256 of the file", max_length=64, blank=True)

    history = history()

    def __str__(self) -> str:
        return self.title


class DataImport(models.Model):
    """One finished import: what matched, what did not and why."""

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="imports")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField()
    rows = models.PositiveIntegerField()
    report = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(finished_at__gte=F("started_at")), name="catalog_import_ends_after_start"
            )
        ]

    def __str__(self) -> str:
        return f"{self.source}: {self.rows} rows"
