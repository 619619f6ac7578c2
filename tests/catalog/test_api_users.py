"""What a partner sends of its viewers, one rating and one play at a time, and what it reads of them."""

from datetime import UTC, datetime, timedelta

import pytest

from catalog.models import Movie, PartnerKey, PartnerPlay, PartnerTally, Rater, Rating, Tally
from catalog.services import tallies
from tests.catalog.api_calls import Caller, five_films, refusal
from tests.catalog.learned import serve, small_model
from tests.factories import catalog as make

pytestmark = pytest.mark.django_db
EARLY = "2026-01-02T03:04:05Z"


class Partner(Caller):
    """Who sends ratings; with test=True by a key for trying out of the same partner."""

    def __init__(self, *scopes, of=None, test=False):
        super().__init__(*scopes)
        if of:
            PartnerKey.objects.filter(pk=self.key.pk).update(partner=of.key.partner, test=test)
            self.key.refresh_from_db()

    def put(self, path, body, **headers):
        headers = {"Authorization": f"Bearer {self.plain}"} | headers
        return self.client.put(f"/api/v1/{path}", body, content_type="application/json", headers=headers)

    def delete(self, path, **headers):
        return self.send("delete", path, headers)


@pytest.fixture
def films():
    return five_films()


@pytest.fixture
def partner(films):
    return Partner()


def test_a_rating_is_added_changed_left_and_taken_back(partner):
    first = partner.put("users/anna/ratings/11", {"value": 8, "rated_at": EARLY})
    assert first.status_code == 201
    body = first.json()
    assert {name: body[name] for name in ("movie", "value", "rated_at", "status")} == {
        "movie": 11, "value": 8, "rated_at": EARLY, "status": "added",
    }  # fmt: skip
    again = partner.put("users/anna/ratings/11", {"value": 8, "rated_at": EARLY})
    assert (again.status_code, again.json()) == (200, body | {"status": "unchanged"})
    assert partner.put("users/anna/ratings/11", {"value": 8}).json()["status"] == "unchanged"
    changed = partner.put("users/anna/ratings/11", {"value": 3})
    assert (changed.status_code, changed.json()["status"], changed.json()["value"]) == (200, "updated", 3)
    assert PartnerTally.objects.values_list("votes", "points").get() == (1, 30)
    read = partner.get("users/anna/ratings/11").json()
    assert read == {name: value for name, value in changed.json().items() if name != "status"}
    assert partner.delete("users/anna/ratings/11").status_code == 204
    refusal(partner.delete("users/anna/ratings/11"), 404, "not_found")
    refusal(partner.get("users/anna/ratings/11"), 404, "not_found")
    assert PartnerTally.objects.values_list("votes", "points").get() == (0, 0)
    told = Rating.history.order_by("history_id").values_list("history_type", "value", "history_change_reason")
    assert list(told) == [("+", 8, "partner"), ("~", 3, "partner"), ("-", 3, "partner")]
    assert tallies.partner_differences() == []


def test_a_rating_bears_its_source_and_moves_no_tally_of_members(partner):
    before = list(Tally.objects.order_by("pk").values_list("pk", "votes", "points"))
    partner.put("users/anna/ratings/11", {"value": 8})
    rating = Rating.objects.get()
    assert rating.source.key == f"partner-{partner.key.partner_id}"
    assert (rating.rater.kind, rating.rater.reference, rating.rater.partner) == ("PARTNER", "anna", partner.key.partner)
    assert list(Tally.objects.order_by("pk").values_list("pk", "votes", "points")) == before


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 422, "bad_body"),
        ({"value": 0}, 422, "bad_body"),
        ({"value": 11}, 422, "bad_body"),
        ({"value": 8.0}, 422, "bad_body"),
        ({"value": True}, 422, "bad_body"),
        ({"value": 8, "rated_at": "yesterday"}, 422, "bad_body"),
        ({"value": 8, "rated_at": None}, 422, "bad_body"),
        ({"value": 8, "rated_at": "9998-01-01T00:00:00Z"}, 422, "bad_body"),
        ({"value": 8, "movie": 11}, 400, "unknown_field"),
    ],
)
def test_what_is_no_rating_is_refused_and_leaves_nobody_behind(partner, body, status, code):
    refusal(partner.put("users/anna/ratings/11", body), status, code)
    assert not Rater.objects.exists()


def test_a_clock_may_be_ahead_of_ours_by_five_minutes(partner):
    now = datetime.now(UTC)
    near, far = ((now + timedelta(minutes=more)).isoformat() for more in (4, 6))
    assert partner.put("users/anna/ratings/11", {"value": 8, "rated_at": near}).status_code == 201
    told = refusal(partner.put("users/anna/ratings/12", {"value": 8, "rated_at": far}), 422, "bad_body")
    assert told["errors"][0]["pointer"] == "/rated_at"
    refusal(partner.put("users/anna/plays/12", {"watched_at": far}), 422, "bad_body")


def test_a_film_that_is_not_there_makes_nobody_known(partner):
    refusal(partner.put("users/anna/ratings/99", {"value": 8}), 404, "not_found")
    refusal(partner.put("users/anna/plays/99", {}), 404, "not_found")
    refusal(partner.get("users/anna/ratings"), 404, "not_found")
    assert not Rater.objects.exists()


@pytest.mark.parametrize("name", ["a" * 65, "anna@example.org", "an%20na", "anna%0A", "änna", ""])
def test_a_viewer_is_named_by_an_opaque_word(partner, name):
    refusal(partner.put(f"users/{name}/ratings/11", {"value": 8}), 404, "not_found")
    refusal(partner.get(f"users/{name}/ratings"), 404, "not_found")


def test_scopes_of_reading_and_of_writing(films):
    reader, writer = Partner("ratings:read"), Partner("ratings:write")
    other = Partner("catalog:read")
    refusal(reader.put("users/anna/ratings/11", {"value": 8}), 403, "scope_missing")
    refusal(reader.delete("users/anna/ratings/11"), 403, "scope_missing")
    refusal(reader.delete("users/anna"), 403, "scope_missing")
    refusal(other.get("users/anna/ratings"), 403, "scope_missing")
    refusal(other.get("users/anna/recommendations"), 403, "scope_missing")
    assert writer.put("users/anna/ratings/11", {"value": 8}).status_code == 201
    assert writer.get("users/anna/ratings").status_code == 200


def test_if_match_lets_a_change_pass_that_knows_what_is_there(partner):
    path = "users/anna/ratings/11"
    refusal(partner.put(path, {"value": 8}, **{"If-Match": "*"}), 412, "precondition_failed")
    assert not Rater.objects.exists()
    partner.put(path, {"value": 8})
    tag = partner.get(path)["ETag"]
    assert partner.put(path, {"value": 9}, **{"If-Match": tag}).status_code == 200
    refusal(partner.put(path, {"value": 7}, **{"If-Match": tag}), 412, "precondition_failed")
    refusal(partner.delete(path, **{"If-Match": tag}), 412, "precondition_failed")
    assert Rating.objects.get().value == 9
    assert partner.delete(path, **{"If-Match": partner.get(path)["ETag"]}).status_code == 204


def test_a_play_is_told_once_and_may_be_taken_back(partner):
    first = partner.put("users/anna/plays/11", {"watched_at": EARLY})
    assert (first.status_code, first.json()["status"], first.json()["watched_at"]) == (201, "added", EARLY)
    for body in ({"watched_at": EARLY}, {}):
        assert partner.put("users/anna/plays/11", body).json()["status"] == "unchanged"
    later = partner.put("users/anna/plays/11", {"watched_at": "2026-02-02T03:04:05Z"})
    assert (later.status_code, later.json()["status"]) == (200, "updated")
    assert partner.get("users/anna/plays/11").json()["watched_at"] == "2026-02-02T03:04:05Z"
    assert partner.delete("users/anna/plays/11").status_code == 204
    refusal(partner.delete("users/anna/plays/11"), 404, "not_found")
    refusal(partner.get("users/anna/plays/11"), 404, "not_found")
    assert not PartnerPlay.objects.exists()
    assert partner.get("users/anna/plays").json()["data"] == []


@pytest.mark.parametrize(("kind", "stamp"), [("ratings", "rated_at"), ("plays", "watched_at")])
def test_a_walk_visits_each_once_the_newest_first(partner, kind, stamp):
    """Two of one moment follow by film, the greater number first."""
    for film, day in ((11, 3), (12, 1), (13, 3), (14, 2), (15, 3)):
        body = {stamp: f"2026-01-0{day}T00:00:00Z"} | ({"value": 8} if kind == "ratings" else {})
        assert partner.put(f"users/anna/{kind}/{film}", body).status_code == 201
    assert [one["movie"] for one in partner.walk(f"users/anna/{kind}", limit=2)] == [15, 13, 11, 14, 12]


def test_partners_and_keys_for_trying_out_see_their_own_viewers_alone(partner):
    trying, other = Partner(of=partner, test=True), Partner()
    partner.put("users/anna/ratings/11", {"value": 8})
    for stranger in (trying, other):
        refusal(stranger.get("users/anna/ratings"), 404, "not_found")
        refusal(stranger.delete("users/anna"), 404, "not_found")
    assert trying.put("users/anna/ratings/11", {"value": 2}).status_code == 201
    assert partner.get("users/anna/ratings/11").json()["value"] == 8
    assert PartnerTally.objects.values_list("partner", "votes", "points").get() == (partner.key.partner_id, 1, 80)
    assert tallies.partner_differences() == []


def test_a_viewers_list_is_the_one_that_their_ratings_would_get(partner, films):
    serve(small_model([*films, Movie.objects.get(pk=16)]))
    for film, value in ((11, 9), (12, 8)):
        partner.put(f"users/anna/ratings/{film}", {"value": value})
    sent = {"ratings": [{"movie": 11, "value": 9}, {"movie": 12, "value": 8}], "limit": 2}
    assert partner.get("users/anna/recommendations", limit=2).json() == partner.post("recommendations", sent).json()
    refusal(partner.get("users/bert/recommendations"), 404, "not_found")
    refusal(partner.get("users/anna/recommendations", limit=51), 400, "bad_parameter")


def test_without_a_version_the_list_is_the_chart_without_what_was_rated(partner):
    partner.put("users/anna/ratings/12", {"value": 9})
    body = partner.get("users/anna/recommendations").json()
    assert (body["basis"], body["lack"]) == ("chart", "nothing_served")
    assert 12 not in [one["id"] for one in body["data"]]


def test_a_viewer_of_a_key_for_trying_out_is_simply_deleted(partner):
    trying = Partner(of=partner, test=True)
    trying.put("users/anna/ratings/11", {"value": 2})
    trying.put("users/anna/plays/11", {})
    assert trying.delete("users/anna").status_code == 202
    refusal(trying.get("users/anna/ratings"), 404, "not_found")
    assert not Rater.objects.exists()
    assert not PartnerPlay.objects.exists()


def test_what_is_tried_out_leaves_no_history(partner):
    trying = Partner(of=partner, test=True)
    for value in (2, 3):
        trying.put("users/anna/ratings/11", {"value": value})
    trying.put("users/anna/ratings/12", {"value": 4})
    assert trying.delete("users/anna/ratings/12").status_code == 204
    assert Rating.objects.get().value == 3
    assert not Rating.history.exists()
    partner.put("users/anna/ratings/11", {"value": 2})
    assert Rating.history.get().value == 2


def test_numbers_of_films_are_written_as_everywhere(partner):
    for film in ("0", "012", "x", "1" * 19):
        refusal(partner.put(f"users/anna/ratings/{film}", {"value": 8}), 404, "not_found")
    make.make_movie(id=10**18 - 1)
    assert partner.put(f"users/anna/ratings/{10**18 - 1}", {"value": 8}).status_code == 201
