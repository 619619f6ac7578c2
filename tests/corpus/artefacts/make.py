"""`python -m tests.corpus.artefacts.make`: write the corpus. Files are added, and kept for ever; a test compares them.

What is larger than LARGEST is not stored, and made where it is needed; what is no file at all (links, pipes, devices) is
made by the test that asks for it.
"""

import sys
from pathlib import Path

from tests.corpus.artefacts import bundles, containers

HERE = Path(__file__).parent
LARGEST = 20_000  # bytes


def files() -> dict[str, bytes]:
    """Every file of the corpus that is stored, by its name."""
    found = {f"{name}.bytes": data for name, (data, _) in containers.ALL.items() if len(data) <= LARGEST}
    return found | {f"{name}.sig": text.encode() for name, (text, _) in bundles.ALL.items()}


def main() -> None:
    for name, data in files().items():
        (HERE / "files" / name).write_bytes(data)
    sys.stdout.write(f"{len(files())} files\n")


if __name__ == "__main__":
    main()
