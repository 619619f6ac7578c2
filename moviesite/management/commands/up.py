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

    def handle(self, *args: Any, **options: Any) -> None:
        port = self._port()
        Path(settings.STATE).mkdir(parents=True, exist_ok=True)
        environment = dict(os.environ)
        children: dict[str, Popen[bytes]] = {}
        stops: list[int] = []
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, lambda number, frame: stops.append(number) or _interrupt(children))
        try:
            self._prepare(children, environment)
            self._start(children, environment, port)
            self._greet(children, port, stops)
            self._watch(children, stops)
        finally:
            for name in ORDER:
                if name in children:
                    processes.stop(children[name])
            self.stdout.write("Stopped.")

    def _port(self) -> int:
        try:
            port = env.whole("PORT", 8000, least=1, most=65_535)
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from error
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as error:
                raise CommandError(f"PORT={port} cannot be used ({error.strerror}): choose another, PORT=8001 make run") from error
        return port

    def _prepare(self, children: dict[str, Popen[bytes]], environment: dict[str, str]) -> None:
        if not settings.REDIS_URL:
            children["valkey"], environment["REDIS_URL"] = processes.start_valkey(Path(settings.STATE) / "valkey")
        call_command("migrate", verbosity=0, interactive=False)
        call_command("genesis")
        call_command("load_demo", if_empty=True)
        connections.close_all()

    def _start(self, children: dict[str, Popen[bytes]], environment: dict[str, str], port: int) -> None:
        python, logs = sys.executable, Path(settings.STATE) / "logs"
        celery = [python, "-m", "celery", "-A", "moviesite"]
        worker = ["worker", "-Q", "charts", "-c", "1", "-l", "INFO", "--without-mingle", "--without-gossip"]
        children["worker"] = processes.spawn([*celery, *worker], env=environment, log=logs / "worker.log")
        children["beat"] = processes.spawn(
            [*celery, "beat", "-l", "WARNING", "--pidfile="], env=environment, log=logs / "beat.log"
        )
        web = ["--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--workers", "1", "--no-access-log"]
        children["web"] = processes.spawn(
            [python, "-m", "granian", *web, "moviesite.wsgi:application"], env=environment, log=logs / "web.log"
        )

    def _greet(self, children: dict[str, Popen[bytes]], port: int, stops: list[int]) -> None:
        address = f"http://127.0.0.1:{port}"
        while not stops and not _answers(address):
            _check(children)
            time.sleep(0.1)
        if not stops:
            self.stdout.write(GREETING.format(address=address, state=settings.STATE))

    def _watch(self, children: dict[str, Popen[bytes]], stops: list[int]) -> None:
        while not stops:
            _check(children)
            time.sleep(0.2)


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


def _interrupt(children: dict[str, Popen[bytes]]) -> None:
    """While nothing serves yet, a signal ends the loading at once; afterwards the watch sees it."""
    if "web" not in children:
        raise KeyboardInterrupt


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/healthz", timeout=2):  # noqa: S310 — our own address
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


def _check(children: dict[str, Popen[bytes]]) -> None:
    for name, child in children.items():
        if child.poll() is not None:
            raise CommandError(f"{name} ended with {child.returncode}: see {settings.STATE}/logs/{name}.log")
