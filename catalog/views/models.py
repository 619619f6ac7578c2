"""The public ledger: every system, its versions, what served since when, who approved it and why. People by role alone."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from mlops import ledger
from mlops.ledger import ModelCard, System

STATES = {
    "CANDIDATE": _("candidate"),
    "APPROVED": _("approved"),
    "REJECTED": _("rejected"),
    "RETIRED": _("retired"),
}
KINDS = {"SOFTWARE": _("computes by a formula"), "LEARNING": _("learned from data")}
REQUESTS = {
    "OPEN": _("open"),
    "PROMOTED": _("promoted"),
    "REJECTED": _("rejected"),
    "WITHDRAWN": _("withdrawn"),
    "EXPIRED": _("expired"),
}
VERDICTS = {"APPROVE": _("approved"), "REJECT": _("rejected")}


def systems(request: HttpRequest) -> HttpResponse:
    """Every ranking system of the house and all its versions."""
    found = [_told(system) for system in ledger.systems()]
    return render(request, "catalog/models.html", {"systems": found})


def system(request: HttpRequest, recipe_key: str) -> HttpResponse:
    """One system: its versions, and what served from when until when."""
    found = next((system for system in ledger.systems() if system.recipe_key == recipe_key), None)
    if found is None:
        return _missing(request, "")
    context = {"system": _told(found), "services": ledger.services(recipe_key)[::-1], "section": "models"}
    return render(request, "catalog/model_system.html", context)


def version(request: HttpRequest, recipe_key: str, number: int) -> HttpResponse:
    """One version's card: intended use, data, training, evaluation, gates, limits, requests, votes, service."""
    card = ledger.version(recipe_key, number) if 0 < number < 2**31 else None
    if card is None:
        known = any(system.recipe_key == recipe_key for system in ledger.systems())
        return _missing(request, recipe_key if known else "")
    return render(request, "catalog/model_version.html", {"card": card, "section": "models", **_words(card)})


def _missing(request: HttpRequest, recipe_key: str) -> HttpResponse:
    """Say that there is no such system or version, and lead to the page above it."""
    return render(request, "catalog/model_missing.html", {"recipe_key": recipe_key, "section": "models"}, status=404)


def _told(system: System) -> dict[str, Any]:
    lines = [{"line": line, "state": STATES.get(line.state, line.state)} for line in ledger.versions(system.recipe_key)]
    return {"system": system, "kind": KINDS.get(system.kind, system.kind), "versions": lines}


def _words(card: ModelCard) -> dict[str, Any]:
    requests = [
        {
            "request": asked,
            "state": REQUESTS.get(asked.state, asked.state),
            "votes": [{"vote": vote, "verdict": VERDICTS.get(vote.verdict, vote.verdict)} for vote in asked.votes],
        }
        for asked in card.requests
    ]
    serving = any(stretch.ended_at is None for stretch in card.deployments)
    kind, state = KINDS.get(card.kind, card.kind), STATES.get(card.state, card.state)
    return {"requests": requests, "kind": kind, "state": state, "serving": serving}
