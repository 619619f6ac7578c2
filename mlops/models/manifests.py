"""Manifests: what a version's artefact is, signed when it was registered."""

from django.db import models


class Manifest(models.Model):
    """A version's signed statement (an OpenSSF model-signing bundle, as text). Insert-only."""

    version = models.OneToOneField("mlops.ModelVersion", on_delete=models.PROTECT, related_name="manifest")
    artefact_digest = models.CharField(max_length=64)  # what the bundle names; a trigger holds it against the version
    bundle = models.TextField()
    key_id = models.CharField(max_length=64)
    signed_at = models.DateTimeField()
    signed_by = models.CharField(max_length=36)

    class Meta:
        permissions = [("sign_version", "Can have versions signed that have no manifest")]

    def __str__(self) -> str:
        return f"manifest of {self.version}"
