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
from catalog.models.partner_data import PartnerImport, PartnerPlay, PartnerTally
from catalog.models.partner_use import ApiCall, IdempotentCall, KeyUse, Usage
from catalog.models.partners import Partner, PartnerKey
from catalog.models.people import Rater, User
from catalog.models.plays import Play
from catalog.models.preferences import Preferences
from catalog.models.ratings import Rating
from catalog.models.removals import Removal
from catalog.models.sources import DataImport, Source
from catalog.models.viewings import Viewing
from catalog.models.webhooks import Delivery, DeliveryAttempt, Event, WebhookEndpoint

__all__ = [
    "GENRES",
    "Alert",
    "ApiCall",
    "Attempt",
    "ChartEdition",
    "DataImport",
    "Delivery",
    "DeliveryAttempt",
    "Event",
    "FeedLink",
    "FilmList",
    "FilmNames",
    "Hidden",
    "IdempotentCall",
    "ImportedVotes",
    "KeyUse",
    "Licence",
    "ListEntry",
    "Move",
    "MoveRow",
    "Movie",
    "Partner",
    "PartnerImport",
    "PartnerKey",
    "PartnerPlay",
    "PartnerTally",
    "Play",
    "Preferences",
    "RankChange",
    "Rater",
    "Rating",
    "Removal",
    "Source",
    "Standing",
    "Tally",
    "Usage",
    "User",
    "Viewing",
    "WebhookEndpoint",
    "genre_line",
]
