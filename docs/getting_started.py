"""A first tour of the Retromovies API, with Python's standard library alone.

    API=https://retromovies.example/api/v1 KEY=rmk_live_… python getting_started.py

The key needs the scopes catalog:read, charts:read and rights:read. Each step checks what it was told; the script ends
with an error as soon as something is not as the documentation says.
"""

import json
import os
from fractions import Fraction
from urllib.error import HTTPError
from urllib.parse import urlencode, urljoin
from urllib.request import Request, urlopen

API, KEY = os.environ["API"].rstrip("/"), os.environ["KEY"]


def call(path, body=None, method=None, headers=None, **query):
    """Return status, headers and JSON of an address below API, or of one that an answer gave."""
    url = urljoin(API + "/", path) + ("?" + urlencode(query) if query else "")
    sent = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json", **(headers or {})}
    data = None if body is None else json.dumps(body).encode()
    try:
        answer = urlopen(Request(url, data, sent, method=method), timeout=30)
    except HTTPError as error:  # 304 and every refusal
        answer = error
    with answer:
        text = answer.read()
    return answer.status, answer.headers, json.loads(text) if text else None


def get(path, **query):
    """Return the JSON of an address that must answer 200."""
    status, _, found = call(path, **query)
    check(status == 200, f"{path} answered {status}: {found}")
    return found


def check(true, otherwise):
    if not true:
        raise SystemExit(f"Not as it says: {otherwise}")


# --- 1. is it well, and who am I? --------------------------------------------------------------------------------
status = get("status")
check(status["status"] == "ok", status)
key = get("key")
print(f"1. well, edition {status['edition']}; {key['partner']} may use {', '.join(key['scopes'])}")

# --- 2. the chart's first three ----------------------------------------------------------------------------------
chart = get("charts/top", limit=3)
first, second = chart["data"][:2]
check(first["rank"] == 1, "the chart begins at rank 1")
for film in chart["data"]:
    print(f"2. {film['rank']}. {film['title']} ({film['year']}), {film['wr']}")

# --- 3. a film by its title and year, as you know them ------------------------------------------------------------
found = get("movies/lookup", title=first["title"].upper(), year=first["year"])["data"][0]
check((found["match"], found["movie"]["id"]) == ("exact", first["id"]), "the film is found by its title and year")
print(f"3. {first['title']} is film {first['id']}")

# --- 4. the film, where it may be shown, and what makes its rank --------------------------------------------------
film = get(f"movies/{first['id']}", include="rights,rank_explanation")
places = sorted({licence["territory"] for licence in film["rights"]})
print(f"4. licences for {', '.join(places) or 'no territory'}; {film['rank_explanation']['v']} votes")

# --- 5. its receipt, computed again by hand -----------------------------------------------------------------------
receipt = get(f"movies/{first['id']}/rank")
v, m, R = receipt["v"], receipt["m"], Fraction(receipt["S"], 10 * receipt["v"])
C = Fraction(receipt["edition"]["c"])
wr = Fraction(v, v + m) * R + Fraction(m, v + m) * C
check(wr == Fraction(receipt["exact"]["fraction"]), "WR is v/(v+m)·R + m/(v+m)·C, exactly")
check(round(wr * 10**6) == Fraction(receipt["wr"]) * 10**6, "wr is that, rounded half to even at six decimals")
print(f"5. {v}/{v + m}·{R} + {m}/{v + m}·{C} = {receipt['wr']}")

# --- 6. films for two ratings, and why ----------------------------------------------------------------------------
ratings = [{"movie": first["id"], "value": 9}, {"movie": second["id"], "value": 8}]
code, _, wanted = call("recommendations", {"ratings": ratings, "limit": 3})
check(code == 200, wanted)
if wanted["basis"] == "chart":  # nothing learned serves, or it knows nothing for these: lack says why
    print(f"6. the chart, since {wanted['lack']}")
for film in wanted["data"]:
    weights = [reason["weight"] for reason in film["reasons"]]
    check(film["score"] is None or sum(weights) == film["score"], "the weights of the reasons add up to the score")
    print(f"6. {film['title']}: {' + '.join(map(str, weights)) or 'by rank'}")

# --- 7. every film, page by page ----------------------------------------------------------------------------------
seen, pages, more = [], 0, {}
while True:
    page = get("movies", fields="id", limit=250, **more)
    seen, pages = seen + [film["id"] for film in page["data"]], pages + 1
    if not page["has_more"]:
        break
    more = {"cursor": page["next_cursor"]}
check(seen == sorted(set(seen)), "a walk visits each film once, by its id")
print(f"7. {len(seen)} films on {pages} pages")

# --- 8. ask again, for free ---------------------------------------------------------------------------------------
_, headers, _ = call("charts/top", limit=3)
code, again, body = call("charts/top", headers={"If-None-Match": headers["ETag"]}, limit=3)
check(code in (200, 304), f"an ETag sent back is answered {code}")
check(code == 304 or again["ETag"] != headers["ETag"], "the same ETag is a 304")  # a newer edition has another
print(f"8. {code}, {again.get('X-RateLimit-Remaining', 'any number of')} requests left in this minute")

# --- 9. a refusal, read ------------------------------------------------------------------------------------------
code, headers, problem = call("charts/top", limit=251)
check((code, headers["Content-Type"]) == (400, "application/problem+json"), "over 250 is refused, never cut")
check(problem["code"] == "bad_parameter" and problem["errors"][0]["parameter"] == "limit", problem)
remedy = get(problem["type"])["remedy"]
print(f"9. {problem['detail']} (request {problem['request_id']}) {remedy}")

# --- 10. what your viewers rated: with a key that may write -------------------------------------------------------
if "ratings:write" in key["scopes"]:
    print("10. this key may write ratings")
