"""A partner's server that hears webhooks: a real one on this machine, which answers as it is told to."""

import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Heard:
    """One request: its headers in lower case, its body, when it came."""

    headers: dict[str, str]
    body: bytes
    path: str
    at: float

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]


@dataclass
class Receiver:
    """What it heard, and how it answers: a status, or «hang», «drip», «endless», «long_head», «redirect», «drop», «garble»."""

    port: int = 0
    answer: Any = 204
    text: str = ""
    heard: list[Heard] = field(default_factory=list)
    taken: int = 0  # bytes of an endless answer that were taken off us
    delay: float = 0.0
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hooks"

    @property
    def allow(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def ids(self) -> list[str]:
        return [one.id for one in self.heard]


@contextmanager
def receiver(
    answer: Any = 204, text: str = "", delay: float = 0.0, tls: ssl.SSLContext | None = None
) -> Iterator[Receiver]:
    found = Receiver(answer=answer, text=text, delay=delay)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Of", (_Handler,), {"found": found}))
    server.daemon_threads = True
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    found.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        found.ended.set()
        server.shutdown()
        server.server_close()
        thread.join(5)


class _Handler(BaseHTTPRequestHandler):
    found: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.found.heard.append(Heard(headers, body, self.path, time.monotonic()))
        time.sleep(self.found.delay)
        if isinstance(self.found.answer, int):
            self._answered(self.found.answer)
        else:
            getattr(self, self.found.answer)()

    do_GET = do_POST

    def _answered(self, status: int, **headers: str) -> None:
        body = self.found.text.encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if status != 204:
            self.wfile.write(body)

    def redirect(self) -> None:
        self._answered(302, Location=f"http://127.0.0.1:{self.found.port}/elsewhere")

    def hang(self) -> None:
        self.found.ended.wait(60)

    def drop(self) -> None:
        self.close_connection = True

    def garble(self) -> None:
        """No HTTP at all: a zero, a colour for terminals, letters of another code, and very long."""
        self._write(b"\x00\x1b[31mwhat\xff\x85" + b"x" * 2_000 + b"\r\n\r\n")
        self.close_connection = True

    def drip(self) -> None:
        """A head that never ends, a byte at a time, each sooner than any timeout of a single read."""
        self._endless(lambda: b"x", 0.1)

    def long_head(self) -> None:
        self._write(b"HTTP/1.1 200 OK\r\n")
        self._endless(lambda: b"X-More: " + b"x" * 8000 + b"\r\n", 0)

    def endless(self) -> None:
        self._write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n")
        self._endless(lambda: b"x" * 65536, 0)

    def _endless(self, piece: Any, pause: float) -> None:
        try:
            while not self.found.ended.wait(pause):
                self._write(piece())
        except OSError:
            return  # the other side has had enough

    def _write(self, data: bytes) -> None:
        self.wfile.write(data)
        self.wfile.flush()
        self.found.taken += len(data)

    def log_message(self, *args: Any) -> None:
        """Nothing: tests look at what was heard."""
