"""`manage.py postgres_roles`: one role owns the tables and their guards, another serves; asked again, it changes nothing."""

import argparse
import re
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection, transaction

from moviesite import roles

NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")


class Command(BaseCommand):
    help = (
        "On PostgreSQL: give tables, triggers and their functions to an owner role, and the role that serves no more than "
        "it needs. Run it as the owner or as a superuser, after every migrate."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "--owner", type=_name, default="retromovies_owner", help="the role that owns (and migrates)"
        )
        parser.add_argument("--app", type=_name, default="retromovies_app", help="the role that the site serves as")
        parser.add_argument("--dry-run", action="store_true", help="print the SQL and change nothing")

    def handle(self, *args: Any, owner: str, app: str, dry_run: bool, **options: Any) -> None:
        if connection.vendor != "postgresql":
            raise CommandError("SQLite knows no roles: whoever can write to its file owns it. Nothing to do.")
        if owner == app:
            raise CommandError("--owner and --app: name two roles; what serves must not own.")
        statements = roles.statements(owner, app)
        if dry_run:
            self.stdout.write("".join(f"{statement};\n" for statement in statements), ending="")
            return
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                for statement in statements:
                    cursor.execute(statement)
        except DatabaseError as error:
            raise CommandError(f"Nothing was changed: {error}") from error
        self.stdout.write(f"{owner} owns the tables and their guards; {app} serves. {len(statements)} statements.")


def _name(text: str) -> str:
    if not NAME.fullmatch(text) or text.startswith("pg_"):
        raise argparse.ArgumentTypeError(f"{text!r} is no plain name of a role: small letters, digits and _")
    return text
