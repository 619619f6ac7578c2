"""Deployments: dated rows that say which version serves. The open row is the one in force."""

from typing import Self

from django.db import models
from django.db.models import F, Q


class DeploymentQuerySet(models.QuerySet["Deployment"]):
    def open(self) -> Self:
        return self.filter(ended_at__isnull=True)

    def champion(self, recipe_key: str) -> "Deployment | None":
        """Return the deployment whose version serves everyone, or None."""
        return (
            self.open().filter(recipe_key=recipe_key, role=Deployment.Role.CHAMPION).select_related("version").first()
        )


class Deployment(models.Model):
    """One version in one role, from a moment until another."""

    class Role(models.TextChoices):
        CHAMPION = "CHAMPION"
        CHALLENGER = "CHALLENGER"

    class How(models.TextChoices):
        GENESIS = "GENESIS", "the first version of a formula, in force from the start"
        PROMOTION = "PROMOTION", "promoted by an approved request"
        ROLLBACK = "ROLLBACK", "rolled back to what served before"

    recipe_key = models.SlugField(max_length=60)
    version = models.ForeignKey("mlops.ModelVersion", on_delete=models.PROTECT, related_name="deployments")
    role = models.CharField(max_length=10, choices=Role)
    how = models.CharField(max_length=10, choices=How)
    request = models.OneToOneField(
        "mlops.PromotionRequest", on_delete=models.PROTECT, null=True, blank=True, related_name="deployment"
    )
    replaces = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by"
    )  # the deployment that was in force until this one
    reason = models.CharField(max_length=500, blank=True)
    started_at = models.DateTimeField()
    started_by = models.CharField(max_length=36)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=36, blank=True)

    objects = DeploymentQuerySet.as_manager()

    class Meta:
        permissions = [("roll_back", "Can roll back to what served before")]
        constraints = [
            models.UniqueConstraint(
                fields=["recipe_key"], condition=Q(ended_at__isnull=True, role="CHAMPION"), name="mlops_one_champion"
            ),
            models.UniqueConstraint(
                fields=["recipe_key"],
                condition=Q(ended_at__isnull=True, role="CHALLENGER"),
                name="mlops_one_challenger",
            ),
            models.CheckConstraint(
                condition=Q(how="PROMOTION", request__isnull=False) | (~Q(how="PROMOTION") & Q(request__isnull=True)),
                name="mlops_deployment_by_request",
            ),
            models.CheckConstraint(
                condition=~Q(how="ROLLBACK") | Q(replaces__isnull=False), name="mlops_rollback_of_something"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by="") | (Q(ended_at__isnull=False) & ~Q(ended_by="")),
                name="mlops_deployment_ended_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")),
                name="mlops_deployment_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version} as {self.role}"
