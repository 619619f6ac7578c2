"""Film titles: articles put back, and the keys to sort, search, match and link by."""

import re
import unicodedata
from functools import lru_cache


def _words(text: str) -> list[str]:
    return text.split()


# The articles that stand after the last comma in the two demo sources, spelt as there; lower-case ones are Arabic
# and Hebrew prefixes. English, French, German, Spanish, Italian, Portuguese, Dutch, Scandinavian, Greek, Filipino.
TRAILING = _words("""
    The A An La Le Les L' Un Une El Los Las Una Lo Il I Gli Un' Uno Der Die Das Den Ein Eine O Os As Um Uma De
    Het Een Det En Et Ett To Ta Oi Ang Al Az al- Al- el- El- Ha- ha-
""")
# The articles that are safe to drop in front, where no comma marks them. Left out, because they are words too:
# Die (Hard), To (Kill a Mockingbird), I (Confess), O (Brother), As (Good as It Gets), De, Den, Det, En, Et, Os, Ta, Al.
LEADING = _words("""
    the a an le la les un une der das ein eine el los las una il lo gli uno het um uma ett
""")

_TRAILING = re.compile(
    r"^(?P<rest>.*\S), ?(?P<article>" + "|".join(map(re.escape, TRAILING)) + r")(?P<tail>(?: \([^()]*\))*)$", re.DOTALL
)
_LEADING = re.compile(r"^(?:(?:" + "|".join(LEADING) + r")\s+|(?:l|un)['’])(?=\w)", re.IGNORECASE)
_GROUP = re.compile(r"\(([^()]*)\)")
_AKA = re.compile(r"^a\.?k\.?a\.?\s+", re.IGNORECASE)
_CONTRACTION = re.compile(r"(?<=\w)['’](?=(?:s|t|d|m|ll|re|ve)\b)")
_NOT_WORD = re.compile(r"[\W_]+")
# Letters that Unicode does not take apart, and the two signs that stand for a word or would glue numbers together.
_LETTERS = str.maketrans(
    {
        "ø": "o",
        "æ": "ae",
        "œ": "oe",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ı": "i",
        "ħ": "h",
        "&": " and ",
        "⁄": " ",
    }
)
SLUG_LENGTH = 80
RESERVED = (
    "alert",
    "guess",
    "keep",
    "rank",
    "rating",
    "similar",
    "watch",
)  # addresses of their own below a film; a test compares them


def restore_article(title: str) -> str:
    """Return the title as it is read: «Shawshank Redemption, The» becomes «The Shawshank Redemption».

    Names in parentheses are restored too: «Postman, The (Postino, Il)» becomes «The Postman (Il Postino)». Nothing else
    changes: the source writes «Dolce vita, La», so «La Dolce vita» keeps its capital. Restoring twice changes nothing.
    """
    text = title.strip()
    while True:
        article, rest = _split(text)
        if not article:
            break
        text = article + ("" if article[-1] in "'-" else " ") + rest
    return _GROUP.sub(lambda group: f"({restore_article(group[1])})", text)


def sort_title(title: str) -> str:
    """Return the key to sort by: the search key without its leading article, so «The Godfather» gives «godfather».

    «Godfather, The» gives the same. Only articles in LEADING go, and only before a further word: «Die Hard», «A.I.» and
    «El» stay. So «Die Blechtrommel» sorts under D, and a name that begins with an article loses it: «La Bamba» under B.
    """
    return search_key(_LEADING.sub("", restore_article(title)))


def search_key(text: str) -> str:
    """Return the text as a search compares it: no accents, no case, punctuation as single spaces, articles kept.

    «&» reads «and»; the apostrophe of «Rosemary's» and «don't» closes up. Text of signs only («$») is kept as it is.
    The key of a key is the key.
    """
    folded = _fold(text)
    words = _NOT_WORD.sub(" ", _CONTRACTION.sub("", folded)).strip()
    return words or " ".join(folded.split())


def match_key(title: str, year: int) -> str:
    """Return the key that joins two sources: «1994 postman» for «Postman, The» and for «The Postman».

    year: year of release. Articles, punctuation and spaces do not count, so «M*A*S*H» meets «MASH».
    """
    return f"{year} {sort_title(title).replace(' ', '')}"


def other_names(title: str) -> tuple[str, ...]:
    """Return the names in parentheses, restored, «a.k.a.» taken off: «Seven (a.k.a. Se7en)» gives («Se7en»,)."""
    names = (_AKA.sub("", restore_article(name)) for name in _GROUP.findall(title))
    return tuple(name for name in names if name)


def main_name(title: str) -> str:
    """Return the restored title without its names in parentheses, or all of it if nothing else is left."""
    restored = restore_article(title)
    return " ".join(_GROUP.sub(" ", restored).split()) or restored


@lru_cache(maxsize=16_384)
@lru_cache(maxsize=32_768)
def slug(title: str) -> str:
    """Return 1–80 characters of a-z, 0-9 and single hyphens for a URL; «film» if the title has no such character."""
    words = search_key(title).encode("ascii", "ignore").decode()
    name = _NOT_WORD.sub("-", words).strip("-")
    if name in RESERVED:
        return f"{name}-film"
    if len(name) > SLUG_LENGTH:
        name = name[: SLUG_LENGTH + 1].rpartition("-")[0] or name[:SLUG_LENGTH]
    return name or "film"


def _split(title: str) -> tuple[str, str]:
    """Return the article after the last comma and the title without it; an empty article if there is none."""
    found = _TRAILING.match(title)
    # «Die, Mommie, Die» begins with what looks like its article: it is no article.
    if not found or re.match(re.escape(found["article"]) + r"(?!\w)", found["rest"], re.IGNORECASE):
        return "", title
    return found["article"], found["rest"] + found["tail"]


def _fold(text: str) -> str:
    spaced = text.replace("½", " 1/2").replace("¼", " 1/4").replace("¾", " 3/4")
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", spaced).casefold())
    return "".join(sign for sign in apart if not unicodedata.combining(sign)).translate(_LETTERS)
