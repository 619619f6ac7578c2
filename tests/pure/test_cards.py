"""Film cards: the same for ever, small, well-formed, legible, and unlike one another."""

from hashlib import sha256
from xml.etree import ElementTree

import pytest

from catalog.cards import card, thumb
from catalog.cards.dice import Dice
from catalog.cards.lettering import ELLIPSIS, case, fit, width
from catalog.cards.motifs import GENRES, MOTIFS, draw
from catalog.cards.palette import DECADES, contrast, inks

TITLES = (
    *("", " ", "M", "Jaws", "8½", "Casablanca", "The Shawshank Redemption", "Ænigma", "C'era una volta il West"),
    *("Tom & Jerry", "<script>alert(1)</script>", 'Say "Yes"', "A'B\"C<D>E&F", "]]>", "\x00\x08broken\x1f", "a\ud800b"),
    *("七人の侍", "千と千尋の神隠し" * 8, "Броненосец Потёмкин", "W" * 120, '"' * 120, "& " * 60, "😀" * 60),
    *("Pneumonoultramicroscopicsilicovolcanoconiosis", "Supercalifragilistic" * 6, "x" * 5000),
    "Epic Tale of Kalesius and Clotho: A Meditation on the Impossibility of Romantic Love in a "
    "Rapidly Expanding Universe",
)
YEARS = (0, 1888, 1893, 1927, 1942, 1955, 1968, 1977, 1984, 1999, 2005, 2031)
SVG = "{http://www.w3.org/2000/svg}"


def films() -> list[tuple[int, str, int, tuple[str, ...]]]:
    kinds: list[tuple[str, ...]] = [(), ("Unheard of & <odd>",), *((genre,) for genre in GENRES), ("Drama", "Romance")]
    return [(at, title, YEARS[at % len(YEARS)], kinds[at % len(kinds)]) for at, title in enumerate(TITLES * 12)]


def test_a_card_never_changes():
    drawn = "".join(
        card(at, "Casablanca", 1942, ("Drama", "Romance")) + thumb(at, "Vertigo", 1958, ()) for at in range(50)
    )
    assert sha256(drawn.encode()).hexdigest() == "e6687edc160ff1e7d325a1fb800e65d59502dde2e3f189f21ef44498029ff9af"


@pytest.mark.parametrize("film", films())
def test_every_card_is_small_well_formed_and_plain(film):
    for svg, limit in ((card(*film), 2999), (thumb(*film), 1000)):
        root = ElementTree.fromstring(svg)
        assert len(svg.encode()) <= limit
        assert root.tag == SVG + "svg"
        for element in root.iter():
            assert element.tag.removeprefix(SVG) in {"svg", "g", "path", "circle", "text"}
            assert not {"style", "id", "class", "onload", "href"} & set(element.attrib)


def test_a_card_is_named_and_a_thumb_is_silent():
    root = ElementTree.fromstring(card(7, 'Tom & "Jerry"', 1940, ("Animation",)))
    assert (root.get("role"), root.get("aria-label")) == ("img", 'Tom & "Jerry", 1940')
    silent = ElementTree.fromstring(thumb(7, "Tom & Jerry", 1940, ("Animation",)))
    assert silent.get("aria-hidden") == "true"
    assert not list(silent.iter(SVG + "text"))


def test_ten_thousand_films_have_ten_thousand_cards_and_thumbs():
    cards = {card(at, "The Kiss", 1896 + at % 110, ("Drama",)) for at in range(10_000)}
    assert len(cards) == 10_000
    thumbs = {thumb(at, "The Kiss", 1896 + at % 110, ("Drama",)) for at in range(3_000)}
    assert len(thumbs) > 2_990


@pytest.mark.parametrize("name", MOTIFS)
def test_every_motif_fits_a_thumb(name):
    for at in range(150):
        drawn = draw(name, Dice(f"{name}{at}"), inks(1950, Dice(str(at))), at=(120, 180), scale=105)
        assert len(drawn) <= 870


def test_every_decade_has_at_least_three_palettes_of_legible_type():
    assert min(DECADES) == 1890
    assert len(DECADES) == 12
    for year, rows in DECADES.items():
        assert len(rows) >= 3
        for at in range(60):
            chosen = inks(year, Dice(str(at)))
            assert contrast(chosen.panel, chosen.type) >= 4.5


def test_contrast_is_the_one_of_the_guidelines():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.478, abs=0.001)


@pytest.mark.parametrize("title", TITLES)
def test_a_title_stays_in_its_box(title):
    setting = fit(title[:120], (208, 170), 120)
    assert setting.height <= 170
    assert max(width(line) for line in setting.lines) * setting.size <= 208_000


def test_hundred_letters_fit_without_an_ellipsis():
    setting = fit(TITLES[-1], (195, 130), 40)
    assert not any(ELLIPSIS in line for line in setting.lines)
    assert setting.size >= 13


def test_lines_are_balanced_and_short_titles_large():
    assert fit("The Godfather Part Two", (208, 170), 24).lines == ("The Godfather", "Part Two")
    assert fit("Jaws", (208, 170), 120).size > 70
    assert case("The Shawshank Redemption", Dice("any")) == "The Shawshank Redemption"
