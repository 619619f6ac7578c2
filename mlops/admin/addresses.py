"""Where governed rows have their pages in the admin."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from mlops.admin.blocks import Cell


def row(model: str, pk: Any) -> str:
    return reverse(f"admin:mlops_{model}_change", args=[pk])


def rows(model: str, query: str = "") -> str:
    return reverse(f"admin:mlops_{model}_changelist") + (f"?{query}" if query else "")


def act(model: str, name: str, *args: Any) -> str:
    return reverse(f"admin:mlops_{model}_{name}", args=args)


def link(request: HttpRequest, model: str, pk: Any, text: str) -> Cell:
    """Return a cell that leads to a row, for those who may see it."""
    return Cell(text, href=row(model, pk) if request.user.has_perm(f"mlops.view_{model}") else "")
