"""`manage.py sign_checkpoints`: the one process that holds the key of the audit log."""

import argparse
import signal
import time
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection
from django.utils import timezone

from mlops.errors import BadKey, NotSigned
from mlops.services import checkpoints, places

LOOK_EVERY = 1.0  # seconds
REST = 30.0  # seconds after a refusal: whoever must look is not that quick


class Command(BaseCommand):
    help = (
        "Sign the audit log as it grows: at once after what is urgent, else every minute with news. It refuses, and"
        " says so in /healthz, when the log does not go on from what was signed. One process alone signs: a second ends."
    )
    requires_system_checks: list[str] = []
    stopped = False

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="sign what waits and end; exit 1 when it was refused")

    def handle(self, *args: Any, once: bool, **options: Any) -> None:
        try:
            with places.only_signer():
                self._sign(checkpoints.Signer(checkpoints.private_key()), once)
        except (BadKey, NotSigned) as error:
            raise CommandError(f"Nothing is signed: {error}") from error

    def _sign(self, signer: checkpoints.Signer, once: bool) -> None:
        if once:
            self._once(signer)
            return
        signal.signal(signal.SIGTERM, self._stop)
        while not self.stopped:
            time.sleep(self._look(signer))

    def _once(self, signer: checkpoints.Signer) -> None:
        signer.read(at=timezone.now())
        signed = signer.attend(at=timezone.now(), now=True)
        self.stdout.write(signed.text if signed else "Everything is signed already.")

    def _look(self, signer: checkpoints.Signer) -> float:
        """Sign what is due and return how long to wait."""
        try:
            signer.read(at=timezone.now())
            signer.attend(at=timezone.now())
        except NotSigned:
            return REST
        except DatabaseError as error:
            self.stderr.write(f"The database is away: {error}")
            connection.close()
            return REST / 10
        return LOOK_EVERY

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.stopped = True
