"""Versions: one numbered state of a recipe, with its artefact. Which one serves is another table."""

from django.db import models
from django.db.models import Q

from mlops.ports import Kind


class ModelVersion(models.Model):
    """A candidate, approved or refused state. Everything but its life is frozen once written."""

    class State(models.TextChoices):
        CANDIDATE = "CANDIDATE"
        APPROVED = "APPROVED"
        REJECTED = "REJECTED"
        RETIRED = "RETIRED"

    recipe_key = models.SlugField(max_length=60)
    kind = models.CharField(max_length=10, choices=[(kind.value, kind.value) for kind in Kind])
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.CANDIDATE)
    artefact_digest = models.CharField(max_length=64)
    params = models.JSONField(default=dict)
    run = models.OneToOneField("mlops.Run", on_delete=models.PROTECT, null=True, blank=True, related_name="version")
    arrays_digest = models.CharField(
        max_length=64, blank=True
    )  # over the canonical arrays: what «reproducible» compares
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=36)

    class Meta:
        verbose_name = "model version"
        constraints = [
            models.UniqueConstraint(fields=["recipe_key", "number"], name="mlops_version_number_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="mlops_version_number_from_one"),
            models.CheckConstraint(
                condition=Q(kind="SOFTWARE") | Q(run__isnull=False), name="mlops_version_learned_by_a_run"
            ),
            models.CheckConstraint(condition=Q(artefact_digest__regex=r"^[0-9a-f]{64}$"), name="mlops_version_digest"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The version's name everywhere: recipe and number."""
        return f"{self.recipe_key} v{self.number}"
