"""What a migration changed is on record as its own, and what somebody else changed around it is not."""

from types import SimpleNamespace

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import override_settings

from mlops import triggers
from mlops.management import migrating
from mlops.models import AuditEvent, Capture, Deployment
from mlops.services import live, strays
from tests.factories.mlops import make_dataset, make_deployment, make_genesis
from tests.mlops import sql
from tests.mlops.starts import start

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("toys")]
PLAN = [(SimpleNamespace(app_label="mlops"), False)]


def end_by_hand() -> None:
    """A change that the guards allow and no service made."""
    sql.run("UPDATE mlops_deployment SET ended_at = started_at, ended_by = 'x' WHERE ended_at IS NULL")


def put_back() -> None:
    """The triggers, in the midst of a transaction that has changed rows."""
    if sql.POSTGRES:
        sql.run("SET CONSTRAINTS ALL IMMEDIATE")
    triggers.install(connection)


def behind_the_triggers() -> Deployment:
    """A deployment, with all that it stands on, that no trigger saw come."""
    triggers.drop(connection)
    made = make_deployment()
    put_back()
    return made


def unknown() -> list[list[str]]:
    """The tables of each event that waits for a person."""
    return [list(event.facts["detail"]["tables"]) for event in strays.left().events]


def test_what_a_migration_changes_is_its_own() -> None:
    make_genesis("toy-formula")
    migrating.before(None, "default", PLAN)
    end_by_hand()
    migrating.after(None, "default", PLAN)
    event = AuditEvent.objects.latest("seq")
    assert (event.action, event.actor, list(event.facts["detail"]["tables"])) == (
        "rows.migrated",
        "system",
        ["mlops_deployment"],
    )
    assert not strays.left()
    assert list(live.differences()) == []


def test_what_was_changed_behind_the_triggers_is_unknown_before_it_is_migrated() -> None:
    make_genesis("toy-formula")
    triggers.drop(connection, events=("UPDATE",))
    end_by_hand()
    put_back()
    assert not strays.left()
    assert len(list(live.differences())) == 1
    migrating.before(None, "default", PLAN)
    migrating.after(None, "default", PLAN)
    assert [event.facts["detail"]["tables"] for event in strays.left().events] == [
        {"mlops_deployment": {"changes": 1, "first": [str(Deployment.objects.get().pk)]}}
    ]
    assert list(live.differences()) == []


def test_rows_that_were_there_before_they_were_governed_are_noted_once() -> None:
    made = behind_the_triggers()
    assert not Capture.objects.exists()
    migrating.after(None, "default", [])
    noted = Capture.objects.filter(of="mlops_deployment").values_list("row", flat=True)
    assert list(noted) == [str(made.pk)]
    event = AuditEvent.objects.latest("seq")
    assert (event.action, event.facts["detail"]["governed"]) == (
        "rows.migrated",
        sorted(t.table for t in triggers.governed()),
    )
    count = Capture.objects.count()
    migrating.after(None, "default", [])
    assert (Capture.objects.count(), AuditEvent.objects.latest("seq")) == (count, event)
    assert list(live.differences()) == []


def test_what_was_changed_while_the_site_stood_still_is_not_the_systems_act() -> None:
    make_genesis("toy-formula")
    start()
    assert unknown() == []
    end_by_hand()
    start()
    assert unknown() == [["mlops_deployment"]]


def test_what_is_changed_during_a_migration_with_nothing_to_migrate_is_unknown() -> None:
    make_genesis("toy-formula")
    migrating.before(None, "default", [])
    end_by_hand()
    migrating.after(None, "default", [])
    assert unknown() == [["mlops_deployment"]]


def test_a_table_without_a_note_is_listed_as_governed_and_takes_no_row_in_unseen() -> None:
    """The first migration lists the tables; whoever then takes a trigger away for a moment is found at the next start."""
    start()
    assert AuditEvent.objects.get().facts["detail"]["tables"] == {}
    behind_the_triggers()
    start()
    ((*tables,),) = unknown()
    assert "mlops_deployment" in tables
    assert list(live.differences()) == []


def test_where_no_event_lists_the_tables_yet_those_with_a_note_are_listed() -> None:
    """A database of an earlier release."""
    make_genesis("toy-formula")
    triggers.drop(connection, events=("UPDATE",))
    end_by_hand()
    triggers.drop(connection)
    make_dataset()
    put_back()
    start()
    assert unknown() == [["mlops_deployment"]]
    migrated = AuditEvent.objects.latest("seq").facts["detail"]
    assert (list(migrated["tables"]), "mlops_dataset" in migrated["governed"]) == (["mlops_dataset"], True)


def test_a_table_that_is_governed_again_was_changed_by_nobody_known_meanwhile() -> None:
    """Otherwise a list that leaves it out, which anybody who writes at all can chain, would sign the change off."""
    start()
    more = override_settings(MLOPS_GOVERNED={"auth.Group": ["name"]})
    with more:
        triggers.drop(connection)
        group = Group.objects.create(name="another")
        put_back()
        start()
        assert unknown() == []
        assert list(AuditEvent.objects.latest("seq").facts["detail"]["tables"]) == ["auth_group"]
        triggers.drop(connection)
    put_back()
    start()
    assert "auth_group" not in AuditEvent.objects.latest("seq").facts["detail"]["governed"]
    Group.objects.filter(pk=group.pk).update(name="changed meanwhile")
    with more:
        put_back()
        start()
        assert "auth_group" in AuditEvent.objects.latest("seq").facts["detail"]["governed"]
    assert unknown() == [["auth_group"]]
