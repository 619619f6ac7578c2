"""A line to the broker that can be cut in every way a network knows: refused, black-holed, slow, reset."""

import contextlib
import socket
import struct
import threading
import time
from typing import Literal

Mode = Literal["open", "refused", "black hole", "slow", "reset"]
DELAY = 0.2  # seconds that a slow line keeps each piece back, one way
CHUNK = 65_536
RESET = struct.pack("ii", 1, 0)  # closed without a farewell: the other side reads a reset


class Proxy:
    """A TCP port in front of a broker's unix socket.

    refused: nobody listens, and every line is cut. black hole: lines stay, and nothing comes through them ever again, nor
    through new ones; those made afterwards are whole. slow: each piece waits. reset: each line is reset when it speaks.
    """

    def __init__(self, door: str) -> None:
        self.door = door
        self.mode: Mode = "open"
        self.age = 0  # a line that lived through a black hole is of an age that is over
        self.lines: set[socket.socket] = set()
        self.server = self._listener(0)
        self.port = int(self.server.getsockname()[1])
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.closed = False
        threading.Thread(target=self._accept, daemon=True).start()

    def turn(self, mode: Mode) -> None:
        """Go over to a mode; whoever asks for «open» again has the lines of before back, but for those that were cut."""
        before, self.mode = self.mode, mode
        if mode == "refused":
            self.server.close()
            self._cut()
        if before == "refused" and mode != "refused":
            self.server = self._listener(self.port)
        if mode == "black hole":
            self.age += 1

    def close(self) -> None:
        self.closed = True
        self.server.close()
        self._cut()

    def _listener(self, port: int) -> socket.socket:
        server = socket.socket()
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(("127.0.0.1", port))
        server.listen(128)
        server.settimeout(0.1)
        return server

    def _accept(self) -> None:
        while not self.closed:
            try:
                line, _ = self.server.accept()
            except (TimeoutError, OSError):
                time.sleep(0.01)
                continue
            line.settimeout(None)
            self.lines.add(line)
            threading.Thread(target=self._serve, args=(line, self.age), daemon=True).start()

    def _serve(self, line: socket.socket, age: int) -> None:
        broker = socket.socket(socket.AF_UNIX)
        with contextlib.suppress(OSError):
            broker.connect(self.door)
            self.lines.add(broker)
            back = threading.Thread(target=self._carry, args=(broker, line, age), daemon=True)
            back.start()
            self._carry(line, broker, age)

    def _carry(self, source: socket.socket, target: socket.socket, age: int) -> None:
        with contextlib.suppress(OSError):
            while piece := source.recv(CHUNK):
                if self.mode == "reset":
                    for end in (source, target):
                        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                    break
                if self.mode == "black hole" or age < self.age:
                    continue  # swallowed, and the line is never any good again
                if self.mode == "slow":
                    time.sleep(DELAY)
                target.sendall(piece)
        self._drop(source, target)

    def _cut(self) -> None:
        self._drop(*list(self.lines))

    def _drop(self, *ends: socket.socket) -> None:
        for end in ends:
            self.lines.discard(end)
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
