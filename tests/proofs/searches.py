"""What people type when they look for a film, and the film they mean: by hand, and with slips drawn by lot."""

import random
import unicodedata

from catalog import titles

TYPED = """
vertigo|Vertigo|1958
vertgio|Vertigo|1958
vertigo 1958|Vertigo|1958
vertigo 58|Vertigo|1958
hitchcok vertigo psycho|-|0
psyco|Psycho|1960
psycho 60|Psycho|1960
godfather, the|The Godfather|1972
the godfahter|The Godfather|1972
godfather 2|The Godfather: Part II|1974
godfather part two|The Godfather: Part II|1974
casablnca|Casablanca|1942
cassablanca|Casablanca|1942
citizen cane|Citizen Kane|1941
citzen kane|Citizen Kane|1941
shawshank|The Shawshank Redemption|1994
shawshenk redemtion|The Shawshank Redemption|1994
schindlers list|Schindler's List|1993
schindlers lst|Schindler's List|1993
star wars|Star Wars|1977
star wrs|Star Wars|1977
starwars|Star Wars|1977
raiders of the lost arc|Raiders of the Lost Ark|1981
dr strangelove|Dr. Strangelove or: How I Learned to Stop Worrying and Love the Bomb|1964
doctor strangelove|Dr. Strangelove or: How I Learned to Stop Worrying and Love the Bomb|1964
dr strangelov|Dr. Strangelove or: How I Learned to Stop Worrying and Love the Bomb|1964
lawrence arabia|Lawrence of Arabia|1962
lawrance of arabia|Lawrence of Arabia|1962
silense of the lams|The Silence of the Lambs|1991
silence lambs|The Silence of the Lambs|1991
one flew over the cuckoo's nest|One Flew Over the Cuckoo's Nest|1975
one flew over the cuckos nest|One Flew Over the Cuckoo's Nest|1975
2001 space odyssey|2001: A Space Odyssey|1968
2001 space oddysey|2001: A Space Odyssey|1968
apocalypse now|Apocalypse Now|1979
apocalips now|Apocalypse Now|1979
taxi driver|Taxi Driver|1976
taxidriver|Taxi Driver|1976
chinatwon|Chinatown|1974
alien 79|Alien|1979
alein|Alien|1979
blade runer|Blade Runner|1982
bladerunner|Blade Runner|1982
kingkong|King Kong|1933
king kong 1976|King Kong|1976
north by nortwest|North by Northwest|1959
north northwest|North by Northwest|1959
rear windw|Rear Window|1954
some like it hott|Some Like It Hot|1959
sunset blvd|Sunset Blvd.|1950
singin in the rain|Singin' in the Rain|1952
singing in the rain|Singin' in the Rain|1952
its a wonderful life|It's a Wonderful Life|1946
it's a wonderfull life|It's a Wonderful Life|1946
12 angry men|12 Angry Men|1957
12 angy men|12 Angry Men|1957
bridge on the river kwai|The Bridge on the River Kwai|1957
bridge over the river kwai|The Bridge on the River Kwai|1957
good bad ugly|Buono, il brutto, il cattivo, Il|0
clockwork orange|A Clockwork Orange|1971
a clokwork orange|A Clockwork Orange|1971
amadeus|Amadeus|1984
braveheart|Braveheart|1995
brave heart|Braveheart|1995
terminator 2|Terminator 2: Judgment Day|1991
terminator two judgement day|Terminator 2: Judgment Day|1991
metropolis 1927|Metropolis|1927
nosferatu|Nosferatu, eine Symphonie des Grauens|1922
nosfaratu|Nosferatu, eine Symphonie des Grauens|1922
to kill a mocking bird|To Kill a Mockingbird|1962
to kill mockingbird|To Kill a Mockingbird|1962
pulp ficton|Pulp Fiction|1994
fight clup|Fight Club|1999
the matirx|The Matrix|1999
usual suspects|The Usual Suspects|1995
usuall suspects|The Usual Suspects|1995
annie hal|Annie Hall|1977
la dolce vita|La Dolce vita|1960
dolce vita|La Dolce vita|1960
il postino|Il Postino|1994
seven samurai|-|0
shichinin no samurai|Shichinin no samurai|1954
shichinin samurai|Shichinin no samurai|1954
m|M|1931
jaws|Jaws|1975
jawz|Jaws|1975
rocky two|Rocky II|1979
ghostbusters|Ghost Busters|1984
ghost buster|Ghost Busters|1984
wizard of oz|The Wizard of Oz|1939
wizzard of oz|The Wizard of Oz|1939
gone with the wind|Gone with the Wind|1939
gone whit the wind|Gone with the Wind|1939
maltese falcon|The Maltese Falcon|1941
maltees falcon|The Maltese Falcon|1941
"""


def by_hand() -> list[tuple[str, str, int]]:
    """Return query, title and year of the film that is meant; what the catalogue does not have is left out."""
    rows = (line.split("|") for line in TYPED.strip().splitlines())
    return [(query, title, int(year)) for query, title, year in rows if year != "0"]


def slip(text: str, lot: random.Random) -> str:
    """Return a text with one letter of a word of four or more swapped with the next, left out, doubled or wrong."""
    places = [at for at in range(1, len(text) - 2) if text[at - 1 : at + 3].isalpha()]
    if not places:
        return text
    at = lot.choice(places)
    ways = (
        text[:at] + text[at + 1] + text[at] + text[at + 2 :],
        text[:at] + text[at + 1 :],
        text[:at] + text[at] + text[at:],
        text[:at] + lot.choice("aeiorstn") + text[at + 1 :],
    )
    return lot.choice(ways)


def slipped(name: str, year: int, kind: int, lot: random.Random) -> str:
    """Return a film's name as it may be typed: with one slip, with two, without its article, its accents, with its year."""
    low = name.lower()
    plain = unicodedata.normalize("NFKD", low).encode("ascii", "ignore").decode()
    ways = (
        slip(low, lot),
        slip(slip(low, lot), lot),
        slip(titles.sort_title(low), lot),
        slip(plain, lot),
        f"{slip(low, lot)} {year}",
    )
    return ways[kind % len(ways)]
