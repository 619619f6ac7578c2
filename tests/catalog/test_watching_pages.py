"""What leaves and what came, as pages and files; what a member waits for and watched, as pages of their own."""

import csv
import io
from datetime import date, datetime, timedelta
from xml.etree import ElementTree

import pytest
from django.test import Client
from django.utils import timezone
from icalendar import Calendar

from catalog import tasks
from catalog.models import Alert, Play
from catalog.territories import day_at
from tests.factories.catalog import make_alert, make_licence, make_movie, make_play, make_preferences, make_user

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def today():
    return day_at("GB", timezone.now())


@pytest.fixture
def leaving(today):
    soon, later = make_movie("=Soon, &amp; <gone>"), make_movie("Later")
    make_licence(soon, starts_on=today - 99 * DAY, ends_on=today)
    make_licence(later, starts_on=today - 99 * DAY, ends_on=today + 60 * DAY)
    return soon, later


def text(response):
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def member_of(user):
    client = Client()
    client.force_login(user)
    return client


def test_a_page_says_what_leaves_and_when(client, leaving, today):
    page = text(client.get("/leaving"))
    assert "1 film can be watched here for 30 days more at most." in page
    assert ("tonight" in page, ">Later<" in page) == (True, False)
    assert "60 days left" in text(client.get("/leaving?days=90"))
    assert "Nothing leaves" in text(client.get("/leaving", headers={"Cookie": "territory=JP"}))


def test_what_came_is_told_by_day(client, today):
    make_licence(make_movie("New one"), starts_on=today - DAY)
    page = text(client.get("/new"))
    assert ("New one" in page, "yesterday" in page) == (True, True)
    assert client.get("/new.json").json()["rows"][0]["first_day"] == str(today - DAY)


def test_a_list_by_territory_as_csv_and_json(client, leaving, today):
    rows = list(csv.DictReader(io.StringIO(client.get("/leaving.csv?territory=GB&days=90").content.decode())))
    assert [(row["film"], row["last_day"], row["days_left"]) for row in rows] == [
        (str(leaving[0].pk), str(today), "0"),
        (str(leaving[1].pk), str(today + 60 * DAY), "60"),
    ]
    assert rows[0]["title"] == "'=Soon, &amp; <gone>"
    told = client.get("/leaving.json?territory=GB").json()
    assert (told["territory"], told["films"], told["rows"][0]["title"]) == ("GB", 1, leaving[0].title)
    assert client.get("/leaving.json?territory=FR").json()["rows"] == []


def test_a_feed_names_each_film_once_with_the_day(client, leaving):
    response = client.get("/leaving.rss?territory=GB")
    assert response["Content-Type"] == "application/rss+xml; charset=utf-8"
    [item] = ElementTree.fromstring(response.content).iter("item")
    assert item.findtext("title") == f"{leaving[0].title} (1955)"
    assert "Last day" in (item.findtext("description") or "")
    assert (item.findtext("guid") or "").startswith(f"leaving-{leaving[0].pk}-GB-")


def test_a_calendar_holds_whole_days(client, leaving, today):
    response = client.get("/leaving.ics?territory=GB&days=90")
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    events = Calendar.from_ical(response.content).walk("VEVENT")
    assert [(event.decoded("dtstart"), event.decoded("dtend")) for event in events] == [
        (today, today + DAY),
        (today + 60 * DAY, today + 61 * DAY),
    ]
    assert not isinstance(events[0].decoded("dtstart"), datetime)
    assert len({str(event["uid"]) for event in events}) == 2
    assert isinstance(events[0].decoded("dtstart"), date)
    assert b"\r\n" in response.content
    assert client.get("/leaving.ics?territory=GB&days=90").content == response.content


# --- waiting -----------------------------------------------------------------------------------------------------
def test_one_press_on_and_one_press_off():
    film, user = make_movie(), make_user()
    client, where = member_of(user), f"/m/{film.pk}/alert"
    assert "Tell me when it plays here" in text(client.get(film.get_absolute_url()))
    assert "You will be told here when it plays." in text(client.post(where, follow=True))
    assert (Alert.objects.get().user, Alert.objects.get().territory) == (user, "GB")
    assert "No, do not tell me" in text(client.get(film.get_absolute_url()))
    client.post(where, {"off": "1"})
    assert Alert.objects.count() == 0
    assert Client().post(where).headers["Location"].startswith("/accounts/login/")


def test_a_worker_finds_it_and_every_page_says_so_until_it_was_seen():
    alert = make_alert(asked_at=timezone.now() - DAY)
    client = member_of(alert.user)
    assert "film you waited for" not in text(client.get("/how"))
    make_licence(alert.movie)
    tasks.find_returns(every=300)
    assert '1<span class="visually-hidden"> film you waited for plays' in text(client.get("/how"))
    notices = text(client.get("/me/notices"))
    assert "plays until 31 December 2030" in notices
    assert Alert.objects.unread().count() == 1, "looking alone notes nothing"
    client.post("/me/notices")
    assert "film you waited for" not in text(client.get("/how"))
    assert alert.movie.title in text(client.get("/me/notices"))


def test_where_nothing_is_awaited_the_page_says_how(client):
    assert "You wait for nothing" in text(member_of(make_user()).get("/me/notices"))
    assert client.get("/me/notices").status_code == 302


def test_strangers_cost_no_question_after_notices(client, django_assert_num_queries):
    with django_assert_num_queries(1):  # the licences
        client.get("/leaving")


# --- watched -----------------------------------------------------------------------------------------------------
def test_the_first_page_has_what_to_go_on_with_for_who_asked_for_it():
    user = make_preferences(record_plays=True).user
    make_play(user, make_movie("Half seen"))
    assert "Go on watching" in text(member_of(user).get("/"))
    user.preferences.record_plays = False
    user.preferences.save()
    assert "Go on watching" not in text(member_of(user).get("/"))


def test_who_ends_the_keeping_is_led_to_where_it_is_deleted():
    user = make_preferences(record_plays=True).user
    make_play(user)
    client = member_of(user)
    page = client.post("/me", {"personal": "on"}, follow=True)
    assert page.redirect_chain[-1][0] == "/me/watching"
    assert "Nothing more is written down" in text(page)
    assert "Nothing was deleted" in text(client.post("/me/watching/forget", follow=True))
    assert Play.objects.count() == 1
    assert "Deleted: 1 viewings" in text(client.post("/me/watching/forget", {"sure": "1"}, follow=True))
    assert Play.objects.count() == 0
    assert "Nothing is kept" in text(client.get("/me/watching"))


def test_a_row_changes_in_place_and_what_cannot_be_is_said():
    user = make_preferences(record_plays=True).user
    play, foreign = make_play(user), make_play()
    client, row = member_of(user), {"HX-Request": "true"}
    where = f"/me/watching/{play.pk}"
    assert "Put it back" in text(client.post(where, {"do": "remove"}, headers=row))
    assert "Go on" in text(client.post(where, {"do": "restore"}, headers=row))
    assert "Marked as seen" in text(client.post(where, {"do": "seen"}, headers=row))
    assert "Not seen after all" in text(client.get("/me/watching"))
    assert "Deleted for good" in text(client.post(where, {"do": "forget"}, headers=row))
    refused = client.post(f"/me/watching/{foreign.pk}", {"do": "remove"}, headers=row)
    assert (refused.status_code, "not kept any more" in refused.content.decode()) == (422, True)
    assert client.get(where).headers["Location"] == "/me/watching"
    assert client.post(where, {"do": "nonsense"}).headers["Location"] == "/me/watching"
    assert Play.objects.get() == foreign
