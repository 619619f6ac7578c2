"""Who owns and who serves on PostgreSQL: the statements that make it so, from what the database holds now."""

from django.db import connection

# What the log and the notes of changes are to the role that serves. A note comes by a trigger, that writes it with its
# owner's rights; the role that serves may set the seal of one and nothing else of it.
READ = "SELECT"
NARROW = {
    "mlops_auditevent": "SELECT, INSERT",
    "mlops_checkpoint": "SELECT, INSERT",
    "mlops_capture": "SELECT, UPDATE (seal)",
    "django_migrations": READ,
    "django_content_type": READ,
    "auth_permission": READ,
}
WIDE = "SELECT, INSERT, UPDATE, DELETE"  # the triggers refuse what of it no service does
PLAIN = "NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS"


def statements(owner: str, app: str) -> list[str]:
    """Return the SQL that gives everything in the schema to one role, and what it needs to the other. Idempotent."""
    schema = _one("SELECT quote_ident(current_schema())")
    return [
        *_made(owner),
        *_made(app),
        *_apart(app),
        *_database(owner, app),
        *(f"ALTER {kind} {schema}.{name} OWNER TO {owner}" for kind, name in _owned(schema)),
        f"ALTER SCHEMA {schema} OWNER TO {owner}",
        f"REVOKE ALL ON SCHEMA {schema} FROM PUBLIC, {app}",
        f"GRANT USAGE ON SCHEMA {schema} TO {app}",
        *(f"REVOKE ALL ON ALL {kind} IN SCHEMA {schema} FROM PUBLIC, {app}" for kind in ("TABLES", "SEQUENCES")),
        f"REVOKE ALL ON ALL FUNCTIONS IN SCHEMA {schema} FROM PUBLIC, {app}",
        *(f"GRANT {NARROW.get(name, WIDE)} ON {schema}.{name} TO {app}" for name in _tables(schema)),
        # An extension's functions are nobody's secret, and the search asks them.
        *(f"GRANT EXECUTE ON FUNCTION {schema}.{name} TO PUBLIC" for name in _functions(schema, extensions=True)),
        # No sequence is granted: an identity column needs none, and who may set one back may number a note before others.
        # What a later migration makes serves at once; run this again after it, and the narrow tables are narrow.
        f"ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA {schema} GRANT {WIDE} ON TABLES TO {app}",
        f"ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA {schema} REVOKE ALL ON SEQUENCES FROM {app}",
        f"ALTER DEFAULT PRIVILEGES FOR ROLE {owner} REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC",
    ]


def _made(role: str) -> list[str]:
    """A role that may log in, once it has a password: that is set by hand, and is in no log of ours."""
    plain = "NOT (rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls) AND rolcanlogin"
    known = _all(f"SELECT {plain} FROM pg_roles WHERE rolname = %s", role)  # noqa: S608 — no word of it is given
    if not known:
        return [f"CREATE ROLE {role} LOGIN {PLAIN}"]
    return [] if known == ["True"] or _one("SELECT current_user") == role else [f"ALTER ROLE {role} LOGIN {PLAIN}"]


def _apart(app: str) -> list[str]:
    """Whoever serves is in no other role, and least of all the owner's."""
    held = _all(
        "SELECT quote_ident(g.rolname) FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid"
        " JOIN pg_roles r ON r.oid = m.member WHERE r.rolname = %s ORDER BY 1",
        app,
    )
    return [f"REVOKE {role} FROM {app}" for role in held]


def _database(owner: str, app: str) -> list[str]:
    name = _one("SELECT quote_ident(current_database())")
    return [
        f"ALTER DATABASE {name} OWNER TO {owner}",
        f"REVOKE ALL ON DATABASE {name} FROM PUBLIC, {app}",
        f"GRANT CONNECT ON DATABASE {name} TO {app}",
    ]


def _tables(schema: str) -> list[str]:
    return _all(
        "SELECT quote_ident(c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE quote_ident(n.nspname) = %s AND c.relkind IN ('r', 'p', 'v') ORDER BY 1",
        schema,
    )


def _owned(schema: str) -> list[tuple[str, str]]:
    """Return the kind and name of everything with an owner; a sequence of a column goes with its table."""
    functions = _functions(schema, extensions=False)
    return [("TABLE", name) for name in _tables(schema)] + [("FUNCTION", name) for name in functions]


def _functions(schema: str, *, extensions: bool) -> list[str]:
    """Return the functions that came with extensions, or all the others."""
    belongs = "EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')"
    return _all(
        "SELECT quote_ident(p.proname) || '(' || pg_get_function_identity_arguments(p.oid) || ')' FROM pg_proc p"  # noqa: S608 — a constant
        " JOIN pg_namespace n ON n.oid = p.pronamespace"
        f" WHERE quote_ident(n.nspname) = %s AND {'' if extensions else 'NOT '}{belongs} ORDER BY 1",
        schema,
    )


def _all(query: str, *values: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(query, values or None)
        return [str(row[0]) for row in cursor.fetchall()]


def _one(query: str) -> str:
    return _all(query)[0]
