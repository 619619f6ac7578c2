"""`manage.py up`: database, demo, first edition, then broker, worker, schedule and web as one process tree."""

import contextlib
import os
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from http.client import HTTPException
from pathlib import Path
from subprocess import Popen
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connections

from moviesite import processes, schedules
from moviesite.notices import Notices
from moviesite.settings import env

ORDER = ("web", "beat", "trainer", "partners", "worker", "signer", "valkey")  # how they stop: the broker last
NOTHING: Mapping[str, str] = {}
STANDS_BACK = 10  # of 19: training takes what pages leave
PATIENCE = 90.0  # seconds until the site must answer
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)  # the last: the terminal was closed
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # whatever http_proxy says: it is our own address


class Command(BaseCommand):
    help = "Start the whole site on this machine: Ctrl-C stops it."
    requires_system_checks: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.children: dict[str, processes.Kept] = {}
        self.environment = dict(os.environ)
        self.stopping = False
        self.interruptible = True  # while nothing is being started that could be lost
        self.notices = Notices("")

    def handle(self, *args: Any, **options: Any) -> None:
        os.umask(0o077)
        port = _free_port()
        try:
            self._listen()
            self._run(port)
        except (KeyboardInterrupt, Exception) as error:
            if self.stopping:
                pass  # it is only what the signal cut off
            elif isinstance(error, (processes.StartError, ImproperlyConfigured)):
                raise CommandError(str(error)) from error
            else:
                raise
        finally:
            for number in SIGNALS:  # not by our handler: at its very end the interpreter would take that away
                signal.signal(number, signal.SIG_IGN)
            for name in ORDER:
                if name in self.children:
                    self.children[name].halt()
            self._say("Stopped.")

    def _listen(self) -> None:
        for number in SIGNALS:
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # nohup means it
                signal.signal(number, self._asked_to_stop)

    def _asked_to_stop(self, number: int, frame: FrameType | None) -> None:
        """Loading ends at once (whole or nothing); a site that serves sees it in its loop. Once is enough."""
        if self.stopping:
            return
        self.stopping = True
        if self.interruptible:
            raise KeyboardInterrupt

    def _run(self, port: int) -> None:
        env.made("STATE", Path(settings.STATE) / "logs")
        self._prepare()
        self.interruptible = False
        if not self.stopping:
            self._serve(f"http://127.0.0.1:{port}", port)
        if not self.stopping:
            self._work()
        while not self.stopping:
            self._tend()
            for words in self.notices.fresh(time.monotonic()):
                self._say(words)
            time.sleep(0.2)

    def _prepare(self) -> None:
        if not settings.REDIS_URL:
            self._begin("valkey", self._valkey)
        _migrate()
        call_command("genesis")
        call_command("load_demo", if_empty=True)
        connections.close_all()

    def _serve(self, address: str, port: int) -> None:
        web = ["--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--workers", "1", "--no-access-log"]
        web += ["--workers-kill-timeout", "5"]  # one that is asked to stop while it starts does not hear it
        self._spawn("web", "granian", *web, "moviesite.wsgi:application")
        until = time.monotonic() + PATIENCE
        while not self.stopping and not _answers(address):
            self._tend()
            if time.monotonic() > until:
                raise CommandError(f"web does not answer after {PATIENCE:.0f} s: see {self._log('web')}")
            time.sleep(0.1)
        if not self.stopping:
            self._say(GREETING.format(address=address, state=settings.STATE))
            self.notices = Notices(address)

    def _work(self) -> None:
        """Start workers and schedule once the site answers: on two cores they would only hold each other up."""
        call_command("first_run", stdout=self.stdout)
        connections.close_all()
        celery = ("celery", "-A", "moviesite")
        self._spawn("worker", *celery, *schedules.WORKERS[schedules.CHARTS])
        training = schedules.WORKERS[schedules.TRAINING]
        # It has nothing to finish: when we are gone, so is it.
        how = {"nice": STANDS_BACK, "farewell": signal.SIGKILL}
        self._spawn("trainer", *celery, *training, environment=schedules.TRAINING_ENVIRONMENT, **how)
        self.children["trainer"].grace = schedules.TRAINING_GRACE
        self._spawn("partners", *celery, *schedules.WORKERS[schedules.PARTNERS])
        self._spawn("beat", *celery, "beat", "-l", "WARNING", "--pidfile=")
        self._spawn("signer", "django", "sign_checkpoints")

    def _spawn(self, name: str, *module: str, environment: Mapping[str, str] = NOTHING, **how: Any) -> None:
        command = [sys.executable, "-m", *module]

        def start() -> Popen[bytes]:
            return processes.spawn(command, env={**self.environment, **environment}, log=self._log(name), **how)

        self._begin(name, start)

    def _begin(self, name: str, start: Callable[[], Popen[bytes]]) -> None:
        child = processes.Kept(start)
        child.begin()
        self.children[name] = child

    def _valkey(self) -> Popen[bytes]:
        process, self.environment["REDIS_URL"] = processes.start_valkey(Path(settings.STATE) / "valkey")
        return process

    def _tend(self) -> None:
        """Start again what ended by itself, the broker first. Raises CommandError when that was the web server."""
        for name in reversed(ORDER):
            child = self.children.get(name)
            code = child.ended() if child else None
            if code is not None:
                said = f"{name} ended with {code}: see {self._log(name)}"
                if name == "web":
                    raise CommandError(said)
                self._say(f"{said}. It starts again.")
        broker = self.children.get("valkey")
        for name in ("valkey", "signer", "worker", "trainer", "partners", "beat"):
            child = self.children.get(name)
            if child and child.wanted and (child is broker or not broker or broker.running):
                self._again(name, child)

    def _again(self, name: str, child: processes.Kept) -> None:
        self.interruptible = name == "valkey"  # it may take long to read its log back
        try:
            child.begin()
            self._say(f"{name} runs again.")
        except (processes.StartError, OSError) as error:
            self._say(f"{name} did not start again: {error}")
        finally:
            self.interruptible = False

    def _log(self, name: str) -> Path:
        folder = "valkey" if name == "valkey" else "logs"
        return Path(settings.STATE) / folder / f"{name}.log"

    def _say(self, words: str) -> None:
        with contextlib.suppress(OSError):  # the terminal may be gone
            self.stdout.write(words)
            self.stdout.flush()


GREETING = """
Retromovies answers at {address}

  Accounts   {state}/accounts.txt (one for each role, and a visitor)
  Logs       {state}/logs/
  Try first  {address}/top           the chart, and «Why it stands here» on any film
             {address}/how           the two systems side by side
             {address}/admin/        as «editor»: change a film, look at its history
             .venv/bin/python manage.py verify_edition

Ctrl-C stops everything.
"""


def _migrate() -> None:
    """Raises CommandError when the database is not there, or is none."""
    try:
        call_command("migrate", verbosity=0, interactive=False)
    except DatabaseError as error:
        name = "DATABASE_URL" if "DATABASE_URL" in os.environ else f"The database in STATE={settings.STATE}"
        raise CommandError(f"{name} cannot be used: {' '.join(str(error).split())}") from error


def _answers(address: str) -> bool:
    try:
        with DIRECT.open(f"{address}/healthz", timeout=2):
            return True
    except urllib.error.HTTPError:
        return True
    except (OSError, HTTPException):
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
