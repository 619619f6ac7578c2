"""The kinds of problem the API answers with; each is explained at the address in its `type`."""

from dataclasses import dataclass

BASE = "/api/v1/problems/"


@dataclass(frozen=True)
class Problem:
    """One kind: status, title, what it means and what to do."""

    status: int
    title: str
    meaning: str
    remedy: str


PROBLEMS = {
    "bad_request": Problem(
        400,
        "The request cannot be read",
        "The address or the body holds something that no request here can have.",
        "Look at the detail: it says what. Control characters and queries beyond 8 kB are never accepted.",
    ),
    "unknown_parameter": Problem(
        400,
        "There is no such parameter",
        "The query names a parameter that this address does not know.",
        "The detail lists those known. Nothing is ignored silently, so that a misspelt filter cannot return everything.",
    ),
    "bad_parameter": Problem(
        400,
        "A parameter has a value it cannot have",
        "A parameter is given twice, is out of its range, or is not of its kind.",
        "Each entry of errors names a parameter and the values it takes. Numbers are plain digits: 50, not 050 or 5e1.",
    ),
    "key_in_address": Problem(
        400,
        "A key does not belong in the address",
        "The query holds what looks like a key. Addresses are written to logs and histories.",
        "Send it as «Authorization: Bearer rmk_…» instead, and have this key revoked: treat it as leaked.",
    ),
    "unknown_field": Problem(
        400,
        "There is no such field",
        "The body names a field that this address does not know.",
        "Each entry of errors points at one. Nothing is ignored silently, so that a misspelt field cannot be lost.",
    ),
    "protected_field": Problem(
        400,
        "A field is not yours to set",
        "The body names a field that is answered, and never sent.",
        "Each entry of errors points at one: leave it out.",
    ),
    "idempotency_key_missing": Problem(
        400,
        "An Idempotency-Key is needed",
        "This POST changes something, so it must be safe to send again.",
        "Send the header Idempotency-Key with a fresh random text for each thing to do, and the same when you repeat it.",
    ),
    "unknown_version": Problem(
        400,
        "There is no such version",
        "The header Retromovies-Version names a day that is none of ours.",
        "The detail lists those known. Leave the header out to get the version of your key.",
    ),
    "key_missing": Problem(
        401,
        "A key is needed",
        "This address needs a key, sent as «Authorization: Bearer rmk_…».",
        "Ask us for a key, or see whether your client drops the header on a redirect.",
    ),
    "key_refused": Problem(
        401,
        "The key is not accepted",
        "The key is unknown, incomplete, expired or revoked, or its partner is not active.",
        "The detail says which. A new key is issued in the admin, or by manage.py partner_key.",
    ),
    "scope_missing": Problem(
        403,
        "The key may not do this",
        "The key is good, but lacks the scope this address asks for.",
        "The detail names the scope. Scopes of a key never change: ask for a key that has it.",
    ),
    "not_found": Problem(
        404,
        "Nothing is here",
        "There is nothing at this address. All addresses are listed at /api/v1/schema.",
        "Film and edition numbers are whole numbers without leading zeros; addresses end without a slash.",
    ),
    "unknown_cursor": Problem(
        404,
        "There is no such place in the list",
        "The cursor is none of ours for this list and this partner: it was changed, or belongs to another query.",
        "Use next_cursor as it was given, with the same parameters and keys of the same partner; or start again without it.",
    ),
    "not_charted": Problem(
        404,
        "The film is not in the chart",
        "The film exists, but no vote for it counts, so the edition in force does not hold it.",
        "Ask again after a later edition.",
    ),
    "method_not_allowed": Problem(
        405,
        "This method is not allowed here",
        "The address does not answer to this method.",
        "The header Allow lists the methods.",
    ),
    "not_acceptable": Problem(
        406,
        "Only JSON is spoken here",
        "The header Accept excludes application/json.",
        "Send «Accept: application/json», or no such header.",
    ),
    "too_slow": Problem(
        408,
        "The body comes too slowly",
        "The body was not here as a whole when its time was over. Nothing of it was kept.",
        "The detail says how long it may take. Send it again, in several files where the line is slow.",
    ),
    "edition_changed": Problem(
        409,
        "A newer edition was published",
        "This list follows the ranks of an edition, and a newer one has replaced it since its first page.",
        "Start again without a cursor. To walk one edition to its end, use /api/v1/charts/top.",
    ),
    "idempotency_key_in_use": Problem(
        409,
        "The first request is at work still",
        "A request with this Idempotency-Key was sent before and is not answered yet.",
        "Send it again in a moment: you get the answer of the first one.",
    ),
    "too_many_endpoints": Problem(
        409,
        "There are as many endpoints as there may be",
        "A partner has a bounded number of webhook endpoints, and has them all.",
        "Remove one that is not needed, or let one of them hear of more kinds.",
    ),
    "nothing_to_send": Problem(
        409,
        "This cannot be sent now",
        "The endpoint is disabled or hears of such things no more, or the event is on its way to it already.",
        "The detail says which. Change the endpoint with PATCH, or wait for the delivery to end.",
    ),
    "changes_gone": Problem(
        410,
        "Changes since then are no longer kept",
        "The cursor was given so long ago that changes after it may be gone: they are kept for 30 days; or since lies "
        "more than 14 days back.",
        "Read the lists you follow anew, then follow the changes again without a cursor or with a recent since.",
    ),
    "too_many_imports": Problem(
        409,
        "Too many imports are open",
        "As many imports of yours as may be open at a time wait or are at work.",
        "Send the file when one of them has ended: GET /api/v1/imports lists them, DELETE calls one off.",
    ),
    "import_open": Problem(
        409,
        "The import is not over",
        "Results are told as a whole, when the import has ended.",
        "GET the import for its state and progress, and ask again when ended_at is not null.",
    ),
    "import_ended": Problem(
        409,
        "The import is over",
        "An import that has ended cannot be called off.",
        "What it wrote stays. A later file with other values replaces them.",
    ),
    "edition_gone": Problem(
        410,
        "The rows of this edition are gone",
        "Full rows are kept for a while only; parameters and digests of every edition are kept for ever.",
        "Start again without a cursor: that begins in the edition in force.",
    ),
    "brownout": Problem(
        410,
        "This is about to go, or gone",
        "The operation is deprecated: it answers nothing for a while now, or any more, so that nobody is surprised.",
        "The headers Sunset and Link say when it goes and what to use instead.",
    ),
    "result_gone": Problem(
        410,
        "The results are gone",
        "Results of an import are kept for 7 days after its end.",
        "The counts stay with the import. Sending the same file again changes nothing and tells its results anew.",
    ),
    "precondition_failed": Problem(
        412,
        "It has changed",
        "The header If-Match or If-Unmodified-Since names another state than the present one.",
        "Ask again without that header; to change the record, read it again first, and send its ETag.",
    ),
    "too_large": Problem(
        413,
        "The body is too large",
        "The body holds more bytes, or lines, than this address takes.",
        "The detail says how many it takes. Send fewer ratings, or in bulk in several files.",
    ),
    "media_type": Problem(
        415,
        "The body is of an unknown kind",
        "Bodies, where an address takes one, are application/json; files in bulk application/x-ndjson or text/csv.",
        "Send the Content-Type that the detail, or the schema, names.",
    ),
    "bad_body": Problem(
        422,
        "The body says what it cannot say",
        "The body is JSON, but a value in it is missing, twice there, out of its range, or names what is not there.",
        "Each entry of errors points at a place (pointer, RFC 6901), with a code and the values it takes.",
    ),
    "idempotency_key_taken": Problem(
        422,
        "The Idempotency-Key is another request's",
        "A request with this Idempotency-Key was sent before, and asked for something else.",
        "Use a new key for each thing to do. Answers are kept for 48 hours.",
    ),
    "precondition_required": Problem(
        428,
        "Say which state you change",
        "Several people may change this record, so a change names the state it was decided on.",
        "Read the record, and send its ETag back as If-Match.",
    ),
    "rate_limited": Problem(
        429,
        "Too many requests",
        "The key has used up its requests of this minute.",
        "Wait as many seconds as Retry-After says. Answers 304 are free: send If-None-Match.",
    ),
    "quota_used_up": Problem(
        429,
        "The month's requests are used up",
        "All keys of the partner together have used their requests of this month (UTC).",
        "Ask us for more, or wait until the month is over. Answers 304 and 429 cost nothing.",
    ),
    "terms_of_source": Problem(
        451,
        "The data's terms do not allow this",
        "A source of the catalogue forbids showing its data here.",
        "Nothing is wrong with your request or key; the house has to settle this.",
    ),
    "internal": Problem(
        500,
        "Something broke here",
        "The fault is ours, and it was logged under the request_id.",
        "Try again later; if it stays, send us the request_id.",
    ),
    "no_edition": Problem(
        503,
        "There is no chart yet",
        "No edition has been published so far.",
        "Ask again after as many seconds as Retry-After says.",
    ),
    "unavailable": Problem(
        503,
        "The database is away",
        "The database could not be reached, or was too busy.",
        "Ask again after as many seconds as Retry-After says.",
    ),
}
