"""The six groups come from a migration, with permissions that exist, and can be made again without harm."""

import importlib

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.db import connection

from catalog import groups

pytestmark = pytest.mark.django_db


def held(name: str) -> set[str]:
    rows = Permission.objects.filter(group__name=name).values_list("content_type__app_label", "codename")
    return {f"{app}.{codename}" for app, codename in rows}


def test_the_migration_made_every_group_with_all_its_permissions() -> None:
    assert {name: held(name) for name in groups.GROUPS} == {name: set(may) for name, may in groups.GROUPS.items()}


def test_making_them_again_adds_what_is_lacking_and_keeps_what_was_added() -> None:
    editors = Group.objects.get(name=groups.CATALOGUE_EDITORS)
    extra = Permission.objects.get(codename="view_rater")
    editors.permissions.set([extra])
    groups.install_groups()
    groups.install_groups()
    assert held(groups.CATALOGUE_EDITORS) == {*groups.GROUPS[groups.CATALOGUE_EDITORS], "catalog.view_rater"}
    assert Group.objects.count() == len(groups.GROUPS)


def test_the_migration_goes_back_and_forth() -> None:
    migration = importlib.import_module("catalog.migrations.0002_groups")
    editor = connection.schema_editor()
    migration.remove(apps, editor)
    assert not Group.objects.exists()
    migration.install(apps, editor)
    assert held(groups.AUDITORS) == set(groups.GROUPS[groups.AUDITORS])


ACTS = {
    groups.DATA_SCIENTISTS: {"mlops.start_run", "mlops.request_promotion"},
    groups.ML_ENGINEERS: {"mlops.start_run", "mlops.request_promotion", "mlops.roll_back"},
    groups.IT_OPERATIONS: {
        *("mlops.roll_back", "mlops.retry_job", "mlops.sign_version"),
        *("mlops.erase_subject", "mlops.declare_restore"),
    },
    groups.APPROVERS: {"mlops.decide_promotion", "mlops.request_policy", "mlops.roll_back"},
    groups.AUDITORS: {"mlops.account_for_changes"},
}
LOGS = {"auditevent", "capture"}  # for those who answer for the log
WITHOUT_A_PAGE = {"act", "slot"}  # keys of acts done once, and rows that are only locked


@pytest.mark.parametrize("name", groups.GROUPS)
def test_each_role_may_do_its_acts_and_nobody_but_editors_and_operations_changes_rows(name: str) -> None:
    beyond = {may for may in groups.GROUPS[name] if ".view_" not in may}
    acts = {may for may in beyond if may.startswith("mlops.")}
    assert acts == ACTS.get(name, set())
    assert {may.rpartition("_")[2] for may in beyond - acts} == {
        groups.CATALOGUE_EDITORS: {"movie", "licence"},
        groups.IT_OPERATIONS: {"partner", "partnerkey", "webhookendpoint"},
    }.get(name, set())


def test_nobody_both_asks_and_decides_by_one_role() -> None:
    assert [
        name for name, may in groups.GROUPS.items() if {"mlops.request_promotion", "mlops.decide_promotion"} <= {*may}
    ] == []


@pytest.mark.parametrize("name", set(groups.GROUPS) - {groups.CATALOGUE_EDITORS})
def test_everybody_of_the_learning_system_sees_all_of_it(name: str) -> None:
    models = {model._meta.model_name for model in apps.get_app_config("mlops").get_models()} - LOGS - WITHOUT_A_PAGE
    assert {f"mlops.view_{model}" for model in models} <= set(groups.GROUPS[name])
