"""The words of the public site: which sources they are taken from, and `make words`, which refreshes the catalogue.

Not taken: what staff and partners read, which stays English (moviesite.languages).
"""

import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
GETTEXT = shutil.which("xgettext") and shutil.which("msgfmt")
NO_GETTEXT = "the words of the site NOT CHECKED: no gettext found"
PUBLIC = ("catalog", "moviesite", "templates")
ENGLISH = ("catalog/admin", "catalog/api", "catalog/management", "catalog/migrations", "moviesite/settings")
ENGLISH += ("moviesite/start_pages", "moviesite/management", "templates/admin", "templates/api")
CATALOGUE = ROOT / "locale" / "de" / "LC_MESSAGES" / "django.po"
OPTIONS = ["--locale=de", "--no-location", "--no-wrap", "--no-obsolete", "-v0"]


def extracted(folder: Path) -> Path:
    """Take the words of today's sources into a copy of the catalogue below a folder; return the copy."""
    for name in PUBLIC:
        shutil.copytree(ROOT / name, folder / name, ignore=_left_out)
    copy = folder / CATALOGUE.relative_to(ROOT)
    shutil.copytree(CATALOGUE.parent, copy.parent)
    make = (
        "from django.core.management import call_command; from django.core.management.commands.makemessages import Command;"
        "Command.msgmerge_options = [*Command.msgmerge_options, '--no-fuzzy-matching'];"
        f"call_command(Command(), *{OPTIONS!r})"
    )
    bare = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    asked = [sys.executable, "-c", "from django.conf import settings; settings.configure(); " + make]
    subprocess.run(asked, cwd=folder, env=bare, check=True)
    # The day of the extraction would change with every run, and says nothing.
    copy.write_text(re.sub(r'^"POT-Creation-Date:.*\n', "", copy.read_text("utf-8"), flags=re.MULTILINE), "utf-8")
    return copy


def compiled(source: Path, target: Path) -> None:
    """Compile a catalogue. Raises CalledProcessError when its form or a placeholder is wrong."""
    subprocess.run(["msgfmt", "--check-format", "-o", target, source], check=True)


def _left_out(folder: str, names: list[str]) -> list[str]:
    here = Path(folder).relative_to(ROOT)
    return [name for name in names if name == "__pycache__" or (here / name).as_posix() in ENGLISH]


def main() -> None:
    if not GETTEXT:
        sys.exit(f"{NO_GETTEXT}; install the package gettext")
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        shutil.copyfile(extracted(folder), CATALOGUE)
    compiled(CATALOGUE, CATALOGUE.with_suffix(".mo"))
    subprocess.run(["msgattrib", "--untranslated", CATALOGUE], check=True)


if __name__ == "__main__":
    main()
