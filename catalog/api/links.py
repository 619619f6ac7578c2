"""Where an answer leads: OpenAPI links from what an operation tells to the operations that go on with it."""

from dataclasses import dataclass
from typing import Any

FIRST = "$response.body#/data/0/"


@dataclass(frozen=True)
class Leads:
    """From an answer of one operation to others, which take parameters from it: by place and name, where each is found."""

    operation: str
    statuses: tuple[str, ...]
    to: tuple[str, ...]
    parameters: dict[str, str]


def _film(number: str) -> dict[str, str]:
    return {"path.number": number}


FILM = ("movie", "movieRank", "similarMovies")
OF_VIEWER = {"path.reference": "$request.path.reference"}
OF_FILM = OF_VIEWER | _film("$request.path.number")
OF_ENDPOINT = {"path.uid": "$request.path.uid"}
MATCHING = {"header.If-Match": "$response.header.ETag"}
LEADS = (
    Leads("topChart", ("200",), FILM, _film(FIRST + "id")),
    Leads("movies", ("200",), FILM, _film(FIRST + "id")),
    Leads("lookupMovie", ("200",), FILM, _film(FIRST + "movie/id")),
    Leads("recommendations", ("200",), ("movie",), _film(FIRST + "id")),
    Leads("availability", ("200",), ("licence",), _film(FIRST + "id")),
    Leads("availability", ("200",), ("movie",), _film(FIRST + "movie")),
    Leads("editions", ("200",), ("edition",), _film(FIRST + "number")),
    Leads(
        "createImport", ("202",), ("ratingsImport", "cancelImport", "importResult"), {"path.uid": "$response.body#/id"}
    ),
    Leads("imports", ("200",), ("ratingsImport", "cancelImport", "importResult"), {"path.uid": FIRST + "id"}),
    Leads(
        "createWebhook",
        ("201",),
        ("webhook", "testWebhook", "rollWebhookSecret", "deliveries"),
        {"path.uid": "$response.body#/id"},
    ),
    Leads("createWebhook", ("201",), ("changeWebhook", "removeWebhook"), {"path.uid": "$response.body#/id"} | MATCHING),
    Leads("webhook", ("200",), ("changeWebhook", "removeWebhook"), OF_ENDPOINT | MATCHING),
    Leads("testWebhook", ("202",), ("delivery", "replayDelivery"), OF_ENDPOINT | {"path.dlv": "$response.body#/id"}),
    Leads("deliveries", ("200",), ("delivery", "replayDelivery"), OF_ENDPOINT | {"path.dlv": FIRST + "id"}),
    Leads("rateMovie", ("200", "201"), ("userRatings", "userRecommendations", "eraseUser"), OF_VIEWER),
    Leads("rateMovie", ("200", "201"), ("userRating", "withdrawRating"), OF_FILM),
    Leads("userRating", ("200",), ("rateMovie", "withdrawRating"), OF_FILM | MATCHING),
    Leads("playMovie", ("200", "201"), ("userPlays", "eraseUser"), OF_VIEWER),
    Leads("playMovie", ("200", "201"), ("userPlay", "forgetPlay"), OF_FILM),
    Leads("userPlay", ("200",), ("playMovie", "forgetPlay"), OF_FILM | MATCHING),
)


def with_links(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Put the links beside the answers: a hook of the schema's generator. Raises KeyError for what is not described."""
    operations = {one["operationId"]: one for path in result["paths"].values() for one in path.values()}
    for lead in LEADS:
        for status in lead.statuses:
            links = operations[lead.operation]["responses"][status].setdefault("links", {})
            links |= {to: _link(operations[to], lead) for to in lead.to}
    return result


def _link(to: dict[str, Any], lead: Leads) -> dict[str, Any]:
    return {"operationId": to["operationId"], "parameters": lead.parameters, "description": to["summary"]}
