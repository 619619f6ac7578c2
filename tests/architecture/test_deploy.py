"""The container files, held against linter, schema, settings and code: no engine is needed, and none was used."""

import importlib.util
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
import yaml
from django.core.management import get_commands

from catalog import urls
from catalog.views import script as scripts
from mlops import registry
from moviesite import schedules
from tests.postgres import _package, postgres
from tests.run import PRODUCTION

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
BIN = Path(sys.executable).parent
NO_SETTINGS = {"DJANGO_SETTINGS_MODULE", "OWNER_DATABASE_URL", *schedules.TRAINING_ENVIRONMENT}  # read elsewhere


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    return dict(yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"])


def ours(services: dict[str, Any]) -> dict[str, Any]:
    return {name: service for name, service in services.items() if "build" in service}


def dockerfile() -> str:
    return (DEPLOY / "Dockerfile").read_text().replace("\\\n", "")


@pytest.mark.parametrize(
    "command",
    [
        [str(BIN / "hadolint"), "--failure-threshold", "style", "deploy/Dockerfile"],
        [str(BIN / "check-jsonschema"), "--builtin-schema", "vendor.compose-spec", "deploy/compose.yaml"],
    ],
    ids=["hadolint", "compose-spec"],
)
def test_linter_and_schema_have_no_complaint(command: list[str]) -> None:
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_every_image_is_pinned(services: dict[str, Any]) -> None:
    images = re.findall(r"^FROM (\S+)", dockerfile(), re.MULTILINE)
    images += [service["image"] for service in services.values() if "build" not in service]
    assert [image for image in images if not re.search(r":\d+\.\d+(\.\d+)?(-|$)", image)] == []


def test_everything_copied_is_there_and_not_ignored() -> None:
    copied = [line.split()[1:-1] for line in dockerfile().splitlines() if re.match(r"COPY (?!--from)", line)]
    ignored = (ROOT / ".dockerignore").read_text().split()
    for path in [path for paths in copied for path in paths]:
        assert (ROOT / path).exists(), path
        assert path.partition("/")[0] not in ignored, path
    assert {"var", ".venv", ".git", "deploy/.env"} <= set(ignored)  # whatever else is copied one day


def test_every_script_that_the_site_hands_out_is_in_the_image() -> None:
    handed = [found.default_args["name"] for found in urls.urlpatterns if found.callback is scripts.handed_out]
    assert len(handed) == 6
    for name in handed:
        assert re.search(rf"^COPY .*\bdocs/{name} ", dockerfile(), re.MULTILINE), name


def test_the_final_image_has_no_compiler_and_no_root() -> None:
    final = dockerfile().split("FROM ")[-1]
    assert "apt-get" not in dockerfile()
    assert "pip" not in final
    assert re.search(r"^USER 10001$", final, re.MULTILINE)


# --- commands ----------------------------------------------------------------------------------------------------
def words(services: dict[str, Any]) -> Iterator[str]:
    """Every command of ours, as one line."""
    for service in ours(services).values():
        yield " ".join(service.get("command", []))
        yield " ".join(service.get("healthcheck", {}).get("test", []))
    for line in re.findall(r"CMD (\[.*\])", dockerfile()):
        yield " ".join(yaml.safe_load(line))


def test_every_command_exists(services: dict[str, Any]) -> None:
    lines = list(words(services))
    managed = {name for line in lines for name in re.findall(r"manage\.py (\S+)", line)}
    assert {
        "migrate",
        "postgres_roles",
        "genesis",
        "collectstatic",
        "load_demo",
        "first_run",
        "sign_checkpoints",
    } == managed
    assert managed <= set(get_commands())
    for line in lines:
        for module in re.findall(r"([\w.]+):application", line) + re.findall(r"-A (\S+)", line):
            assert importlib.util.find_spec(module), module
        for script in re.findall(r"python ((?!manage)\S+\.py)", line):
            assert (ROOT / script).exists(), script
    assert {line.split()[0] for line in lines if line} <= {"sh", "celery", "granian", "python", "CMD-SHELL"}


def test_workers_are_those_of_make_run(services: dict[str, Any]) -> None:
    """The same arguments, the same surroundings: what was measured there holds here."""
    for queue in schedules.QUEUES:
        service = services[f"worker-{queue}"]
        assert sorted(service["command"][3:]) == sorted(schedules.WORKERS[queue])
        assert f"{queue}@{service['hostname']}" in service["healthcheck"]["test"][1]
    assert schedules.TRAINING_ENVIRONMENT.items() <= services["worker-training"]["environment"].items()


def test_the_training_worker_may_use_what_steps_are_declared_to_need(services: dict[str, Any]) -> None:
    limits = services["worker-training"]["deploy"]["resources"]["limits"]
    needs = [need for recipe in registry.recipes().values() for need in recipe.resources.values()]
    assert float(limits["cpus"]) >= max(need.cpus for need in needs)
    assert int(limits["memory"].removesuffix("G")) * 1024 >= max(need.megabytes for need in needs)


# --- settings ----------------------------------------------------------------------------------------------------
def read_by_settings() -> dict[str, bool]:
    """Names that settings read, and whether production cannot do without."""
    texts = [
        (ROOT / "moviesite/settings" / name).read_text() for name in ("base.py", "partner_api.py", "production.py")
    ]
    calls = [call for text in texts for call in re.findall(r'env\.(\w+)\(\s*"([A-Z_]+)"(,?)', text)]
    found = {name: False for _, name, _ in calls}
    return found | {name: True for reader, name, more in calls if reader in ("text", "words") and not more}


def test_settings_are_given_what_they_need_and_nothing_they_do_not_read(services: dict[str, Any]) -> None:
    known = read_by_settings()
    needed = {name for name, must in known.items() if must}
    assert needed == set(PRODUCTION) - {"DJANGO_SETTINGS_MODULE"}
    for name, service in ours(services).items():
        given = set(service["environment"]) - NO_SETTINGS
        assert needed <= given, name
        assert given <= set(known), name
        assert service["environment"]["DJANGO_SETTINGS_MODULE"] == "moviesite.settings.production"


def test_what_compose_asks_for_is_in_the_example() -> None:
    text = re.sub(r"#.*", "", (DEPLOY / "compose.yaml").read_text())
    asked = set(re.findall(r"(?<!\$)\$\{(\w+)", text))
    example = dict(re.findall(r"^(\w+)=(.*)$", (DEPLOY / "example.env").read_text(), re.MULTILINE))
    assert asked == set(example)
    secrets = {name for name in example if name.endswith(("_KEY", "_PASSWORD"))}
    assert len(secrets) == 5
    assert [name for name in secrets if example[name]] == []  # nobody runs with a secret that everybody knows


def test_the_key_of_the_audit_log_is_the_signers_alone(services: dict[str, Any]) -> None:
    """The web refuses to start with it (tests/moviesite/test_keys.py)."""
    having = [name for name, service in services.items() if "checkpoint_key" in str(service)]
    assert having == ["signer"]
    places = services["signer"]["environment"]["CHECKPOINT_PLACES"].split(",")
    mounted = [volume.rpartition(":")[2] for volume in services["signer"]["volumes"]]
    assert {place.split("/")[1] for place in places} == {mount.strip("/") for mount in mounted}  # two volumes


def test_who_was_erased_is_written_where_a_restore_reads_it(services: dict[str, Any]) -> None:
    """The same folder, twice: below the witness for whoever restores, by itself for whoever erases."""
    erases, restores = services["worker-training"], services["signer"]
    second = erases["environment"]["ERASURE_PLACES"].split(",")[1]
    assert any(
        volume.startswith("${WITNESS") and volume.endswith(f"/erasures:{second}") for volume in erases["volumes"]
    )
    assert restores["environment"]["ERASURE_PLACES"] == "/state,/witness/erasures"


def test_no_service_of_ours_is_the_databases_superuser_and_one_alone_its_owner(services: dict[str, Any]) -> None:
    for name, service in ours(services).items():
        assert service["environment"]["DATABASE_URL"].startswith("postgres://retromovies_app:"), name
    assert [name for name, service in services.items() if "retromovies_owner" in str(service)] == ["prepare"]
    assert "POSTGRES_USER" not in services["postgres"]["environment"]
    assert [name for name, service in services.items() if "${POSTGRES_PASSWORD" in str(service)] == ["postgres"]


def test_the_public_key_of_the_log_lies_where_no_service_of_ours_can_write(services: dict[str, Any]) -> None:
    for service in ours(services).values():
        mounted = [config["target"] for config in service["configs"]]
        assert service["environment"]["CHECKPOINT_PUBLIC_KEY"] in mounted


def test_the_key_of_models_is_the_trainers_and_of_genesis_alone(services: dict[str, Any]) -> None:
    assert {name for name, service in services.items() if "artefact_key" in str(service)} == {
        "worker-training",
        "prepare",
    }
    for service in ours(services).values():
        mounted = [config["target"] for config in service["configs"]]
        assert service["environment"]["ARTEFACT_PUBLIC_KEYS"] in mounted


def test_what_prepares_a_new_database_leaves_a_role_that_serves_and_owns_nothing(tmp_path: Path) -> None:
    """roles.sh as the image runs it, then the first two commands of `prepare`."""
    with postgres() as address:
        psql = _package() / "pginstall" / "bin"
        found = urlsplit(address)
        env = {**os.environ, "PATH": f"{psql}:{os.environ['PATH']}", "PGHOST": "127.0.0.1", "PGPORT": str(found.port)}
        env |= {"PGPASSWORD": str(found.password), "POSTGRES_USER": "retro", "POSTGRES_DB": "retromovies"}
        env |= {"OWNER_PASSWORD": "owners", "APP_PASSWORD": "apps", "STATE": str(tmp_path)}
        _run(["createdb", "-U", "retro", "retromovies"], env)
        _run(["sh", "deploy/roles.sh"], env)
        env["DJANGO_SETTINGS_MODULE"] = "moviesite.settings.embedded"
        for name, role in (
            ("DATABASE_URL", "retromovies_app:apps"),
            ("OWNER_DATABASE_URL", "retromovies_owner:owners"),
        ):
            env[name] = f"postgres://{role}@127.0.0.1:{found.port}/retromovies"
        for command in ("migrate", "postgres_roles"):
            _run([sys.executable, "manage.py", command], env)
        with psycopg.connect(env["DATABASE_URL"]) as line:
            assert line.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone() == (False,)
            assert line.execute("SELECT count(*) FROM pg_tables WHERE tableowner = current_user").fetchone() == (0,)
            assert line.execute("SELECT count(*) FROM catalog_movie").fetchone() == (0,)
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                line.execute("DELETE FROM mlops_auditevent")


def _run(command: list[str], env: dict[str, str]) -> None:
    ran = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


# --- the health check ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("status", "code"), [(200, 0), (503, 1)])
def test_the_health_check_says_what_healthz_says_asking_as_the_proxy_does(status: int, code: int) -> None:
    asked: list[Any] = []

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append((self.path, self.headers["Host"], self.headers["X-Forwarded-Proto"]))
            self.send_response(status)
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        env = os.environ | {"PORT": str(server.server_port), "ALLOWED_HOSTS": ".retromovies.example,other"}
        assert subprocess.run([sys.executable, "deploy/healthy.py"], cwd=ROOT, env=env, check=False).returncode == code
        server.shutdown()
    assert asked == [("/healthz", "retromovies.example", "https")]
