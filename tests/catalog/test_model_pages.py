"""The public ledger: every version with its card, and nobody's name."""

import pytest
from django.test import Client

from catalog.models import Movie
from mlops.models import Approval, PromotionRequest
from tests.catalog.learned import candidate, serve, small_model
from tests.catalog.page_words import text

pytestmark = pytest.mark.django_db


def test_systems_and_versions_are_listed_with_what_serves(films: list[Movie], client: Client) -> None:
    serve(small_model(films))
    candidate(small_model(films, {(0, 1): 0.7}))
    page = text(client.get("/models"))
    assert "recommender v1 has been in service since" in page
    assert "weighted-rating v1 has been in service since" in page
    assert "recommender v2 candidate" in page
    assert "today" in text(client.get("/models/recommender"))


def test_before_any_approval_the_ledger_says_that_nothing_learned_serves(films: list[Movie], client: Client) -> None:
    page = text(client.get("/models"))
    assert "Nothing of it serves" in page
    assert "It has no version yet" in page


def test_a_card_tells_who_asked_and_who_approved_by_role_alone(films: list[Movie], client: Client) -> None:
    version = serve(small_model(films))

    page = client.get("/models/recommender/1")

    words = text(page)
    assert "requester 1 asked for it" in words
    assert "it is better" in words
    assert "approver 1" in words
    assert "the gates are convincing" in words
    assert "The eight components" in words
    for secret in (PromotionRequest.objects.get().requested_by, Approval.objects.get().decided_by):
        assert secret not in page.content.decode()
    assert version.run is not None
    assert version.run.queued_by not in page.content.decode()


def test_a_candidate_nobody_asked_for_says_so(films: list[Movie], client: Client) -> None:
    candidate(small_model(films))
    page = text(client.get("/models/recommender/1"))
    assert "Nobody has asked that it may serve" in page
    assert "It has never served" in page


def test_a_formulas_first_version_was_never_asked_for(films: list[Movie], client: Client) -> None:
    assert "in force from the start" in text(client.get("/models/weighted-rating/1"))


@pytest.mark.parametrize(
    ("address", "parent"),
    [
        ("/models/recommender/9", "/models/recommender"),
        ("/models/recommender/0", "/models/recommender"),
        ("/models/recommender/99999999999999999999", "/models/recommender"),
        ("/models/nothing", "/models"),
        ("/models/nothing/1", "/models"),
    ],
)
def test_an_address_of_nothing_leads_to_its_parent(
    films: list[Movie], client: Client, address: str, parent: str
) -> None:
    page = client.get(address)
    assert page.status_code == 404
    assert f'href="{parent}"' in page.content.decode()
    assert client.get(parent).status_code == 200


def test_the_method_leads_to_what_was_measured(films: list[Movie], client: Client) -> None:
    assert text(client.get("/how")).count("to be measured") == 5
    serve(small_model(films))
    page = client.get("/how")
    assert "to be measured" not in text(page)
    assert "recommender v1 is in service" in text(page)
    assert 'href="/vs#determinism"' in page.content.decode()
