"""Typographic film cards, drawn from id, title, year and genres alone: the same film, the same card, for ever."""

from html import escape

from . import motifs
from . import share as sharing
from .dice import Dice
from .layout import compose
from .lettering import case
from .palette import Inks, inks
from .typeset import FAMILY, Block

__all__ = ["card", "house", "share", "thumb"]

LONGEST = 160  # letters of a title that are kept, even for a reader who hears them
OPEN = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 240 360" fill="none" '


def card(film_id: int, title: str, year: int, genres: tuple[str, ...], genre: str = "") -> str:
    """Return the film's card as an inline SVG of less than 3,000 bytes, 240 by 360, labelled with title and year."""
    title = _clean(title)
    seed, ink = _seed(film_id, title, year)
    dice = Dice(seed + "|type")
    small = " · ".join([str(year), *((genre or name).upper()[:14] for name in genres[:1])])
    text = Block(case(title, dice), small, dice.pick((500, 600, 600, 800)), middle=dice.chance(35))
    sheet = compose(text, ink, dice)
    art = _art(seed, genres, ink, at=sheet.at, scale=sheet.scale)
    label = escape(f"{title}, {year}")
    return f'{OPEN}role="img" aria-label="{label}" font-family="{FAMILY}">{_field(ink)}{art}{sheet.over}</svg>'


def thumb(film_id: int, title: str, year: int, genres: tuple[str, ...]) -> str:
    """Return the card's picture without type as an inline SVG of at most 1,000 bytes, hidden from readers."""
    seed, ink = _seed(film_id, _clean(title), year)
    art = _art(seed, genres, ink, at=(120, 180), scale=105)
    return f'{OPEN}aria-hidden="true">{_field(ink)}{art}</svg>'


def share(film_id: int, title: str, year: int, genres: tuple[str, ...]) -> str:
    """Return the picture for links to the film as an SVG, 1200 by 630: the art and inks of its card, its name beside."""
    title = _clean(title)
    seed, ink = _seed(film_id, title, year)
    art = _field(ink) + _art(seed, genres, ink, at=(120, 180), scale=105)
    return sharing.share(title, " · ".join([str(year), *genres[:3]]), ink, art)


def house(title: str, small: str) -> str:
    """Return the picture for links to pages that are no film's: the same for ever."""
    seed, ink = _seed(0, title, 1920)
    art = _field(ink) + motifs.draw("seats", Dice(seed + "|art"), ink, at=(120, 180), scale=105)
    return sharing.share(title, small, ink, art)


def _field(ink: Inks) -> str:
    return f'<path d="M0 0H240V360H0z" fill="{ink.field}"/>'


def _art(seed: str, genres: tuple[str, ...], ink: Inks, *, at: tuple[int, int], scale: int) -> str:
    name = motifs.choose(genres, Dice(seed + "|motif"))
    return motifs.draw(name, Dice(seed + "|art"), ink, at=at, scale=scale)


def _seed(film_id: int, title: str, year: int) -> tuple[str, Inks]:
    seed = f"{film_id}|{title}|{year}"
    return seed, inks(year, Dice(seed + "|inks"))


def _clean(title: str) -> str:
    """Drop what XML cannot carry, and what no card can."""
    kept = "".join(letter if letter.isprintable() else " " for letter in title)
    kept = " ".join(kept.split())
    return kept if len(kept) <= LONGEST else kept[: LONGEST - 1] + "…"
