"""Another site: its own accounts, a toy recipe, mlops, and no catalogue within reach."""

import atexit
import shutil
import sys
import tempfile
from importlib.abc import MetaPathFinder
from pathlib import Path
from typing import Any

from celery import Celery


class Nowhere(MetaPathFinder):
    """Finds this site's own packages nowhere, as if they were not on the machine."""

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> None:
        if fullname.partition(".")[0] in ("catalog", "moviesite"):
            raise ModuleNotFoundError(f"{fullname} is not installed here", name=fullname)


sys.meta_path.insert(0, Nowhere())
STATE = Path(tempfile.mkdtemp(prefix="retromovies-alone-"))
atexit.register(shutil.rmtree, STATE, ignore_errors=True)

Celery("alone", broker="memory://", set_as_current=True).set_default()  # nudges go nowhere: the rows are the jobs

SECRET_KEY = "only-for-tests"
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "mlops"]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": STATE / "alone.sqlite3",
        "OPTIONS": {"timeout": 20, "transaction_mode": "IMMEDIATE", "init_command": "PRAGMA journal_mode=WAL"},
        "TEST": {"NAME": str(STATE / "test.sqlite3")},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
ARTEFACTS = STATE / "artefacts"
ARTEFACT_KEY = STATE / "artefacts.pem"
ARTEFACT_PUBLIC_KEYS = [STATE / "artefacts.pub.pem"]
CHECKPOINT_KEY = STATE / "checkpoint.pem"
CHECKPOINT_PUBLIC_KEY = STATE / "checkpoint.pub.pem"
CHECKPOINT_PLACES = [STATE / "checkpoints", STATE / "witness"]
ERASURE_PLACES = [STATE, STATE / "witness"]
CHECKPOINT_EVERY = 60
AUDIT_ORIGIN = "alone/audit"
AUDIT_URGENT: tuple[str, ...] = ()
MLOPS_RECIPES = ["tests.toy_recipe.ToyFormula", "tests.toy_recipe.ToyLearner"]
