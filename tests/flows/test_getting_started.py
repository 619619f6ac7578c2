"""The first tour of the API, as the page for developers shows it: it works on a running server, and notices what is untrue."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.curl import CURL
from tests.flows.conftest import PartnerApi
from tests.flows.liar import lying

DOCS = Path(__file__).parents[2] / "docs"
TOURS = {"python": [sys.executable, str(DOCS / "getting_started.py")]}
if CURL:
    TOURS["curl"] = ["sh", str(DOCS / "getting_started.sh")]
LIES = {  # what is told in one answer, and what in its place
    "unwell": ("status", rb'"status":"ok"', rb'"status":"so so"'),
    "a chart that begins elsewhere": ("charts/top", rb'"rank":1,', rb'"rank":2,'),
    "another film": ("movies/lookup", rb'"match":"exact"', rb'"match":"near"'),
    "a vote too many": ("rank", rb'"v":120000', rb'"v":120001'),
    "a better mean of all films": ("rank", rb'"c":"7.0200"', rb'"c":"7.0300"'),
    "reasons that do not add up": ("recommendations", rb'"weight":(-?)', rb'"weight":\g<1>1'),
    "another kind of refusal": ("charts/top", rb'"bad_parameter"', rb'"bad_luck"'),
}
tours = pytest.mark.parametrize("tour", TOURS.values(), ids=TOURS)


def toured(tour: list[str], url: str, key: str) -> subprocess.CompletedProcess[str]:
    env = {"PATH": os.environ["PATH"], "API": url, "KEY": key, "LC_ALL": "C.UTF-8"}
    return subprocess.run(tour, env=env, capture_output=True, text=True, timeout=120, check=False)


@tours
def test_the_tour_runs_to_its_end_on_a_running_server(tour: list[str], partner_api: PartnerApi) -> None:
    done = toured(tour, partner_api.url, partner_api.key)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    said = done.stdout.splitlines()
    assert [line.partition(".")[0] for line in said if not line.startswith(("2.", "6."))] == list("1345789")
    assert "3. Rear Window is film 12" in said
    assert any("8.410345" in line for line in said)
    assert any(line.startswith("6. Plan 9") for line in said)  # a learned list, not the chart
    assert "7. 266 films on 2 pages" in said
    assert any(line.startswith("8. 304") for line in said)
    assert not any(len(line) > 300 for line in said)


@tours
def test_the_tour_fails_when_a_word_of_an_answer_is_untrue(tour: list[str], partner_api: PartnerApi) -> None:
    unnoticed = []
    for name, (path, truth, lie) in LIES.items():
        with lying(partner_api.url, path, truth, lie) as url:
            done = toured(tour, url, partner_api.key)
        if done.returncode == 0 or "Not as it says" not in done.stderr:
            unnoticed.append((name, done.stdout, done.stderr))
    assert unnoticed == []


@tours
def test_the_tour_fails_with_a_key_that_nobody_issued(tour: list[str], partner_api: PartnerApi) -> None:
    assert toured(tour, partner_api.url, "rmk_live_nothing").returncode != 0
