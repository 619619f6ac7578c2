from django.apps import AppConfig
from django.core import checks
from django.db.models.signals import post_migrate, pre_migrate


class MlopsConfig(AppConfig):
    name = "mlops"
    verbose_name = "MLOps"

    def ready(self) -> None:
        from mlops import registry, triggers  # noqa: PLC0415 — models may be imported from here on
        from mlops.management import migrating  # noqa: PLC0415

        checks.register(registry.check_recipes)
        checks.register(registry.check_files)
        checks.register(triggers.check_triggers, checks.Tags.database)
        # SQLite drops triggers on some schema changes, so they are put back after every migrate.
        pre_migrate.connect(migrating.before, sender=self)
        post_migrate.connect(migrating.after, sender=self)
