from django.apps import AppConfig
from django.core import checks
from django.db.models.signals import post_migrate, pre_migrate


class MlopsConfig(AppConfig):
    name = "mlops"
    verbose_name = "MLOps"

    def ready(self) -> None:
        from mlops import registry, triggers  # noqa: PLC0415 — models may be imported from here on

        checks.register(registry.check_recipes)
        checks.register(triggers.check_triggers, checks.Tags.database)
        # SQLite drops triggers on some schema changes, so they are put back after every migrate.
        pre_migrate.connect(triggers.step_aside_before_migrate, sender=self)
        post_migrate.connect(triggers.install_after_migrate, sender=self)
