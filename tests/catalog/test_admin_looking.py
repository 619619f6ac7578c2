"""What services write is for looking in the admin: nobody changes it there, and no page names who rated what."""

from typing import Any

import pytest
from django.contrib import admin
from django.test import Client

from catalog import groups
from catalog.admin.readonly import LookOnly
from catalog.models import ChartEdition, DataImport, Partner, PartnerKey, Rater, Rating, Source, User
from mlops import store
from tests.catalog import staff
from tests.factories import catalog as make

pytestmark = pytest.mark.django_db
LOOK_ONLY = [Rating, Rater, ChartEdition, Source, DataImport, PartnerKey]


@pytest.fixture
def auditor() -> Client:
    return staff.in_group(groups.AUDITORS)


def make_one(model: type) -> Any:
    if model is ChartEdition:
        make.small_catalogue(3)
        return ChartEdition.objects.get()
    return {
        Rating: make.make_rating,
        Rater: make.make_rater,
        Source: make.make_source,
        DataImport: make.make_import,
        PartnerKey: lambda: make.make_partner_key()[0],
    }[model]()


@pytest.mark.parametrize("model", LOOK_ONLY)
def test_not_even_a_superuser_adds_changes_or_deletes(model: Any) -> None:
    row, client = make_one(model), staff.superuser()
    base = f"/admin/catalog/{model._meta.model_name}/"
    assert client.get(base).status_code == 200
    assert client.get(f"{base}{row.pk}/change/").status_code == 200
    for act in ("add/", f"{row.pk}/change/", f"{row.pk}/delete/"):
        assert client.post(f"{base}{act}", {"post": "yes"}).status_code == 403, act
    client.post(base, {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"})
    assert model._default_manager.filter(pk=row.pk).exists()


def test_every_history_is_for_looking() -> None:
    pages = {model: page for model, page in admin.site._registry.items() if model.__name__.startswith("Historical")}
    assert len(pages) == 6
    assert all(isinstance(page, LookOnly) for page in pages.values())


def test_ratings_and_raters_show_subject_ids_and_never_a_name(auditor: Client) -> None:
    member = make.make_user("wilhelmina")
    rating = make.make_member_rating(by=member)
    subject = str(rating.rater.subject_id)[:8]
    addresses = [f"/admin/catalog/rating/{end}" for end in ("", f"{rating.pk}/change/", f"{rating.pk}/history/")]
    addresses += [f"/admin/catalog/rater/{end}" for end in ("", f"{rating.rater.pk}/change/")]
    for address in addresses:
        page = auditor.get(address).content.decode()
        assert subject in page, address
        assert "wilhelmina" not in page, address
        assert str(member.subject_id) not in page, address


def test_ratings_are_found_by_film_and_by_rater(auditor: Client) -> None:
    film = make.make_movie("Vertigo")
    first, second = make.make_rating(film), make.make_rating()
    found = auditor.get("/admin/catalog/rating/?q=vertigo").context["cl"].result_list
    assert list(found) == [first]
    found = auditor.get(f"/admin/catalog/rating/?q={second.rater.subject_id}").context["cl"].result_list
    assert list(found) == [second]


def test_an_edition_shows_its_c_to_four_decimals_and_leads_to_its_page(auditor: Client) -> None:
    make.small_catalogue(3)
    edition = ChartEdition.objects.get()
    page = auditor.get(f"/admin/catalog/chartedition/{edition.pk}/change/").content.decode()
    assert f"{edition.mean_e4 // 10_000}.{edition.mean_e4 % 10_000:04}" in page
    assert edition.content_digest in page
    assert 'href="/editions/1"' in page


def verify(client: Client) -> str:
    return staff.said(client.get("/admin/catalog/chartedition/1/verify_now/", follow=True))


def test_an_edition_is_verified_on_the_spot(auditor: Client) -> None:
    make.small_catalogue(3)
    assert verify(auditor) == "Edition 1 holds: C, 3 weighted ratings and ranks and both digests recompute."


def test_a_changed_edition_is_found_out_with_what_differs(auditor: Client) -> None:
    make.small_catalogue(3)
    edition = ChartEdition.objects.get()
    forged = store.open(edition.content_digest).replace(b'"v":200000', b'"v":200001')
    ChartEdition.objects.update(content_digest=store.put(forged))
    assert "Edition 1: " in verify(auditor)
    assert "holds" not in verify(auditor)


@pytest.mark.parametrize("number", ["2", "x", "99999999999999999999"])
def test_an_edition_that_is_not_there_cannot_be_verified(auditor: Client, number: str) -> None:
    assert auditor.get(f"/admin/catalog/chartedition/{number}/verify_now/").status_code == 404


def test_who_may_not_see_editions_may_not_verify_them() -> None:
    make.small_catalogue(3)
    nobody = staff.signed_in(staff.member_of())
    assert nobody.get("/admin/catalog/chartedition/1/verify_now/").status_code == 403


def test_an_imports_report_is_shown_line_by_line(auditor: Client) -> None:
    done = make.make_import(report={"not_matched": {"ambiguous": 12345, "until": 2000}, "examples": ["<b>M</b>"]})
    page = auditor.get(f"/admin/catalog/dataimport/{done.pk}/change/").content.decode()
    assert "not matched" in page
    assert "12,345" in page
    assert "<dd>2000</dd>" in page, "a year has no thousands"
    assert "&lt;b&gt;M&lt;/b&gt;" in page


def test_a_visitor_is_let_in_nowhere() -> None:
    client = staff.signed_in(make.make_user())
    for model in (*LOOK_ONLY, User, Partner):
        assert client.get(f"/admin/catalog/{model._meta.model_name}/").status_code == 302
