from catalog.models.attempts import Attempt
from catalog.models.charts import ChartEdition, RankChange, Standing, Tally
from catalog.models.hidden import Hidden
from catalog.models.licences import Licence
from catalog.models.movies import GENRES, ImportedVotes, Movie, genre_line
from catalog.models.names import FilmNames
from catalog.models.partners import Partner, PartnerKey
from catalog.models.people import Rater, User
from catalog.models.preferences import Preferences
from catalog.models.ratings import Rating
from catalog.models.sources import DataImport, Source

__all__ = [
    "GENRES",
    "Attempt",
    "ChartEdition",
    "DataImport",
    "FilmNames",
    "Hidden",
    "ImportedVotes",
    "Licence",
    "Movie",
    "Partner",
    "PartnerKey",
    "Preferences",
    "RankChange",
    "Rater",
    "Rating",
    "Source",
    "Standing",
    "Tally",
    "User",
    "genre_line",
]
