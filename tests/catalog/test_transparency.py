"""What anybody can take away of the audit log, and check elsewhere: a signed note, its key, and proofs of public acts."""

import json
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from mlops import registry, triggers
from mlops.models import AuditEvent
from mlops.services import checkpoints
from tests.catalog.page_words import text
from tests.clock import NOON
from tests.factories.catalog import small_catalogue
from tests.factories.mlops import make_promotion
from tests.mlops import sql

pytestmark = [pytest.mark.django_db]


def signed() -> None:
    checkpoints.Signer(checkpoints.private_key()).attend(at=NOON, now=True)


def seq_of(action: str) -> int:
    return next(event.seq for event in AuditEvent.objects.order_by("-seq") if event.action == action)


def checked(tmp_path: Path, client: Client, proof: dict[str, Any]) -> tuple[int, str]:
    """What a stranger's Python says of a proof, by the key and the scripts from the page."""
    for name in ("verify_audit.py", "p256.py"):
        (tmp_path / name).write_bytes(client.get(f"/{name}").content)
    (tmp_path / "key.pem").write_bytes(client.get("/transparency/key").content)
    (tmp_path / "proof.json").write_text(json.dumps(proof))
    command = [sys.executable, "-E", "-s", "-S", "verify_audit.py", "--proof", "proof.json", "--key", "key.pem"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=30, check=False)
    return ran.returncode, ran.stdout


@pytest.fixture
def house(settings: Any, db: None) -> None:
    """An edition, a promotion, and both signed."""
    settings.MLOPS_RECIPES = [*settings.MLOPS_RECIPES, "tests.toy_recipe.ToyLearner"]
    registry.recipes.cache_clear()
    small_catalogue(5)
    make_promotion()
    signed()


def test_before_the_first_signature_the_page_says_so(client: Client) -> None:
    assert "Nothing has been signed yet" in text(client.get("/transparency"))
    for address in ("checkpoint", "checkpoint.json", "key", "proof/1.json"):
        assert client.get(f"/transparency/{address}").status_code == 404
    assert client.get("/transparency/proof", follow=True).status_code == 200


def test_the_page_shows_the_note_the_key_and_a_proof_for_each_public_act(house: None, client: Client) -> None:
    page = client.get("/transparency").content.decode()
    note = client.get("/transparency/checkpoint").content.decode()
    assert note in page.replace("&#x27;", "'").replace("&quot;", '"').replace("&#43;", "+")
    told = client.get("/transparency/checkpoint.json").json()
    assert (told["checkpoint"], told["size"]) == (note, AuditEvent.objects.count())
    assert told["key"] in page.replace("&#43;", "+")
    proofs = {int(seq) for seq in re.findall(r'href="/transparency/proof/(\d+)\.json"', page)}
    assert proofs == {seq_of(action) for action in ("edition.published", "version.promoted", "version.genesis")}


def test_a_stranger_can_check_a_proof_and_every_change_of_it_is_refused(
    house: None, client: Client, tmp_path: Path
) -> None:
    proof = client.get(f"/transparency/proof/{seq_of('edition.published')}.json").json()
    assert checked(tmp_path, client, proof)[0] == 0
    assert "content" in json.loads(proof["body"])["detail"]  # what was published, under the hash
    for name, other in (
        ("seq", proof["seq"] - 1),
        ("hash", "0" * 64),
        ("body", proof["body"].replace("edition:1", "edition:2")),
        ("proof", [*proof["proof"][:-1], "0" * 64]),
        ("proof", proof["proof"][:-1]),
        ("checkpoint", proof["checkpoint"].replace("head ", "head a")),
    ):
        code, said = checked(tmp_path, client, {**proof, name: other})
        assert (code, "Proved" in said) == (1, False), name


def test_a_persons_act_is_proved_without_telling_of_the_person(house: None, client: Client) -> None:
    event = AuditEvent.objects.get(seq=seq_of("version.promoted"))
    said = client.get(f"/transparency/proof/{event.seq}.json").content.decode()
    assert json.loads(said)["hash"] == bytes(event.hash).hex()
    assert event.actor not in said + client.get("/transparency").content.decode()
    assert "body" not in json.loads(said)


def test_what_is_not_signed_yet_has_no_proof(house: None, client: Client) -> None:
    make_promotion(at=NOON + timedelta(days=1))
    later = seq_of("version.promoted")
    assert "not signed yet" in text(client.get("/transparency"))
    assert client.get(f"/transparency/proof/{later}.json").status_code == 404
    assert client.get("/transparency/proof/99999999999999999999.json").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_a_log_that_was_rewritten_is_proved_to_nobody(house: None, client: Client) -> None:
    triggers.drop(connection)
    sql.run("UPDATE mlops_auditevent SET hash = %s WHERE seq = 1", b"x" * 32)
    triggers.install(connection)
    answer = client.get(f"/transparency/proof/{seq_of('edition.published')}.json")
    assert answer.status_code == 404
    assert "is not the one of the checkpoint" in answer.json()["error"]
