"""How much an upload may be: one that is larger is refused before any of it is stored, whoever sends it and wherever."""

from typing import Any

from django.core.exceptions import BadRequest
from django.core.files.uploadhandler import FileUploadHandler
from django.utils.translation import gettext

MOST = 20 * 2**20  # twice what any page takes: up to there the page itself says what is too large


class Bounded(FileUploadHandler):
    """Looks at what a request says of its length, and stores nothing itself."""

    def handle_raw_input(
        self, input_data: Any, meta: dict[str, Any], content_length: int, boundary: str, encoding: str | None = None
    ) -> None:
        if content_length > MOST:
            words = gettext("What you sent has more than %(most)s MB: split it, and send its parts one by one.")
            raise BadRequest(words % {"most": MOST // 2**20})

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None
