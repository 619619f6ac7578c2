"""Work for Celery workers: translate, one service call."""

import logging
from typing import Any

from celery import shared_task
from django.utils import timezone

from catalog.services import editions
from mlops.ports import SYSTEM

logger = logging.getLogger(__name__)


@shared_task(name="catalog.publish_edition")
def publish_edition(**_: Any) -> None:
    """Publish the next edition, when one is due and something changed."""
    edition = editions.publish(by=SYSTEM, at=timezone.now())
    if edition:
        logger.info("edition %s: %s films, %s rank changes", edition.number, edition.films, edition.changes)


@shared_task(name="catalog.thin_editions")
def thin_editions(**_: Any) -> None:
    """Remove full artefacts that the keeping policy lets go."""
    gone = editions.thin(by=SYSTEM, at=timezone.now())
    if gone:
        logger.info("%s artefacts thinned", gone)
