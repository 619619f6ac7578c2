"""One request to a receiver that may be slow, endless or hostile: a checked address, a deadline, a limit, no redirects."""

import http.client
import io
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from catalog.outward import guard
from catalog.outward.guard import Allowed, Refused, Resolver, Target

CONNECT, TOTAL = 3.0, 15.0  # seconds
MOST_BYTES = 64 * 1024  # of an answer, headers included
KEPT_BYTES, KEPT = 4_000, 1_000  # of its body: bytes that are waited for, characters that are kept
MOST_WORDS = 300  # characters that say why nothing came


@dataclass(frozen=True)
class Outcome:
    """What came of it: the status, or why there is none. answer: the first characters of the body."""

    status: int | None
    problem: str
    answer: str
    took_ms: int

    @property
    def good(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def send(
    url: str,
    content: bytes,
    headers: Mapping[str, str],
    *,
    allow: Allowed,
    resolve: Resolver = guard.looked_up,
    total: float = TOTAL,
) -> Outcome:
    """POST to an address and return what came of it; never raises for what a receiver does.

    The name is resolved once, and only an address that was checked is connected to. No proxy is asked.
    """
    began = time.monotonic()
    try:
        target = guard.checked(guard.taken_apart(url, allow), allow, guard.in_time(resolve))
        status, answer = _post(target, content, headers, began + total)
        problem = "" if 200 <= status < 300 else _words(status)
    except Refused as error:
        status, answer, problem = None, "", f"refused: the address {error}"
    except TimeoutError:
        status, answer, problem = None, "", f"no answer within {total:.0f} s"
    except (OSError, http.client.HTTPException, ValueError) as error:
        status, answer, problem = None, "", f"{type(error).__name__}: {error}"
    return Outcome(status, _printable(problem)[:MOST_WORDS], answer, round((time.monotonic() - began) * 1000))


def _words(status: int) -> str:
    return "it redirects, and redirects are not followed" if 300 <= status < 400 else f"it answered {status}"


def _post(target: Target, content: bytes, headers: Mapping[str, str], deadline: float) -> tuple[int, str]:
    line = _connected(target, deadline)
    try:
        if target.secure:
            line = _secured(line, target, deadline)
        talk = http.client.HTTPConnection(target.host, target.port)
        wire: Any = _Wire(line, deadline)
        talk.sock = wire
        standard = {"Host": _host(target), "User-Agent": "Retromovies-Webhooks/1", "Accept-Encoding": "identity"}
        talk.request("POST", target.path, content, {**standard, "Content-Type": "application/json", **headers})
        answer = talk.getresponse()
        return answer.status, _begun(answer)
    finally:
        line.close()


def _connected(target: Target, deadline: float) -> socket.socket:
    """Return a connection to one of the checked addresses, and to nothing else. Raises OSError."""
    until = min(time.monotonic() + CONNECT, deadline)
    failure: OSError = TimeoutError()
    for address in target.found:
        left = until - time.monotonic()
        if left <= 0:
            break
        try:
            return socket.create_connection((str(address), target.port), timeout=left)
        except OSError as error:
            failure = error
    raise OSError(f"no connection within {CONNECT:.0f} s") if isinstance(failure, TimeoutError) else failure


def _secured(line: socket.socket, target: Target, deadline: float) -> socket.socket:
    line.settimeout(_left(deadline))  # of the whole handshake
    return context().wrap_socket(line, server_hostname=target.host)


@lru_cache(maxsize=1)
def context() -> ssl.SSLContext:
    """Return how certificates are judged: by the machine's authorities and by the name. Made once, since it reads them."""
    return ssl.create_default_context()


def _host(target: Target) -> str:
    host = f"[{target.host}]" if ":" in target.host else target.host
    return host if target.port == (guard.HTTPS if target.secure else 80) else f"{host}:{target.port}"


def _begun(answer: http.client.HTTPResponse) -> str:
    """Return how a body begins. What it answered counts already: one that drips or breaks off takes nothing back."""
    kept = bytearray()
    try:
        while len(kept) < KEPT_BYTES and (more := answer.read1(KEPT_BYTES - len(kept))):
            kept += more
    except (OSError, http.client.HTTPException, ValueError):
        pass
    return _printable(kept.decode(errors="replace"), "\n")[:KEPT]


def _printable(text: str, besides: str = "") -> str:
    """Return what a receiver wrote without signs that a page, a terminal or PostgreSQL takes for something else."""
    return "".join(sign if sign.isprintable() or sign in besides else "�" for sign in text)


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


class _Wire:
    """The socket as http.client wants it. Each read and write has only what is left of the time and of the bytes."""

    def __init__(self, line: socket.socket, deadline: float) -> None:
        self.line, self.deadline = line, deadline

    def sendall(self, data: bytes) -> None:
        self.line.settimeout(_left(self.deadline))
        self.line.sendall(data)

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Metered(self.line, self.deadline))

    def close(self) -> None:
        """Whoever opened the line closes it."""


class _Metered(io.RawIOBase):
    def __init__(self, line: socket.socket, deadline: float) -> None:
        super().__init__()
        self.line, self.deadline, self.bytes_left = line, deadline, MOST_BYTES

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        """Read what is there; after the limit it is as if the receiver had ended."""
        most = min(len(buffer), self.bytes_left)
        if not most:
            return 0
        self.line.settimeout(_left(self.deadline))
        found = self.line.recv_into(memoryview(buffer)[:most])
        self.bytes_left -= found
        return found
