"""An upload as the files in it: a ZIP unpacked within bounds, or the one file that it is."""

import io
import re
import zipfile
import zlib
from pathlib import PurePosixPath

from catalog.moving.lines import BadFile

MOST_BYTES = 10 * 2**20  # of an upload
MOST_UNPACKED = 40 * 2**20  # of all its files together
MOST_FILES = 2_000
PLAIN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # the other ways unpack a bomb of thousands of megabytes in one go
KEPT = (".csv", ".ndjson", ".json", ".txt")
_COPY = re.compile(r"(?: ?\(\d+\)| - Copy| copy(?: \d+)?)(?=\.[a-z]+$)", re.IGNORECASE)  # what browsers add to a name


def files(name: str, data: bytes) -> dict[str, bytes]:
    """Return the files of an upload by their names inside it, as their site names them. Raises BadFile.

    A folder around everything is taken off, and what systems add (__MACOSX, «(1)») too.
    """
    if len(data) > MOST_BYTES:
        megabytes = MOST_BYTES // 2**20
        raise BadFile(name, f"it has more than {megabytes} MB.", "Send its files one by one, or split the largest.")
    if not data.strip():
        raise BadFile(name, "it is empty.", "Ask the other site for the export again.")
    if data[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return _shallow(_unpacked(name, data))
    if name.lower().endswith(".zip"):
        raise BadFile(name, "it is not a ZIP, whatever its name says.", "Send the file as the other site gave it.")
    return {_COPY.sub("", PurePosixPath(name.replace("\\", "/")).name): data}


def _unpacked(name: str, data: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _read(name, archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise BadFile(name, "it is a damaged ZIP, or one with a password.", "Download it again.") from error


def _read(name: str, archive: zipfile.ZipFile) -> dict[str, bytes]:
    inside = [item for item in archive.infolist() if not item.is_dir() and not item.filename.startswith("__MACOSX/")]
    if len(inside) > MOST_FILES:
        raise BadFile(name, f"it holds more than {MOST_FILES:,} files.", "Send the files you want to bring one by one.")
    found: dict[str, bytes] = {}
    left = MOST_UNPACKED
    for item in inside:
        if not item.filename.lower().endswith(KEPT):
            continue
        if item.compress_type not in PLAIN:
            raise BadFile(name, "it is packed in a way we do not unpack.", "Pack it anew as a plain ZIP.")
        with archive.open(item) as file:  # no more is unpacked than may be, whatever the ZIP says of itself
            found[item.filename] = file.read(left + 1)
        left -= len(found[item.filename])
        if left < 0:
            most = MOST_UNPACKED // 2**20
            raise BadFile(name, f"unpacked it has more than {most} MB.", "Send its files one by one.")
    return found


def _shallow(found: dict[str, bytes]) -> dict[str, bytes]:
    tops = {PurePosixPath(name).parts[0] for name in found}
    wrapped = len(tops) == 1 and all("/" in name for name in found) and tops.isdisjoint({"lists", "deleted"})
    bare = {name.partition("/")[2] if wrapped else name: data for name, data in found.items()}
    return {_COPY.sub("", name): data for name, data in bare.items()}
