"""What must not be in any file that is kept."""

import re

from tests.architecture.tree import kept_files, short

TEXT = {
    ".py",
    ".toml",
    ".txt",
    ".md",
    ".html",
    ".css",
    ".js",
    ".json",
    ".svg",
    ".yml",
    ".yaml",
    ".sh",
    ".ini",
    ".cfg",
    "",
}
# Spelt apart, so that this file does not hold what it looks for.
REGISTRY = re.compile(
    "|".join(["--(extra-)?index-" + "url", "--find-" + "links", "files.python" + "hosted", r"pypi\.org/" + "simple"])
)
MACHINE = re.compile(r"(?<![\w.~/-])/(work|root|home/\w+|Users/\w+|mnt|workspace)(/|\b(?=[\s'\"]))")


def offences(pattern: re.Pattern[str]) -> dict[str, list[str]]:
    texts = {short(path): path.read_text() for path in kept_files() if path.suffix in TEXT}
    found = {name: [match.group() for match in pattern.finditer(text)] for name, text in texts.items()}
    return {name: matches for name, matches in found.items() if matches}


def test_no_file_names_a_package_index() -> None:
    assert offences(REGISTRY) == {}


def test_no_file_names_a_path_of_somebodys_machine() -> None:
    assert offences(MACHINE) == {}
