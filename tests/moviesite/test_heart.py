"""A worker that was asked to end does, also where its loop has no ear for it."""

import subprocess
import sys

import pytest

from tests.moviesite.trees import ROOT, environment

STUCK = """
import time
import django
django.setup()
from celery.signals import worker_shutting_down
from celery.worker import state
from moviesite import celery, heart
heart.UNWILLING = 0.2

class Request:
    id = "at work"

request = Request()
if {busy}:
    state.active_requests.add(request)
worker_shutting_down.send(sender="worker", sig="SIGTERM", how="Warm", exitcode=0)
time.sleep(2)
print("still here", flush=True)
state.active_requests.clear()
time.sleep(60)
"""


@pytest.mark.parametrize(("busy", "said"), [(False, ""), (True, "still here\n")], ids=["idle", "at work"])
def test_a_worker_that_was_asked_to_end_goes_when_it_is_at_nothing_any_more(busy: bool, said: str) -> None:
    script = [sys.executable, "-c", STUCK.format(busy=busy)]
    ran = subprocess.run(script, cwd=ROOT, env=environment(), capture_output=True, text=True, timeout=50, check=False)
    assert (ran.returncode, ran.stdout) == (1, said), ran.stderr
    assert "it ends now" in ran.stderr
