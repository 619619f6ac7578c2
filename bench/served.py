"""A learned version in service and a member with ratings, made as people would make them: for the pages that need both."""

from datetime import UTC, datetime

from django.conf import settings
from django.core.management import call_command
from django.test import Client

from catalog.models import Movie, User
from catalog.services import recommendations
from mlops.models import ModelVersion
from mlops.services import approvals, requests

GIVEN = (9, 8, 8, 10, 7, 9, 6, 8, 9, 7, 10, 4, 8, 9, 7)


def promote() -> None:
    """Train the recommender on the demo's ratings and have two people agree that it serves."""
    call_command("train", "recommender", reason="The bench asks it.", now=True, verbosity=0)
    version = ModelVersion.objects.filter(recipe_key="recommender").latest("pk")
    asks, agrees = (User.objects.create_superuser(name, password=None) for name in ("bench-asks", "bench-agrees"))
    now = datetime.now(UTC)
    request = requests.open_request(version_id=version.pk, reason="To be measured.", by=asks, at=now)
    approvals.decide(
        request_id=request.pk,
        verdict="APPROVE",
        reason="To be measured.",
        evidence_digest=request.evidence_digest,
        by=agrees,
        at=now,
    )


def member() -> dict[str, str]:
    """Return the headers of a signed-in member who rated fifteen films of the chart's head."""
    user = User.objects.create_user("bench-member")
    for film, value in zip(Movie.objects.charted()[: 3 * len(GIVEN) : 3], GIVEN, strict=True):
        recommendations.rate_movie(movie_id=film.pk, by=user, at=datetime.now(UTC), value=value)
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    name = settings.SESSION_COOKIE_NAME
    return {"Cookie": f"{name}={client.cookies[name].value}"}
