"""ZIP files from strangers: opened with bounds, and written so that the same contents are the same bytes."""

import io
import zipfile
import zlib
from collections.abc import Mapping

from django.utils.translation import gettext_noop

from catalog.moving.lines import BadFile

MOST_FILES = 2_000
MOST_BYTES = 40 * 2**20  # of all files together, unpacked
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest moment that a ZIP can name


def is_zip(data: bytes) -> bool:
    return data[:4] in (b"PK\x03\x04", b"PK\x05\x06")


def unpack(name: str, data: bytes) -> dict[str, bytes]:
    """Return the files of a ZIP by their path. Raises BadFile: broken, locked, too many or too large when unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _files(name, archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
        raise BadFile(
            gettext_noop(
                "{file}: this ZIP is broken or of a kind we cannot read. Fetch it again, or send its CSV files."
            ),
            file=name,
        ) from error


def _files(name: str, archive: zipfile.ZipFile) -> dict[str, bytes]:
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if len(entries) > MOST_FILES:
        raise BadFile(
            gettext_noop("{file}: more than {most} files. Send the CSV files that you need."),
            file=name,
            most=f"{MOST_FILES:,}",
        )
    found: dict[str, bytes] = {}
    room = MOST_BYTES
    for entry in entries:
        if entry.flag_bits & 1:
            raise BadFile(
                gettext_noop("{file}: {inner} needs a password. Unpack it and send the CSV files."),
                file=name,
                inner=entry.filename,
            )
        with archive.open(entry) as file:
            found[entry.filename] = file.read(room + 1)  # what it says of its size may be a lie
        room -= len(found[entry.filename])
        if room < 0:
            raise BadFile(
                gettext_noop("{file}: more than {most} MB when unpacked. Send the CSV files that you need."),
                file=name,
                most=MOST_BYTES // 2**20,
            )
    return found


def pack(files: Mapping[str, bytes]) -> bytes:
    """Return a ZIP of these files in this order: no clock, no machine and no user is in it."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        for path, data in files.items():
            entry = zipfile.ZipInfo(path, _EPOCH)
            entry.create_system, entry.external_attr, entry.compress_type = 3, 0o644 << 16, zipfile.ZIP_DEFLATED
            archive.writestr(entry, data, compresslevel=9)
    return whole.getvalue()
