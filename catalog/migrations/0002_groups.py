"""The six groups that staff work in, with their permissions."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

from catalog.groups import install_groups, remove_groups


def install(apps, schema_editor):
    using = schema_editor.connection.alias
    for label in ("auth", "catalog", "mlops"):
        app = apps.get_app_config(label)
        # A migration's stand-in for an app has no models module, and is passed over without one.
        before = getattr(app, "models_module", None)
        app.models_module = before or True
        create_permissions(app, apps=apps, using=using, verbosity=0)
        app.models_module = before
    install_groups(apps, using)


def remove(apps, schema_editor):
    remove_groups(apps, schema_editor.connection.alias)


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("catalog", "0001_initial"),
        ("mlops", "0001_initial"),
    ]

    operations = [migrations.RunPython(install, remove)]
