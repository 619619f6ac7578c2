"""Verifying an edition: by selector, by command and by the script of the standard library, on what the site itself says."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from catalog.errors import EditionWrong
from catalog.models import ChartEdition
from catalog.recsys.editions import chain_digest, content_digest
from catalog.selectors import charts
from catalog.selectors.documents import edition_document
from mlops import store
from tests.factories import catalog as make
from tests.factories.mlops import NOON

pytestmark = pytest.mark.django_db
SCRIPT = Path(__file__).resolve().parents[2] / "docs" / "verify_edition.py"


@pytest.fixture
def edition():
    make.small_catalogue(5)
    return charts.newest()


def stored_at(edition):
    digest = edition.content_digest
    return store._path(digest)


def republished(edition, data):
    """The edition as a forger with the database in hand leaves it: other bytes, and digests that fit them."""
    edition.content_digest = store.put(data)
    edition.chain_digest = chain_digest(
        edition.previous_chain, edition.content_digest, edition.number, edition_document(edition)["at"]
    )
    edition.save()
    return edition


def run_script(tmp_path, edition, data):
    (tmp_path / "e.json").write_text(json.dumps(edition_document(edition)))
    (tmp_path / "a.ndjson").write_bytes(data)
    command = [sys.executable, "-I", "-S", SCRIPT, "e.json", "a.ndjson"]
    return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=30, check=False)


# --- a good one --------------------------------------------------------------------------------------------------
def test_a_good_edition_holds_three_times(edition, tmp_path, capsys):
    assert charts.verify(edition) == 5
    call_command("verify_edition")
    assert capsys.readouterr().out == "Edition 1 holds: C, 5 ratings and ranks, content and chain digest.\n"
    done = run_script(tmp_path, edition, charts.artefact(edition))
    assert (done.returncode, done.stdout) == (0, "Edition 1: holds, 5 films recomputed\n")


def test_the_command_takes_a_number_or_all(edition, capsys):
    make.make_member_rating(value=1)
    make.make_edition(NOON.replace(hour=13))
    call_command("verify_edition", "1")
    call_command("verify_edition", "--all")
    assert [line.split(":")[0] for line in capsys.readouterr().out.splitlines()] == [
        "Edition 1 holds",
        "Edition 2 holds",
        "Edition 1 holds",
    ]
    with pytest.raises(CommandError, match=r"^There is no edition 3\.$"):
        call_command("verify_edition", "3")


@pytest.mark.parametrize("arguments", [(), ("--all",)])
def test_without_editions_the_command_says_so(arguments):
    with pytest.raises(CommandError, match=r"^There is no edition yet\.$"):
        call_command("verify_edition", *arguments)


# --- bytes that were changed -------------------------------------------------------------------------------------
def votes_of_the_first_film(data):
    """(the text, where its digits begin and end)"""
    start = data.index(b'"v":') + 4
    return start, data.index(b",", start)


def test_any_flipped_digit_of_a_vote_fails(edition, tmp_path):
    good = charts.artefact(edition)
    start, end = votes_of_the_first_film(good)
    assert end - start == 6  # 200,000 votes
    for place in range(start, end):
        bad = bytearray(good)
        bad[place] = ord(b"7")
        stored_at(edition).chmod(0o600)
        stored_at(edition).write_bytes(bad)
        with pytest.raises(EditionWrong, match="has been changed: its bytes have another digest"):
            charts.verify(edition)
        with pytest.raises(CommandError, match="has been changed"):
            call_command("verify_edition", "--all")
        assert run_script(tmp_path, edition, bytes(bad)).returncode == 1


def test_any_flipped_digit_of_a_vote_fails_with_digests_that_fit(edition, tmp_path):
    good = charts.artefact(edition)
    start, end = votes_of_the_first_film(good)
    for place in range(start, end):
        bad = bytearray(good)
        bad[place] = ord(b"7")
        forged = republished(edition, bytes(bad))
        with pytest.raises(EditionWrong, match=r"^Edition 1: "):
            charts.verify(forged)
        with pytest.raises(CommandError, match=r"^Edition 1: "):
            call_command("verify_edition")
        assert run_script(tmp_path, forged, bytes(bad)).returncode == 1


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"rank":2', b'"rank":3'),
        (b'"C_e4":', b'"C_e4":1'),
        (b'"films":5', b'"films":6'),
        (b'"m":25000', b'"m":1'),
        (b'"m":25000', b'"m":null'),
        (b'"m":25000,', b""),
        (b'"floor":1,', b'"floor":2,'),
        (b'"version":"weighted-rating v1"', b'"version":"weighted-rating v2"'),
        (b'"v":200000', b'"v":0'),
        (b'"v":200000', b'"v":"200000"'),
        (b'"v":200000', b'"v":-25000'),
        (b'{"format"', b'["format"'),
    ],
)
def test_bytes_that_say_something_else_are_wrong(edition, old, new):
    data = charts.artefact(edition)
    assert old in data
    with pytest.raises(EditionWrong, match=r"^Edition 1: "):
        charts.verify(republished(edition, data.replace(old, new, 1)))


def test_a_film_more_or_less_is_wrong(edition):
    lines = charts.artefact(edition).splitlines(keepends=True)
    for bad in (lines[:-1], [*lines, lines[-1]]):
        with pytest.raises(EditionWrong):
            charts.verify(republished(edition, b"".join(bad)))


def test_an_artefact_that_is_lost_says_so(edition):
    store.remove(edition.content_digest)
    with pytest.raises(EditionWrong, match=r"^The rows of edition 1 cannot be read: "):
        charts.verify(edition)
    with pytest.raises(CommandError, match=r"^The rows of edition 1 cannot be read: "):
        call_command("verify_edition")


# --- rows that were changed --------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("prior_votes", 24_999),
        ("floor", 2),
        ("version_label", "weighted-rating v2"),
        ("mean_e4", 1),
        ("films", 6),
        ("ranked", 4),
        ("at", NOON.replace(second=1)),
        ("previous_chain", "1" * 64),
        ("chain_digest", "1" * 64),
    ],
)
def test_a_row_that_says_something_else_is_wrong(edition, column, value):
    ChartEdition.objects.update(**{column: value})
    with pytest.raises(EditionWrong, match="Edition 1"):
        charts.verify(charts.newest())


def test_an_edition_missing_from_the_chain_is_noticed(edition):
    film = make.make_movie()
    for hour in (13, 14):
        make.make_member_rating(film, value=hour - 10)
        make.make_edition(NOON.replace(hour=hour))
    assert charts.verify(charts.newest()) == 6
    ChartEdition.objects.get(number=2).rank_changes.all().delete()
    ChartEdition.objects.filter(number=2).delete()
    with pytest.raises(EditionWrong, match=r"^Edition 3 does not follow edition 2\.$"):
        charts.verify(charts.newest())


def test_the_page_and_the_bytes_have_one_digest(edition):
    assert edition_document(edition)["content_digest"] == content_digest(charts.artefact(edition))
