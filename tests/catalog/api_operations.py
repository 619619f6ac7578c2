"""Every operation of the partner API: how it is asked well, and what is typical of it beyond what all have in common."""

from dataclasses import dataclass, field, replace
from typing import Any

from tests.catalog.api_house import (
    DLV,
    ENDED,
    EXPIRED,
    OPEN,
    WHK,
    Ask,
    disabled,
    many_endpoints,
    many_imports,
    newer_edition,
    served,
    used_up,
)

NONE = "9" * 22
FILE, NDJSON = b'{"user": "ida", "movie": 12, "value": 8}\n', "application/x-ndjson"
WANTED = {"url": "https://93.184.215.14/hooks", "kinds": ["movie.updated"], "description": "nightly"}
EARLY = "2026-01-02T03:04:05Z"
LIKES = {"ratings": [{"movie": 11, "value": 9}, {"movie": 12, "value": 8}], "limit": 2}
ONCE = {"Idempotency-Key": "6c3c7d1f"}


@dataclass(frozen=True)
class Operation:
    """good: what is answered well; absent: where nothing is; wrong: a query, or a body, with values that cannot be."""

    good: Ask
    absent: str = ""
    wrong: Any = None
    more: dict[str, Ask] = field(default_factory=dict)


def reads(address: str, absent: str = "", wrong: str = "", **more: str | Ask) -> Operation:
    """more: other answers, by an address or by how it is asked for; an underscore is written for a space."""
    asked = {name.replace("_", " "): Ask(one) if isinstance(one, str) else one for name, one in more.items()}
    return Operation(Ask(address), absent, wrong, asked)


def put(address: str, body: Any, **more: Any) -> Ask:
    return Ask(address, "PUT", body, **more)


def post(address: str, body: Any = None, **more: Any) -> Ask:
    return Ask(address, "POST", body, **{"headers": ONCE, **more})


def delete(address: str, **more: Any) -> Ask:
    return Ask(address, "DELETE", **more)


def of_served(operation: Operation) -> Operation:
    """The same, while a learned version serves."""
    return replace(operation, good=replace(operation.good, meanwhile=served))


IDA, HOOK = "users/ida", f"webhooks/{WHK}"
READ_HOOK = {"earlier": (Ask(HOOK),), "headers": {"If-Match": "{ETag}"}}
FILMS = "movies?limit=2&sort=-wr"
OPERATIONS = {
    "topChart": reads(
        "charts/top?limit=2",
        "charts/top?edition=9",
        "limit=251&decade=fifties",
        a_part="charts/top?decade=1950s&genre=romance",
        next_page=Ask("charts/top?limit=2&cursor={cursor}", earlier=(Ask("charts/top?limit=2"),)),
    ),
    "movies": reads(
        FILMS,
        wrong="year.gte=1887&genre=western&sort=match",
        without_votes="movies?q=unseen",
        few_fields="movies?fields=title,wr&limit=2",
        another_edition=Ask(f"{FILMS}&cursor={{cursor}}", earlier=(Ask(FILMS),), meanwhile=newer_edition),
    ),
    "lookupMovie": reads("movies/lookup?title=rear+window&year=1954", wrong="year=1887"),
    "movie": reads(
        "movies/12",
        "movies/99",
        "include=reviews",
        included="movies/12?include=rights,histogram,rank_explanation",
        included_without_its_scope=Ask("movies/12?include=rights", key="films"),
    ),
    "movieRank": reads("movies/12/rank", "movies/99/rank", not_charted="movies/16/rank"),
    "similarMovies": of_served(
        reads("movies/12/similar?limit=2", "movies/99/similar", "limit=51", unserved="movies/16/similar")
    ),
    "recommendations": of_served(
        Operation(
            Ask("recommendations", "POST", LIKES),
            wrong={"ratings": [{"movie": 99, "value": 0}, {"movie": 11, "value": 9}, {"movie": 11, "value": 9}]},
            more={
                "nothing is liked": Ask(
                    "recommendations", "POST", {"ratings": [{"movie": 11, "value": 2}], "limit": 2}, meanwhile=served
                ),
                "unserved": Ask("recommendations", "POST", LIKES),
            },
        )
    ),
    "availability": reads("availability?territory=GB", wrong="territory=XX&at=now"),
    "licence": reads("availability/1", "availability/9"),
    "models": of_served(reads("models")),
    "model": of_served(reads("models/recommender/1", "models/recommender/9")),
    "editions": reads("editions", wrong="limit=0"),
    "edition": reads("editions/1", "editions/9"),
    "changes": reads(
        "changes?limit=1",
        wrong="since=yesterday&kind=movie.made",
        of_every_kind="changes",
        long_ago="changes?since=2026-01-01T00:00:00Z",
    ),
    "changesLatest": reads("changes/latest"),
    "eraseUser": Operation(delete(IDA), "users/nobody"),
    "userRatings": reads(f"{IDA}/ratings?limit=1", "users/nobody/ratings", "limit=ten"),
    "userRating": reads(f"{IDA}/ratings/12", f"{IDA}/ratings/13"),
    "rateMovie": Operation(
        put(f"{IDA}/ratings/12", {"value": 3, "rated_at": EARLY}),
        f"{IDA}/ratings/99",
        {"value": 11, "rated_at": "yesterday"},
        {
            "the first time": put("users/bert/ratings/11", {"value": 8, "rated_at": EARLY}),
            "unchanged": put(f"{IDA}/ratings/12", {"value": 8}),
            "ahead of time": put(f"{IDA}/ratings/12", {"value": 8, "rated_at": "9998-01-01T00:00:00Z"}),
            "nothing to match": put(f"{IDA}/ratings/13", {"value": 8}, headers={"If-Match": "*"}),
        },
    ),
    "withdrawRating": Operation(delete(f"{IDA}/ratings/12"), f"{IDA}/ratings/13"),
    "userPlays": reads(f"{IDA}/plays?limit=1", "users/nobody/plays", "limit=ten"),
    "userPlay": reads(f"{IDA}/plays/12", f"{IDA}/plays/13"),
    "playMovie": Operation(
        put(f"{IDA}/plays/12", {"watched_at": EARLY}),
        f"{IDA}/plays/99",
        {"watched_at": None},
        {"the first time": put("users/bert/plays/11", {"watched_at": EARLY}), "unchanged": put(f"{IDA}/plays/12", {})},
    ),
    "forgetPlay": Operation(delete(f"{IDA}/plays/12"), f"{IDA}/plays/13"),
    "userRecommendations": of_served(
        reads(f"{IDA}/recommendations?limit=2", "users/nobody/recommendations", "limit=51")
    ),
    "imports": reads("imports?limit=1", wrong="limit=0"),
    "createImport": Operation(
        post("imports?dry_run=true", FILE, kind=NDJSON),
        wrong="dry_run=yes",
        more={"as many as may be": post("imports", FILE, kind=NDJSON, meanwhile=many_imports)},
    ),
    "ratingsImport": reads(f"imports/{ENDED}", f"imports/imp_{NONE}", at_work=f"imports/{OPEN}"),
    "cancelImport": Operation(
        delete(f"imports/{OPEN}"), f"imports/imp_{NONE}", more={"it is over": delete(f"imports/{ENDED}")}
    ),
    "importResult": reads(
        f"imports/{ENDED}/result",
        f"imports/imp_{NONE}/result",
        at_work=f"imports/{OPEN}/result",
        expired=f"imports/{EXPIRED}/result",
    ),
    "webhooks": reads("webhooks"),
    "createWebhook": Operation(
        post("webhooks", WANTED),
        wrong={"url": "http://partner.example/hooks", "kinds": []},
        more={
            "an address of our own": post("webhooks", WANTED | {"url": "https://10.0.0.1/"}),
            "a field that is ours": post("webhooks", WANTED | {"id": WHK}),
            "as many as may be": post("webhooks", WANTED, meanwhile=many_endpoints),
        },
    ),
    "webhook": reads(HOOK, f"webhooks/whk_{NONE}"),
    "changeWebhook": Operation(
        Ask(HOOK, "PATCH", {"description": "hourly"}, **READ_HOOK),
        f"webhooks/whk_{NONE}",
        {"enabled": "no", "kinds": ["x"]},
    ),
    "removeWebhook": Operation(delete(HOOK, **READ_HOOK), f"webhooks/whk_{NONE}"),
    "rollWebhookSecret": Operation(
        post(f"{HOOK}/secret", {"overlap_hours": 24}), f"webhooks/whk_{NONE}/secret", {"overlap_hours": 169}
    ),
    "testWebhook": Operation(
        post(f"{HOOK}/test"), f"webhooks/whk_{NONE}/test", more={"disabled": post(f"{HOOK}/test", meanwhile=disabled)}
    ),
    "deliveries": reads(
        f"{HOOK}/deliveries?limit=1",
        f"webhooks/whk_{NONE}/deliveries",
        "state=lost",
        in_a_state=f"{HOOK}/deliveries?state=delivered",
    ),
    "delivery": reads(f"{HOOK}/deliveries/{DLV}", f"{HOOK}/deliveries/dlv_{NONE}"),
    "replayDelivery": Operation(
        post(f"{HOOK}/deliveries/{DLV}/replay"),
        f"{HOOK}/deliveries/dlv_{NONE}/replay",
        more={
            "on its way": post(
                f"{HOOK}/deliveries/{DLV}/replay",
                earlier=(post(f"{HOOK}/deliveries/{DLV}/replay", headers={"Idempotency-Key": "another"}),),
            )
        },
    ),
    "key": reads(
        "key",
        in_the_address=f"key?api_key=rmk_live_{'a' * 36}",
        half_a_key=Ask("key", key="part"),
        another_version=Ask("key", headers={"Retromovies-Version": "2026-01-01"}),
        month_used_up=Ask("key", meanwhile=used_up("read", 1)),
    ),
    "usage": reads("usage?until=2026-06-01&days=2", wrong="until=today&days=93"),
    "status": reads("status"),
    "schema": reads("schema"),
    "problem": reads("problems/bad_parameter", "problems/none"),
    "problems": reads("problems"),
}
