"""`manage.py audit verify | prove | export`: does the audit log hold, what can be proved of it, and a copy to check elsewhere."""

import argparse
import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError

from mlops import notes
from mlops.errors import BadNote, MlopsError
from mlops.notes import Note
from mlops.services import exports, places, proofs, verification
from mlops.services.verification import Report

HOLDS, TAMPERED, COULD_NOT = 0, 1, 2


class Command(BaseCommand):
    help = (
        "Check the audit log, prove what is in it, or write it into a file. Exit 0 holds, 1 tampered, 2 could not run."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        _verify(verbs.add_parser("verify", help="does the log hold, and every signed note of it?"))
        prove = verbs.add_parser("prove", help="print a proof against the newest checkpoint, as JSON")
        prove.add_argument("seq", nargs="?", type=int, help="of an event: that it is in the log")
        prove.add_argument(
            "--from", dest="size", type=int, metavar="SIZE", help="that the log begins with its first SIZE"
        )
        export = verbs.add_parser("export", help="write events, notes and changes for docs/verify_audit.py")
        export.add_argument("file", type=Path, help="a file that does not exist yet")

    def handle(self, *args: Any, verb: str, **options: Any) -> None:
        try:
            code = getattr(self, f"_{verb}")(options)
        except (MlopsError, DatabaseError, OSError) as error:
            self.stderr.write(f"Could not run: {error}")
            code = COULD_NOT
        if code:
            raise SystemExit(code)

    def _verify(self, options: dict[str, Any]) -> int:
        given = [note for path in options["checkpoint"] for note in self._notes(path)]
        report = verification.verify(given=given, last=options["last"], with_rows=options["live"])
        for finding in report.findings:
            self.stderr.write(f"{finding}.")
        if report.findings:
            self.stderr.write(f"The audit log does not hold: {len(report.findings)} findings; {_read(report)}.")
            return TAMPERED
        self.stdout.write(f"The audit log holds: {_read(report)}.")
        return HOLDS

    def _prove(self, options: dict[str, Any]) -> int:
        if (options["seq"] is None) == (options["size"] is None):
            raise BadNote("name an event, or --from SIZE")
        told: dict[str, Any]
        if options["seq"] is not None:
            found = proofs.include(options["seq"])
            told, path, note = {"seq": found.seq, "hash": found.hash.hex()}, found.proof, found.note
        else:
            grown = proofs.grown(options["size"])
            told, path, note = {"size": grown.size, "root": grown.root.hex()}, grown.proof, grown.note
        self.stdout.write(json.dumps({**told, "proof": [one.hex() for one in path], "checkpoint": note.text}, indent=1))
        return HOLDS

    def _export(self, options: dict[str, Any]) -> int:
        events, kept = exports.export(options["file"])
        self.stdout.write(f"{options['file']}: {events} events, {kept} signed notes. Check: docs/verify_audit.py")
        return HOLDS

    def _notes(self, path: Path) -> list[Note]:
        """Return the notes in a file that somebody kept. Raises BadNote naming it."""
        texts, torn = notes.split(path.read_text(encoding="utf-8", errors="replace"))
        if torn or not texts:
            raise BadNote(f"{path} holds no signed note")
        known, found = places.public_keys(), []
        for text in texts:
            note, why = places.judged(text, known)
            if note is None:
                raise BadNote(f"{path}: {why}")
            found.append(note)
        return found


def _verify(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--checkpoint",
        nargs="+",
        action="extend",
        default=[],
        type=Path,
        metavar="FILE",
        help="notes you kept, beside ours",
    )
    parser.add_argument("--live", action="store_true", help="also compare every governed row with what was noted of it")
    parser.add_argument(
        "--last",
        type=_positive,
        metavar="N",
        help="only the last N events, from a signed note on: it proves these alone",
    )


def _positive(word: str) -> int:
    if not word.isascii() or not word.isdigit() or int(word) < 1:
        raise argparse.ArgumentTypeError(f"{word!r} is not a number from 1 on")
    return int(word)


def _read(report: Report) -> str:
    notes_read = "1 signed note" if report.notes == 1 else f"{report.notes} signed notes"
    signed = f"{notes_read}, the newest of {report.signed} events" if report.notes else "no signed note"
    since = f"{report.after + 1} to {report.events}" if report.after else f"{report.events}"
    return f"{since} events, {signed}, head {report.head.hex()}"
