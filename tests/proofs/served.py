"""Settings of the workers that proofs start: the embedded ones, beside the site's recipes the toys, and the toy job."""

import os

from moviesite.settings.embedded import *  # noqa: F403
from moviesite.settings.embedded import CELERY_BROKER_TRANSPORT_OPTIONS

SECRET_KEY = os.environ.get("FLOWS_SECRET_KEY", "only-for-tests-" + "x" * 50)
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CELERY_IMPORTS = ["tests.proofs.handlers"]
if os.environ.get("TOYS"):
    MLOPS_RECIPES = ["tests.toy_recipe.ToyFormula", "tests.toy_recipe.ToyLearner"]
if "HEALTH_CHECK" in os.environ:  # the short form has no time to wait as long as a site may
    CELERY_BROKER_TRANSPORT_OPTIONS = CELERY_BROKER_TRANSPORT_OPTIONS | {
        "health_check_interval": int(os.environ["HEALTH_CHECK"])
    }
    DEAF_AFTER = 2.0
