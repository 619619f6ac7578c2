"""A statement that was made once answers as the queryset would, whatever came between."""

from typing import Any

import pytest
from django.db import models

from catalog.models import Movie, PartnerKey
from catalog.prepared import Prepared
from catalog.selectors import catalogue, revisions
from catalog.services import partners
from tests.catalog.api_calls import five_films, new_key, next_edition
from tests.factories import catalog as make

pytestmark = pytest.mark.django_db


def columns(row: models.Model) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def test_a_film_comes_with_standing_edition_and_source(django_assert_num_queries: Any) -> None:
    five_films()
    for number in (12, 16, 12):  # 16 has no standing
        with django_assert_num_queries(1):
            found = catalogue.FILMS.first(number)
            standing = getattr(found, "standing", None)
            beside = [standing, standing and standing.edition, found and found.source]
        usual = Movie.objects.select_related("standing__edition", "source").get(pk=number)
        wanted = getattr(usual, "standing", None)
        assert found is not None
        assert columns(found) == columns(usual)
        assert beside == [wanted, wanted and wanted.edition, usual.source]
        assert not found._state.adding
    assert catalogue.FILMS.first(99) is None


def test_a_key_comes_with_its_partner(django_assert_num_queries: Any) -> None:
    for key, plain in (new_key(), new_key("catalog:read")):
        with django_assert_num_queries(1):
            found = partners.KEYS.first(partners._hash(plain))
            assert found is not None
            name = found.partner.name
        usual = PartnerKey.objects.select_related("partner").get(pk=key.pk)
        assert columns(found) == columns(usual)
        assert name == usual.partner.name
    assert partners.KEYS.first("0" * 64) is None


def test_the_revision_follows_every_edition_and_every_change_of_a_film() -> None:
    films = five_films()
    before = revisions.newest()
    assert before.at is not None
    assert before.at.tzinfo
    next_edition(films[1], value=1)
    after = revisions.newest()
    assert after.edition
    assert before.edition
    assert after.edition.number == before.edition.number + 1
    films[2].title = "Another"
    films[2].save()
    assert revisions.newest().change > after.change


def test_a_value_is_written_nowhere_but_in_its_place() -> None:
    make.make_movie("here", id=3)
    titled = Prepared(lambda: Movie.objects.filter(title="here", year__gt=0).order_by("pk"), "here")
    assert titled.first("'; DROP TABLE x") is None
    found = titled.first("here")
    assert found is not None
    assert found.pk == 3
