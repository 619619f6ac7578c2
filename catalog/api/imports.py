"""Ratings in bulk: a file sent, its import watched, called off."""

from typing import Any

from django.db.models import Subquery
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from catalog import opaque
from catalog.api import idempotency, pagination, params, uploads
from catalog.api.authentication import key_of
from catalog.api.base import PartnerView
from catalog.api.errors import Refused
from catalog.api.schema import IDEMPOTENCY, IDEMPOTENCY_KEY, described
from catalog.api.serializers import NEXT
from catalog.bulk import folders
from catalog.bulk.folders import Received, TooLarge
from catalog.models import PartnerImport, PartnerKey
from catalog.services import imports

Scope = PartnerKey.Scope
FORMS = {uploads.NDJSON: PartnerImport.Form.NDJSON, uploads.CSV: PartnerImport.Form.CSV}
FILE = {"type": "string", "format": "binary", "minLength": 1}
SENDS = dict.fromkeys(uploads.KINDS, FILE)
STATES = [state.lower() for state in PartnerImport.State.values]
SHAPE = rf"^imp_[0-9A-Za-z]{{{opaque.RANDOM}}}$"
dry_run = params.Parameter(
    "dry_run",
    params.one_of({"true": True, "false": False}),
    "true: nothing is written, and the results say what would have been.",
    {"type": "boolean", "default": False},
)


class ImportSerializer(serializers.Serializer[PartnerImport]):
    """One upload of ratings, and how far it is. The five outcomes add up to lines."""

    id = serializers.RegexField(SHAPE, source="uid")
    state = serializers.ChoiceField(STATES)
    dry_run = serializers.BooleanField()
    form = serializers.ChoiceField([form.lower() for form in PartnerImport.Form.values])
    bytes = serializers.IntegerField(source="size", min_value=0)
    bytes_done = serializers.IntegerField(source="offset", min_value=0)
    progress = serializers.FloatField(min_value=0, max_value=1, help_text="bytes_done / bytes, rounded down.")
    digest = serializers.RegexField("^[0-9a-f]{64}$", help_text="SHA-256 of the file.")
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    lines = serializers.IntegerField(min_value=0, help_text="Lines done; blank ones and a CSV file's first are none.")
    added = serializers.IntegerField(min_value=0)
    updated = serializers.IntegerField(min_value=0)
    unchanged = serializers.IntegerField(min_value=0)
    not_found = serializers.IntegerField(min_value=0)
    rejected = serializers.IntegerField(min_value=0)
    problem = serializers.CharField(allow_null=True, help_text="Why it failed, or who called it off.")
    result = serializers.CharField(allow_null=True, help_text="Where the results are, from its end until they expire.")
    result_expires_at = serializers.DateTimeField(allow_null=True)

    def to_representation(self, instance: PartnerImport) -> dict[str, Any]:
        there = instance.ended_at is not None and instance.state != PartnerImport.State.EXPIRED
        same = ("dry_run", "digest", "created_at", "started_at", "ended_at", "lines", *PartnerImport.OUTCOMES)
        return {
            "id": instance.uid,
            "state": instance.state.lower(),
            "form": instance.form.lower(),
            "bytes": instance.size,
            "bytes_done": instance.offset,
            "progress": instance.offset * 10_000 // instance.size / 10_000 if instance.size else 1.0,
            **{name: getattr(instance, name) for name in same},
            "problem": instance.problem or None,
            "result": reverse("api-import-result", args=[instance.uid]) if there else None,
            "result_expires_at": instance.ended_at + imports.KEPT if instance.ended_at else None,
        }


class ImportsSerializer(serializers.Serializer[Any]):
    data = ImportSerializer(many=True)  # type: ignore[assignment]
    has_more = serializers.BooleanField()
    next_cursor = serializers.CharField(allow_null=True, help_text=NEXT)


class Imports(PartnerView):
    """Files of ratings that a partner sent. They are worked on one after the other, in the order they came."""

    scope, write_scope = Scope.RATINGS_READ, Scope.RATINGS_WRITE
    http_method_names = ["get", "head", "post"]
    parser_classes = (uploads.Unread,)  # type: ignore[assignment]
    parameters = (params.limit, params.cursor)

    @described("imports", "Imports, newest first", ImportsSerializer, parameters=parameters)
    def get(self, request: Request) -> HttpResponseBase:
        here = pagination.walk(request, params.read(request, self.parameters))
        mine = PartnerImport.objects.of(key_of(request)).order_by("-pk")
        if here.after is not None:
            mine = mine.filter(pk__lt=Subquery(PartnerImport.objects.filter(uid=here.after).values("pk")))
        page = pagination.page(request, here, list(mine[: here.limit + 1]), lambda found: found.uid)
        return pagination.listed(page, lambda one: ImportSerializer(one).data, {})

    @described(
        "createImport",
        "Send ratings in bulk",
        ImportSerializer,
        parameters=(dry_run,),
        sends=SENDS,
        status=202,
        headers=[IDEMPOTENCY_KEY],
        problems=[*IDEMPOTENCY, "too_slow", "too_many_imports"],
    )
    def post(self, request: Request) -> HttpResponseBase:
        asked = params.read(request, (dry_run,))
        uploads.check_length(request)
        kind = uploads.kind(request)
        idempotency.check(request)
        uid = opaque.import_id()
        try:
            received = folders.receive(uid, uploads.pieces(request))
        except TooLarge as error:
            raise Refused("too_large", str(error)) from error
        return _once(request, uid, received, FORMS[kind], asked.get("dry_run", False))


def _once(request: Request, uid: str, received: Received, form: str, dry: bool) -> HttpResponse:
    """Put the upload on record, or give the answer of the first one; of a repeated request the upload goes."""
    acted = False

    def act() -> Response:
        nonlocal acted
        key, at = key_of(request), timezone.now()
        made = imports.bring(uid=uid, received=received, form=form, dry_run=dry, key=key, at=at)
        acted = True
        return Response(ImportSerializer(made).data, 202, headers={"Location": reverse("api-import", args=[made.uid])})

    try:
        answer = idempotency.once(request, act, digest=received.digest)
    except BaseException:
        folders.remove(uid)
        raise
    if not acted:
        folders.remove(uid)
    return answer


class OneImport(PartnerView):
    """One import."""

    scope, write_scope = Scope.RATINGS_READ, Scope.RATINGS_WRITE
    http_method_names = ["get", "head", "delete"]

    @described("ratingsImport", "One import, and how far it is", ImportSerializer, problems=["not_found"])
    def get(self, request: Request, uid: str) -> HttpResponseBase:
        params.read(request, self.parameters)
        return Response(ImportSerializer(one(request, uid)).data)

    @described(
        "cancelImport",
        "Call an import off: what it wrote stays",
        None,
        status=204,
        changes=True,
        problems=["not_found", "import_ended"],
    )
    def delete(self, request: Request, uid: str) -> HttpResponseBase:
        params.read(request, self.parameters)
        imports.cancel(uid=one(request, uid).uid, key=key_of(request), at=timezone.now())
        return Response(status=204)


def one(request: Request, uid: str) -> PartnerImport:
    """Return an import of the partner's own. Raises Refused: another's is as if it were not."""
    found = PartnerImport.objects.of(key_of(request)).filter(uid=uid).first()
    if found is None:
        raise Refused("not_found", "There is no such import of yours.")
    return found
