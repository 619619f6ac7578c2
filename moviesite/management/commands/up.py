"""`manage.py up`: database, demo, first edition, then broker, worker, schedule and web as one process tree."""

import os
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from subprocess import Popen
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from moviesite import processes
from moviesite.settings import env

ORDER = ("web", "beat", "worker", "valkey")  # how they stop: the broker last


class Command(BaseCommand):
    help = "Start the whole site on this machine: Ctrl-C stops it."
    requires_system_checks: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.children: dict[str, Popen[bytes]] = {}
        self.environment = dict(os.environ)
        self.stopping = False

    def handle(self, *args: Any, **options: Any) -> None:
        port = _free_port()
        (Path(settings.STATE) / "logs").mkdir(parents=True, exist_ok=True)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._asked_to_stop)
        try:
            self._prepare()
            self._serve(port)
            self._work()
            while not self.stopping:
                self._check()
                time.sleep(0.2)
        except (KeyboardInterrupt, processes.StartError) as error:
            if str(error):
                raise CommandError(str(error)) from error
        finally:
            for name in ORDER:
                if name in self.children:
                    processes.stop(self.children[name])
            self.stdout.write("Stopped.")

    def _asked_to_stop(self, number: int, frame: FrameType | None) -> None:
        """Before anything serves, a signal ends the loading at once (whole or nothing); afterwards the loop sees it."""
        self.stopping = True
        if "web" not in self.children:
            raise KeyboardInterrupt

    def _prepare(self) -> None:
        if not settings.REDIS_URL:
            self.children["valkey"], address = processes.start_valkey(Path(settings.STATE) / "valkey")
            self.environment["REDIS_URL"] = address
        call_command("migrate", verbosity=0, interactive=False)
        call_command("genesis")
        call_command("load_demo", if_empty=True)
        connections.close_all()

    def _serve(self, port: int) -> None:
        web = ["--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--workers", "1", "--no-access-log"]
        web += ["--workers-kill-timeout", "5"]  # one that is asked to stop while it starts does not hear it
        self._spawn("web", "granian", *web, "moviesite.wsgi:application")
        address = f"http://127.0.0.1:{port}"
        while not self.stopping and not _answers(address):
            self._check()
            time.sleep(0.1)
        if not self.stopping:
            self.stdout.write(GREETING.format(address=address, state=settings.STATE))
            self.stdout.flush()

    def _work(self) -> None:
        """Start worker and schedule once the site answers: on two cores they would only hold each other up."""
        worker = ["worker", "-Q", "charts", "-c", "1", "-l", "INFO", "--without-mingle", "--without-gossip"]
        self._spawn("worker", "celery", "-A", "moviesite", *worker)
        self._spawn("beat", "celery", "-A", "moviesite", "beat", "-l", "WARNING", "--pidfile=")

    def _spawn(self, name: str, *module: str) -> None:
        log = Path(settings.STATE) / "logs" / f"{name}.log"
        command = [sys.executable, "-m", *module]
        self.children[name] = processes.spawn(command, env=self.environment, log=log)

    def _check(self) -> None:
        """Raise CommandError when a child ended by itself."""
        for name, child in self.children.items():
            if child.poll() is not None:
                raise CommandError(f"{name} ended with {child.returncode}: see {settings.STATE}/logs/{name}.log")


GREETING = """
Retromovies answers at {address}

  Accounts   {state}/accounts.txt (one for each role, and a visitor)
  Logs       {state}/logs/
  Try first  {address}/top           the chart, and «Why it stands here» on any film
             {address}/how           the two systems side by side
             {address}/admin/        as «editor»: change a film, look at its history
             python manage.py verify_edition

Ctrl-C stops everything.
"""


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/healthz", timeout=2):  # noqa: S310 — our own address
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


def _free_port() -> int:
    """Return the port that PORT names, or 8000. Raises CommandError when it is wrong or taken."""
    try:
        port = env.whole("PORT", 8000, least=1, most=65_535)
    except ImproperlyConfigured as error:
        raise CommandError(str(error)) from error
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise CommandError(
                f"PORT={port} cannot be used ({error.strerror}): choose another, as in PORT=8001 make run"
            ) from error
    return port
