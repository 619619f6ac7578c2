"""Films are found by all their names: a table of them, and an index over it that each database is good at."""

from django.db import ProgrammingError, migrations, models, transaction

from catalog.finding.names import name_line

BATCH = 1000
TABLE, INDEX = "catalog_filmnames", "catalog_filmnames_index"
# The index is kept by triggers, so that no way of writing a name can forget it.
SQLITE = [
    f"CREATE VIRTUAL TABLE {INDEX} USING fts5(line, tokenize='trigram')",
    f"""CREATE TRIGGER catalog_filmnames_made AFTER INSERT ON {TABLE} BEGIN
        INSERT INTO {INDEX}(rowid, line) VALUES (new.movie_id, new.line); END""",
    f"""CREATE TRIGGER catalog_filmnames_gone AFTER DELETE ON {TABLE} BEGIN
        DELETE FROM {INDEX} WHERE rowid = old.movie_id; END""",
    f"""CREATE TRIGGER catalog_filmnames_changed AFTER UPDATE ON {TABLE} BEGIN
        DELETE FROM {INDEX} WHERE rowid = old.movie_id;
        INSERT INTO {INDEX}(rowid, line) VALUES (new.movie_id, new.line); END""",
]
SQLITE_BACK = [
    "DROP TRIGGER catalog_filmnames_made",
    "DROP TRIGGER catalog_filmnames_gone",
    "DROP TRIGGER catalog_filmnames_changed",
    f"DROP TABLE {INDEX}",
]
POSTGRESQL = [
    f"CREATE INDEX catalog_filmnames_words ON {TABLE} USING gin (array_to_tsvector(string_to_array(line, ' ')))",
    f"CREATE INDEX catalog_filmnames_trigrams ON {TABLE} USING gin (line gin_trgm_ops)",
]
POSTGRESQL_BACK = ["DROP INDEX catalog_filmnames_trigrams", "DROP INDEX catalog_filmnames_words"]
LACKING = (
    "The search needs PostgreSQL's extension pg_trgm, and the role {user} may not create it. Let whoever owns the database"
    ' run  CREATE EXTENSION pg_trgm;  in it once (or  GRANT CREATE ON DATABASE "{name}" TO {user};), then migrate again.'
    " docs/search.md says more."
)


def name(apps, schema_editor):
    """Write the names of the films that are there."""
    films = apps.get_model("catalog", "Movie").objects.order_by("pk").values_list("pk", "title")
    model = apps.get_model("catalog", "FilmNames")
    model.objects.bulk_create([model(movie_id=pk, line=name_line(title)) for pk, title in films], batch_size=BATCH)


def index(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        extend(schema_editor)
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def unindex(apps, schema_editor):
    """The extension stays: others may use it, and it holds nothing."""
    for statement in POSTGRESQL_BACK if schema_editor.connection.vendor == "postgresql" else SQLITE_BACK:
        schema_editor.execute(statement)


def extend(schema_editor):
    """Make the extension unless it is there; a role that may not is told who may."""
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'")
        if cursor.fetchone():
            return
        try:
            with transaction.atomic(using=connection.alias):
                cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        except ProgrammingError as error:
            settings = connection.settings_dict
            raise ProgrammingError(LACKING.format(user=settings["USER"], name=settings["NAME"])) from error


class Migration(migrations.Migration):
    dependencies = [("catalog", "0010_watching")]

    operations = [
        migrations.CreateModel(
            name="FilmNames",
            fields=[
                (
                    "movie",
                    models.OneToOneField(
                        on_delete=models.deletion.CASCADE,
                        primary_key=True,
                        related_name="names",
                        serialize=False,
                        to="catalog.movie",
                    ),
                ),
                ("line", models.TextField()),
            ],
            options={"verbose_name_plural": "film names"},
        ),
        migrations.RunPython(index, unindex),
        migrations.RunPython(name, migrations.RunPython.noop, elidable=True),
    ]
