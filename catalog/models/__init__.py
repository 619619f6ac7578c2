from catalog.models.alerts import Alert
from catalog.models.attempts import Attempt
from catalog.models.charts import ChartEdition, RankChange, Standing, Tally
from catalog.models.feed_links import FeedLink
from catalog.models.hidden import Hidden
from catalog.models.licences import Licence
from catalog.models.lists import FilmList, ListEntry
from catalog.models.moves import Move, MoveRow
from catalog.models.movies import GENRES, ImportedVotes, Movie, genre_line
from catalog.models.names import FilmNames
from catalog.models.partners import Partner, PartnerKey
from catalog.models.people import Rater, User
from catalog.models.plays import Play
from catalog.models.preferences import Preferences
from catalog.models.ratings import Rating
from catalog.models.removals import Removal
from catalog.models.sources import DataImport, Source
from catalog.models.viewings import Viewing

__all__ = [
    "GENRES",
    "Alert",
    "Attempt",
    "ChartEdition",
    "DataImport",
    "FeedLink",
    "FilmList",
    "FilmNames",
    "Hidden",
    "ImportedVotes",
    "Licence",
    "ListEntry",
    "Move",
    "MoveRow",
    "Movie",
    "Partner",
    "PartnerKey",
    "Play",
    "Preferences",
    "RankChange",
    "Rater",
    "Rating",
    "Removal",
    "Source",
    "Standing",
    "Tally",
    "User",
    "Viewing",
    "genre_line",
]
