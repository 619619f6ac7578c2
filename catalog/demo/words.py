"""Invented film titles, in the spirit of old posters. The lists are this project's own."""

from typing import Final

from catalog.demo.draws import Draws


def _listed(text: str) -> tuple[str, ...]:
    return tuple(" ".join(part.split()) for part in text.split(";"))


ADJECTIVES: Final = _listed("""
    Amber; Borrowed; Brass; Candlelit; Clockwork; Crooked; Distant; Emerald; Faithful; Forgotten; Gilded;
    Hollow; Impossible; Ivory; Joyful; Lacquered; Lavender; Lonesome; Marble; Midsummer; Moonlit; Nameless;
    Patient; Painted; Paper; Porcelain; Quiet; Reluctant; Restless; Scarlet; Secondhand; Silent; Silver;
    Sleepless; Tender; Thirteenth; Uninvited; Vanishing; Velvet; Wandering; Whispering
""")
THINGS: Final = _listed("""
    Accordion; Alibi; Almanac; Balcony; Ballroom; Barometer; Carousel; Chandelier; Clarinet; Compass; Corridor;
    Cuckoo; Envelope; Ferry; Gramophone; Harbour; Hatbox; Holiday; Keyhole; Kite; Lantern; Lighthouse; Locket;
    Magpie; Metronome; Mirror; Nightingale; Orchard; Overcoat; Parasol; Pavilion; Photograph; Piano; Postcard;
    Rendezvous; Staircase; Suitcase; Telegram; Tango; Tightrope; Umbrella; Violin; Waltz; Weathervane
""")
PEOPLE: Final = _listed("""
    Archivist; Baroness; Bookbinder; Cartographer; Clockmaker; Conductor; Countess; Detective; Dressmaker;
    Ferryman; Florist; Gardener; Governess; Inspector; Juggler; Lamplighter; Librarian; Magician; Milliner;
    Organist; Pianist; Pickpocket; Tuner; Postmistress; Projectionist; Signalman; Sleepwalker; Stationmaster;
    Stranger; Tailor; Understudy; Usherette; Ventriloquist; Watchman; Widower
""")
PLACES: Final = _listed("""
    Saint-Aubade; Port Meridian; Lower Wexcombe; Montelune; Vesper Street; Castle Orlow; Bellavigna; Cape
    Solace; Rue Mirabelle; Grand Hotel Aurora; Kasimir Square; Little Hampering; Villa Fiametta; the Old Arcade;
    the Winter Garden; the Seventh Floor; the Night Express; the Harbour Café; Platform Nine; Santa Remora;
    Nordhaven; Marsh End; Lake Ilmara; the Palace Kino; Tamarind Island; Almond Street; the Blue Pavilion;
    Kestrel Moor; Quai des Ombres; Zwetschgenstein
""")
NAMES: Final = _listed("""
    Mr. Pemberton; Mademoiselle Odile; Colonel Thistle; Miss Applegarth; Professor Quill; Aunt Serafina; Dr.
    Morgenrot; Little Anselm; Madame Zibeline; Señor Alcanfor; Captain Farthing; Sister Benedetta; Uncle
    Ottokar; Lady Winterbourne; Herr Zwickel; Rosalba; Leopold; Cordelia Finch; Monsieur Pamplemousse; Inspector
    Halloway; Baron Quast; Tilda; Fräulein Immergrün; Don Celestino; Nurse Larkin; Sergeant Plum; Ignatius;
    Philippa Grey; Old Barnaby; Contessa Lucertola
""")
COLOURS: Final = _listed("""
    Scarlet; Emerald; Ivory; Saffron; Violet; Grey; Tangerine; Midnight-Blue
""")
NUMBERS: Final = _listed("""
    Two; Three; Four; Five; Seven; Eleven; Thirteen
""")
FOREIGN: Final = _listed("""
    La Valse du concierge; Les Parapluies muets; Le Dernier Tramway; L'Horloge amoureuse; Die stille Uhr; Der
    Mann vom Bahnsteig; Das Haus der sieben Lampen; La notte dei fanali; Il treno delle arance; L'ombrello
    rosso; El tren de la luna; Los relojes dormidos; La sombra del tranvía; O Jardim das Andorinhas; As Cartas
    Perdidas; De lantaarnopsteker; Det sidste lys; Den blå paraplyen; Natsu no kagami; Yoru no kisha
""")
PATTERNS: Final = _listed("""
    The {adjective} {thing}; The {adjective} {person}; The {thing} of {place}; A {thing} for the {person};
    {name} and the {adjective} {thing}; The {person}'s {thing}; The {person} of {place}; Midnight at {place};
    Letters from {place}; Goodnight, {name}; Nobody Believes the {person}; Last Train to {place}; {name} Takes a
    {thing}; {number} {thing}s for {name}; Return to {place}; The {adjective} {thing} of {place}; Meet Me at
    {place}; The {person} Wore {colour}; {name} in Love; A {thing} in {place}; Farewell, {adjective} {thing};
    {foreign}
""")


def title(draws: Draws) -> str:
    """Return one invented title; the same one may come again."""
    text = draws.pick(PATTERNS).format(
        adjective=draws.pick(ADJECTIVES),
        thing=draws.pick(THINGS),
        person=draws.pick(PEOPLE),
        place=draws.pick(PLACES),
        name=draws.pick(NAMES),
        number=draws.pick(NUMBERS),
        colour=draws.pick(COLOURS),
        foreign=draws.pick(FOREIGN),
    )
    for vowel in "AEIOU":
        text = text.replace(f"A {vowel}", f"An {vowel}").replace(f" a {vowel}", f" an {vowel}")
    return text
