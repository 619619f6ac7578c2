"""Where strings are found: in every column of every table, and in every file, Parquet and sessions decoded too."""

from collections.abc import Iterable
from pathlib import Path

from django.apps import apps
from django.contrib.sessions.models import Session
from django.db import connection

from mlops.pipeline import parquet


def dump() -> str:
    """The whole database as one text: every row of every table, bytes as Latin-1."""
    texts = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            for row in cursor.fetchall():
                cells = [bytes(c).decode("latin-1") if isinstance(c, bytes | memoryview) else str(c) for c in row]
                texts.append(f"{table}: {cells}")
    if apps.is_installed("django.contrib.sessions"):
        texts += [str(session.get_decoded()) for session in Session.objects.all()]
    return "\n".join(texts)


def in_database(words: Iterable[str]) -> dict[str, int]:
    """Return how often each word is in the database, those that are not left out."""
    whole = dump()
    return {word: count for word in words if (count := whole.count(word))}


def in_files(words: Iterable[str], *folders: Path) -> dict[str, list[str]]:
    """Return the files under folders that hold a word, as bytes or as a value of a Parquet file."""
    found: dict[str, list[str]] = {}
    for path in [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]:
        data = path.read_bytes()
        texts = [data.decode("latin-1")]
        if data[:4] == b"PAR1":
            texts += [" ".join(map(str, column.tolist())) for column in parquet.unpack(data).values()]
        for word in words:
            if any(word in text for text in texts):
                found.setdefault(word, []).append(path.name)
    return found
