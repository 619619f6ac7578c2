"""A server between a script and the API that passes everything on, but one word of it changed."""

import http.server
import re
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from urllib.error import HTTPError
from urllib.request import Request, urlopen

KEPT = ("Content-Type", "ETag", "X-RateLimit-Remaining")


@contextmanager
def lying(url: str, path: str, truth: bytes, lie: bytes) -> Iterator[str]:
    """Yield the address of an API that is the one at url, but for what matches truth in the answer of one path."""
    origin, _, base = url.partition("/api")

    class Liar(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            sent = self.rfile.read(int(self.headers.get("Content-Length", 0))) or None
            asked = Request(origin + self.path, sent, dict(self.headers), method=self.command)
            try:
                answer = urlopen(asked, timeout=30)
            except HTTPError as error:
                answer = error
            with answer:
                body = answer.read()
            if self.path.partition("?")[0].endswith(path):
                body = re.sub(truth, lie, body)
            self.send_response(answer.status)
            for name in KEPT:
                if name in answer.headers:
                    self.send_header(name, answer.headers[name])
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET

        def log_message(self, *args: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Liar) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/api{base}"
        server.shutdown()
