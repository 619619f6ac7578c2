"""The audit log as far as anybody may see it: the newest signed checkpoint, its key, and proofs of public acts."""

import re
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from catalog.words import told
from mlops import ledger
from mlops.errors import BadKey, NoProof

PUBLISHED = "edition.published"
ACTS = {
    "version.genesis": _("first version put in force"),
    "version.promoted": _("version promoted"),
    "deployment.rolled_back": _("rolled back"),
    PUBLISHED: _("edition published"),
}
MOST = 20  # lines of each list


@never_cache
def transparency(request: HttpRequest) -> HttpResponse:
    """The newest checkpoint to copy, how to check it, and a proof for every public act."""
    found, fault = _checkpoint()
    size = found.size if found else 0
    try:
        acts = [_told(act) for act in ledger.public_acts(ledger.PUBLIC_ACTS, size, MOST)]
        editions = [_told(act) for act in ledger.public_acts([PUBLISHED], size, MOST)]
    except NoProof as error:
        acts, editions, fault = [], [], fault or str(error)
    context = {"checkpoint": found, "fault": told(fault), "acts": acts, "editions": editions}
    origin = f"{request.scheme}://{request.get_host()}"
    return render(request, "catalog/transparency.html", {**context, "origin": origin, "section": "transparency"})


@never_cache
def checkpoint(request: HttpRequest) -> HttpResponse:
    """The newest checkpoint as it was signed."""
    found, fault = _checkpoint()
    if found is None:
        return _refused(fault or "nothing was signed yet")
    return HttpResponse(found.text, content_type="text/plain; charset=utf-8")


@never_cache
def checkpoint_json(request: HttpRequest) -> HttpResponse:
    found, fault = _checkpoint()
    if found is None:
        return _refused(fault or "nothing was signed yet")
    told = {"size": found.size, "root": found.root, "head": found.head, "at": found.at.isoformat()}
    return _json({**told, "key_id": found.key_id, "key": found.key, "checkpoint": found.text})


@never_cache
def key(request: HttpRequest) -> HttpResponse:
    """The public key that checkpoints are checked by."""
    found, fault = _checkpoint()
    if found is None:
        return _refused(fault or "nothing was signed yet")
    return HttpResponse(found.key, content_type="text/plain; charset=utf-8")


@never_cache
def proof_json(request: HttpRequest, seq: int) -> HttpResponse:
    """The proof that one event is in the log of the newest checkpoint."""
    try:
        return _json(ledger.inclusion(seq, [PUBLISHED]))
    except (NoProof, BadKey) as error:
        return _refused(str(error))


def _checkpoint() -> tuple[ledger.SignedNote | None, str]:
    try:
        return ledger.checkpoint(), ""
    except (NoProof, BadKey) as error:
        return None, str(error)


def _told(act: ledger.PublicAct) -> dict[str, Any]:
    """An act with its kind in words, and the edition or version it is about."""
    kind, _colon, about = act.object.partition(":")
    number = int(about) if kind == "edition" and re.fullmatch(r"[0-9]{1,9}", about) else None
    return {"act": act, "words": ACTS.get(act.action, act.action), "about": about, "edition": number}


def _json(told: dict[str, Any]) -> JsonResponse:
    return JsonResponse(told, json_dumps_params={"indent": 1})


def _refused(words: str) -> JsonResponse:
    return JsonResponse({"error": words}, status=404)
