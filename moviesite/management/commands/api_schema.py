"""`manage.py api_schema`: write the API's description to docs/openapi.json, or with --check say whether it is the same."""

import argparse
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from catalog.api.schema import document

KEPT = "docs/openapi.json"


class Command(BaseCommand):
    help = f"Write the OpenAPI description of the partner API to {KEPT}."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="write nothing; fail when the file says something else"
        )
        parser.add_argument("--file", type=Path, default=settings.BASE_DIR / KEPT, help=f"another file than {KEPT}")

    def handle(self, *args: Any, check: bool, file: Path, **options: Any) -> None:
        if not check:
            file.write_bytes(document())
        elif not file.is_file() or file.read_bytes() != document():
            raise CommandError(f"{file} is not what the code says: look, then run manage.py api_schema.")
