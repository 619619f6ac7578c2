"""The project itself: what it hears of."""

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in


class SiteConfig(AppConfig):
    name = "moviesite"

    def ready(self) -> None:
        from moviesite import proof  # noqa: PLC0415 — allauth needs the models to be there

        user_logged_in.connect(proof.on_login, dispatch_uid="moviesite.proof")
