"""What the roles may see and do with runs, datasets, requests and reports."""

from importlib import import_module

from django.db import migrations

first = import_module("catalog.migrations.0002_groups")


class Migration(migrations.Migration):
    dependencies = [("catalog", "0003_hidden"), ("mlops", "0002_learning_system")]

    operations = [migrations.RunPython(first.install, migrations.RunPython.noop)]
