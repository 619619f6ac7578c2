"""Take away the second factor of somebody who lost it."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from catalog.errors import CatalogError
from catalog.models import User
from catalog.services import second_factors


class Command(BaseCommand):
    help = "Take away the second factor of an account whose owner lost it: another superuser's act, with a reason."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username", help="whose second factor is lost")
        parser.add_argument("--by", required=True, help="the superuser who answers for it")
        parser.add_argument("--reason", required=True, help="why, and how it is known that it is the same person")

    def handle(self, *args: Any, **options: Any) -> None:
        user, by = self._account(options["username"]), self._account(options["by"])
        try:
            second_factors.reset(user=user, by=by, at=timezone.now(), reason=options["reason"])
        except CatalogError as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(
            f"{user.get_username()} has no second factor any more, and sets up another at the next visit."
        )

    def _account(self, username: str) -> User:
        try:
            return User.objects.get(username=username)
        except User.DoesNotExist as error:
            raise CommandError(f"There is no account {username!r}.") from error
