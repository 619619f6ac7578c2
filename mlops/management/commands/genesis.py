"""`manage.py genesis`: put version 1 of every formula in force, once."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from mlops import registry
from mlops.errors import MlopsError
from mlops.ports import SYSTEM, Kind
from mlops.services import genesis, manifests


class Command(BaseCommand):
    help = "Register and deploy version 1 of every SOFTWARE recipe that has none. Safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        if not getattr(settings, "KEYS_APART", False) and manifests.make_keys():
            self.stdout.write(f"Made the key that versions are signed with: {settings.ARTEFACT_KEY}")
        for key, recipe in registry.recipes().items():
            if recipe.kind is Kind.SOFTWARE:
                try:
                    genesis.install(recipe_key=key, by=SYSTEM, at=timezone.now())
                except MlopsError as error:
                    raise CommandError(str(error)) from error
