"""What the two commands say to whoever types them, and how they end."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from mlops import store
from mlops.models import ModelVersion
from tests.factories.mlops import make_promotion
from tests.mlops.conftest import toy_recipes  # noqa: F401 — a fixture

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("toy_recipes")]


def test_a_backup_that_lacks_a_file_ends_in_an_error_now_and_when_it_is_checked(tmp_path: Path) -> None:
    make_promotion()
    call_command("backup", tmp_path / "monday", stdout=StringIO())
    call_command("backup", tmp_path / "monday", check=True, stdout=StringIO())
    digest = ModelVersion.objects.get().artefact_digest
    store.remove(digest)
    for check in (False, True):
        with pytest.raises(CommandError, match=f"not whole: .*{digest}"):
            call_command("backup", tmp_path / "tuesday", check=check, stdout=StringIO())
