"""The names of a film as one line that a search can look through."""

from catalog import titles

MOST = 700  # letters of a line; a title of 200 letters has at most three names of that length
BAR = " | "


def name_line(title: str) -> str:
    """Return every name of a title as keys between bars: «The Thing» gives «| the thing | thing |».

    Each name stands with and without its article; names in parentheses («Il Postino») stand beside the main one. A key
    holds no bar, so «| thing |» finds a whole name, «| thing» a beginning, and « thing» the beginning of a word.
    """
    named = [title, titles.main_name(title), *titles.other_names(title)]
    keys = dict.fromkeys(key(name) for name in named for key in (titles.search_key, titles.sort_title) if key(name))
    line, kept = "|", False
    for key in keys:
        clean = " ".join(key.replace("|", " ").split())
        if clean and (not kept or len(line) + len(clean) < MOST):
            line, kept = f"{line} {clean} |", True
    return line if kept else ""


def names(line: str) -> list[str]:
    """Return the keys of a line."""
    return [key for key in (part.strip() for part in line.split("|")) if key]
