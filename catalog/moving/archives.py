"""An upload as the files in it: a ZIP unpacked within bounds, or the one file that it is."""

import io
import re
import zipfile
import zlib
from pathlib import PurePosixPath

from django.utils.translation import gettext_noop as _

from catalog.moving.refusals import BadFile
from catalog.moving.tables import AS_SENT

MOST_BYTES = 10 * 2**20  # of an upload
MOST_UNPACKED = 40 * 2**20  # of all its files together
MOST_FILES = 2_000
PLAIN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # the other ways unpack a bomb of thousands of megabytes in one go
LONGEST_NAME = 255  # letters of a file's name and folders: each row of it carries them
KEPT = (".csv", ".ndjson", ".json", ".txt")
_COPY = re.compile(r"(?: ?\(\d+\)| - Copy| copy(?: \d+)?)(?=\.[a-z]+$)", re.IGNORECASE)  # what browsers add to a name


def files(name: str, data: bytes) -> dict[str, bytes]:
    """Return the files of an upload by their names inside it, as their site names them. Raises BadFile.

    A folder around everything is taken off, and what systems add (__MACOSX, «(1)») too.
    """
    if len(data) > MOST_BYTES:
        remedy = _("Send its files one by one, or split the largest.")
        raise BadFile(name, _("it has more than %(most)s MB."), remedy, given={"most": MOST_BYTES // 2**20})
    if not data.strip():
        raise BadFile(name, _("it is empty."), _("Ask the other site for the export again."))
    if data[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return _shallow(_unpacked(name, data))
    if name.lower().endswith(".zip"):
        raise BadFile(name, _("it is not a ZIP, whatever its name says."), AS_SENT)
    return {_COPY.sub("", PurePosixPath(name.replace("\\", "/")).name): data}


def _unpacked(name: str, data: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _read(name, archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise BadFile(name, _("it is a damaged ZIP, or one with a password."), _("Download it again.")) from error


def _read(name: str, archive: zipfile.ZipFile) -> dict[str, bytes]:
    inside = [item for item in archive.infolist() if not item.is_dir() and not item.filename.startswith("__MACOSX/")]
    if len(inside) > MOST_FILES:
        remedy = _("Send the files you want to bring one by one.")
        raise BadFile(name, _("it holds more than %(most)s files."), remedy, given={"most": MOST_FILES})
    if any(len(item.filename) > LONGEST_NAME for item in inside):
        given = {"most": LONGEST_NAME}
        raise BadFile(name, _("a name in it has more than %(most)s letters."), _("Shorten it."), given=given)
    found: dict[str, bytes] = {}
    left = MOST_UNPACKED
    for item in inside:
        if not item.filename.lower().endswith(KEPT):
            continue
        if item.compress_type not in PLAIN:
            raise BadFile(name, _("it is packed in a way we do not unpack."), _("Pack it anew as a plain ZIP."))
        with archive.open(item) as file:  # no more is unpacked than may be, whatever the ZIP says of itself
            found[item.filename] = file.read(left + 1)
        left -= len(found[item.filename])
        if left < 0:
            remedy, most = _("Send its files one by one."), {"most": MOST_UNPACKED // 2**20}
            raise BadFile(name, _("unpacked it has more than %(most)s MB."), remedy, given=most)
    return found


def _shallow(found: dict[str, bytes]) -> dict[str, bytes]:
    tops = {PurePosixPath(name).parts[0] for name in found}
    wrapped = len(tops) == 1 and all("/" in name for name in found) and tops.isdisjoint({"lists", "deleted"})
    bare = {name.partition("/")[2] if wrapped else name: data for name, data in found.items()}
    return {_COPY.sub("", name): data for name, data in bare.items()}
