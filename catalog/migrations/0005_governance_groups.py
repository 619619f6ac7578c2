"""What the roles may see and do with policies, checkpoints, work that waits, erasures and unsealed changes."""

from importlib import import_module

from django.db import migrations

first = import_module("catalog.migrations.0002_groups")


class Migration(migrations.Migration):
    dependencies = [("catalog", "0004_learning_groups"), ("mlops", "0003_governance")]

    operations = [migrations.RunPython(first.install, migrations.RunPython.noop)]
