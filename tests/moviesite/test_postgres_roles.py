"""The role that serves does all that a site does, and cannot touch what guards it."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from catalog.models import Movie
from mlops import triggers
from mlops.errors import BadBackup
from mlops.models import Approval, Capture
from mlops.ports import SYSTEM
from mlops.services import approvals, audit, backups, promotion, strays, verification
from moviesite import roles
from moviesite.settings import env
from tests.factories.catalog import make_member_rating, make_movie, small_catalogue
from tests.factories.mlops import (
    NOON,
    make_approver,
    make_candidate,
    make_genesis,
    make_promotion,
    make_promotion_request,
)
from tests.mlops import sql
from tests.mlops.conftest import toy_recipes, toys  # noqa: F401 — fixtures
from tests.mlops.test_backups import restore

pytestmark = pytest.mark.django_db
OWNER, APP = "retromovies_owner", "retromovies_app"


@pytest.fixture
def as_app() -> Iterator[None]:
    """This test's connection, as the role that serves."""
    call_command("postgres_roles", stdout=StringIO())
    with connection.cursor() as cursor:
        cursor.execute(f"SET SESSION AUTHORIZATION {APP}")
        yield
        cursor.execute("RESET SESSION AUTHORIZATION")


@contextmanager
def logged_in(role: str) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(f"SET SESSION AUTHORIZATION {role}")
        try:
            yield
        finally:
            cursor.execute("RESET SESSION AUTHORIZATION")


@pytest.fixture
def kept_roles() -> Iterator[None]:
    """Both roles, as a site has them: committed; gone when the test is over."""
    call_command("postgres_roles", stdout=StringIO())
    yield
    with connection.cursor() as cursor:
        cursor.execute(f"REASSIGN OWNED BY {OWNER} TO CURRENT_USER")
        for role in (APP, OWNER):
            cursor.execute(f"DROP OWNED BY {role}")
            cursor.execute(f"DROP ROLE {role}")


@sql.on_sqlite
def test_sqlite_knows_no_roles() -> None:
    with pytest.raises(CommandError, match="SQLite knows no roles"):
        call_command("postgres_roles")


def test_only_the_owners_commands_use_the_owners_address(monkeypatch: pytest.MonkeyPatch) -> None:
    def used(*words: str) -> str:
        monkeypatch.setattr("sys.argv", list(words))
        return env.database_variable()

    assert used("manage.py", "migrate") == "DATABASE_URL"
    monkeypatch.setenv("OWNER_DATABASE_URL", "postgres://owner@127.0.0.1/x")
    assert used("manage.py", "migrate", "--noinput") == used("/srv/manage.py", "postgres_roles") == "OWNER_DATABASE_URL"
    assert used("manage.py", "restore", "monday") == "OWNER_DATABASE_URL"
    assert used("manage.py", "up") == used("manage.py") == used("celery", "migrate") == "DATABASE_URL"


@sql.on_postgres
def test_a_dry_run_tells_and_changes_nothing() -> None:
    said = StringIO()
    call_command("postgres_roles", dry_run=True, stdout=said)
    assert f"CREATE ROLE {APP} LOGIN" in said.getvalue()
    assert "GRANT SELECT, INSERT ON public.mlops_auditevent" in said.getvalue()
    assert sql.told("SELECT count(*) FROM pg_roles WHERE rolname = %s", APP) == [(0,)]


@sql.on_postgres
def test_asked_again_and_as_the_owner_it_changes_nothing() -> None:
    call_command("postgres_roles", stdout=StringIO())
    first = roles.statements(OWNER, APP)
    with connection.cursor() as cursor:
        cursor.execute(f"SET SESSION AUTHORIZATION {OWNER}")
        call_command("postgres_roles", stdout=StringIO())
        cursor.execute("RESET SESSION AUTHORIZATION")
    assert roles.statements(OWNER, APP) == first
    assert not any(statement.startswith(("CREATE ROLE", "ALTER ROLE")) for statement in first)
    assert triggers.missing(connection) == []


@sql.on_postgres
@pytest.mark.usefixtures("toys", "as_app")
def test_the_role_that_serves_can_do_what_a_site_does() -> None:
    make_genesis("toy-formula")
    request = make_promotion_request(make_candidate())
    told = {"evidence_digest": request.evidence_digest, "reason": "better", "at": NOON}
    approvals.decide(request_id=request.pk, verdict=Approval.Verdict.APPROVE, by=make_approver(), **told)
    assert promotion.Deployment.objects.champion("toy-learner").version == request.version
    promotion.roll_back(recipe_key="toy-learner", reason="worse", by=make_approver(), at=NOON)
    strays.seal(at=NOON)
    assert not Capture.objects.unsealed().exists()
    assert verification.verify().holds


@sql.on_postgres
@pytest.mark.usefixtures("as_app")
def test_it_publishes_and_takes_ratings() -> None:
    film = small_catalogue(3)[0]
    make_member_rating(film)
    assert Capture.objects.filter(of="catalog_movie").count() == 3


@sql.on_postgres
def test_every_number_is_given_by_an_identity_column() -> None:
    """The role that serves needs no sequence then; a column that takes its default from one would need it."""
    query = "SELECT c.relname, a.attname FROM pg_attrdef d JOIN pg_class c ON c.oid = d.adrelid JOIN pg_attribute a"
    query += " ON a.attrelid = d.adrelid AND a.attnum = d.adnum WHERE pg_get_expr(adbin, adrelid) LIKE '%%nextval(%%'"
    assert sql.told(query) == []


@sql.on_postgres
def test_no_table_of_a_later_migration_lends_its_sequence() -> None:
    """Nor where an earlier release granted those that were to come."""
    call_command("postgres_roles", stdout=StringIO())
    sql.run(f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} IN SCHEMA public GRANT UPDATE ON SEQUENCES TO {APP}")
    call_command("postgres_roles", stdout=StringIO())
    sql.run(f"SET LOCAL ROLE {OWNER}; CREATE TABLE later (id bigint GENERATED BY DEFAULT AS IDENTITY); RESET ROLE")
    assert sql.told("SELECT has_sequence_privilege(%s, 'later_id_seq', 'SELECT, USAGE, UPDATE')", APP) == [(False,)]


@sql.on_postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("toy_recipes", "kept_roles")
def test_who_serves_backs_up_and_the_owner_restores_once_nobody_is_served(tmp_path: Path) -> None:
    make_promotion()
    with logged_in(APP):
        backups.back_up(folder=tmp_path / "monday", by=SYSTEM, at=NOON)
        with pytest.raises(CommandError, match="Nothing was changed: must be owner"):
            call_command("restore", tmp_path / "monday", by="anybody", reason="the disk broke")
    another = connection.Database.connect(**connection.get_connection_params())
    with logged_in(OWNER):
        with closing(another), pytest.raises(BadBackup, match="others have the database open"):
            restore(tmp_path / "monday")
        restore(tmp_path / "monday")
        assert triggers.missing(connection) == []
    with logged_in(APP):
        make_promotion()
        assert audit.verify().holds


ATTACKS = [
    "ALTER TABLE mlops_auditevent DISABLE TRIGGER mlops_auditevent_no_update",
    "ALTER TABLE catalog_movie DISABLE TRIGGER ALL",
    "DROP TRIGGER mlops_capture_kept ON mlops_capture",
    "CREATE OR REPLACE FUNCTION mlops_auditevent_no_update() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "CREATE TRIGGER sly BEFORE INSERT ON mlops_auditevent FOR EACH ROW EXECUTE FUNCTION mlops_capture_kept()",
    "CREATE RULE sly AS ON INSERT TO mlops_capture DO INSTEAD NOTHING",
    "SET session_replication_role = replica",
    "UPDATE mlops_auditevent SET body = '{}'",
    "DELETE FROM mlops_auditevent",
    "TRUNCATE mlops_auditevent",
    "TRUNCATE catalog_historicalmovie",
    "DROP TABLE mlops_capture",
    "ALTER TABLE mlops_capture ADD COLUMN sly text",
    "INSERT INTO mlops_capture (\"of\", op, row) VALUES ('catalog_movie', 'U', '1')",
    "UPDATE mlops_capture SET after = '{}'",
    "DELETE FROM mlops_capture",
    "DELETE FROM django_migrations",
    "CREATE TABLE public.sly (id int)",
    "CREATE TEMP TABLE mlops_erasure (state text)",
    f"SET ROLE {OWNER}",
    "COPY mlops_capture FROM PROGRAM 'true'",
    "SELECT setval('mlops_capture_id_seq', 1)",
    "SELECT setval('catalog_movie_id_seq', 9223372036854775807)",
    "SELECT nextval('mlops_capture_id_seq')",
]


@sql.on_postgres
@pytest.mark.usefixtures("as_app")
@pytest.mark.parametrize("attack", ATTACKS)
def test_what_guards_it_is_out_of_its_reach(attack: str) -> None:
    said = sql.refused(attack)
    assert any(words in said for words in ("permission denied", "must be owner", "must have CREATE")), said


@sql.on_postgres
@pytest.mark.usefixtures("as_app")
def test_the_role_that_serves_may_search_with_the_extensions_functions() -> None:
    make_movie("Vertigo")
    assert [film.title for film in Movie.objects.search("vertgio")] == ["Vertigo"]
