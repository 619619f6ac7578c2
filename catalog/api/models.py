"""The public ledger: which ranking systems there are, what serves, and the card of every version."""

from datetime import datetime
from typing import Any

from django.http.response import HttpResponseBase
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.api import params
from catalog.api.base import PartnerView, modified
from catalog.api.errors import Refused
from catalog.api.schema import described
from catalog.models import PartnerKey
from mlops import ledger

LISTED = 50  # newest versions of each system


class VersionItem(serializers.Serializer[Any]):
    """One version, in short."""

    version = serializers.CharField(source="label")
    recipe = serializers.CharField(source="recipe_key")
    number = serializers.IntegerField()
    state = serializers.CharField(
        help_text="CANDIDATE, APPROVED, REJECTED or RETIRED; which one serves is another matter."
    )
    passed = serializers.BooleanField(allow_null=True, help_text="Whether it passed its gates; null when it had none.")
    serves = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    artefact_digest = serializers.CharField(help_text="SHA-256 of what was learned, or of the formula's parameters.")
    params = serializers.DictField()


class SystemItem(serializers.Serializer[Any]):
    """One ranking system."""

    recipe = serializers.CharField(source="recipe_key")
    title = serializers.CharField()
    kind = serializers.CharField(help_text="SOFTWARE computes by a formula, LEARNING from data.")
    serves = VersionItem(allow_null=True, help_text="null: nobody has approved one, or it was rolled back to nothing.")
    since = serializers.DateTimeField(allow_null=True)
    versions = serializers.IntegerField()
    newest = VersionItem(many=True, help_text=f"The newest first, {LISTED} at most.")


class ModelsSerializer(serializers.Serializer[Any]):
    data = SystemItem(many=True)  # type: ignore[assignment]


class CardTable(serializers.Serializer[Any]):
    title = serializers.CharField()
    head = serializers.ListField(child=serializers.CharField())
    rows = serializers.ListField(child=serializers.ListField(child=serializers.CharField()))


class Fact(serializers.Serializer[Any]):
    name = serializers.CharField()
    value = serializers.CharField()

    def to_representation(self, instance: tuple[str, str]) -> dict[str, Any]:
        return dict(zip(("name", "value"), instance, strict=True))


class CardSection(serializers.Serializer[Any]):
    title = serializers.CharField()
    facts = Fact(many=True)
    tables = CardTable(many=True)
    notes = serializers.ListField(child=serializers.CharField())


class VoteItem(serializers.Serializer[Any]):
    who = serializers.CharField(help_text="A number within this card, never a name.")
    verdict = serializers.CharField()
    reason = serializers.CharField()
    at = serializers.DateTimeField()


class RequestItem(serializers.Serializer[Any]):
    """One request that the version may serve, and the votes on it."""

    number = serializers.IntegerField()
    state = serializers.CharField()
    who = serializers.CharField()
    reason = serializers.CharField()
    at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    needed = serializers.IntegerField(help_text="Votes of others.")
    evidence_digest = serializers.CharField()
    votes = VoteItem(many=True)
    closed_at = serializers.DateTimeField(allow_null=True)


class StretchItem(serializers.Serializer[Any]):
    """One stretch of time in which it served."""

    how = serializers.CharField()
    reason = serializers.CharField()
    started_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)


class ComponentItem(serializers.Serializer[Any]):
    title = serializers.CharField()
    proof = serializers.CharField(help_text="«unknown» when nothing on record proves it.")
    there = serializers.BooleanField()


class ModelSerializer(serializers.Serializer[Any]):
    """The card of a version: written from rows, no number typed by hand, a gap said as «unknown»."""

    version = serializers.CharField(source="label")
    recipe = serializers.CharField(source="recipe_key")
    number = serializers.IntegerField()
    title = serializers.CharField()
    kind = serializers.CharField()
    state = serializers.CharField()
    artefact_digest = serializers.CharField()
    created_at = serializers.DateTimeField()
    complete = serializers.BooleanField(help_text="Whether all eight components are there.")
    sections = CardSection(many=True)
    requests = RequestItem(many=True)
    deployments = StretchItem(many=True)
    checklist = ComponentItem(many=True)


class Models(PartnerView):
    """Every ranking system with its versions."""

    scope = PartnerKey.Scope.CATALOG_READ

    @described("models", "Ranking systems, their versions, and which serves", ModelsSerializer)
    def get(self, request: Request) -> HttpResponseBase:
        params.read(request, self.parameters)
        systems = [_system(system) for system in ledger.systems()]
        return Response(ModelsSerializer({"data": systems}).data, headers=modified(ledger.changed_at()))


def _system(system: ledger.System) -> dict[str, Any]:
    """Return what SystemItem reads."""
    return vars(system) | {"newest": ledger.versions(system.recipe_key)[:LISTED]}


class OneModel(PartnerView):
    """One version: its card, its requests and votes, and when it served."""

    scope = PartnerKey.Scope.CATALOG_READ

    @described("model", "The card of one version", ModelSerializer, problems=["not_found"])
    def get(self, request: Request, recipe: str, number: int) -> HttpResponseBase:
        params.read(request, self.parameters)
        card = ledger.version(recipe, number) if number <= 2**31 - 1 else None
        if card is None:
            raise Refused("not_found", f"There is no version {number} of {recipe}.")
        return Response(ModelSerializer(card).data, headers=modified(_told_at(card)))


def _told_at(card: ledger.ModelCard) -> datetime:
    """Return the newest moment that the card tells of."""
    moments: list[datetime | None] = [card.created_at]
    moments += [at for asked in card.requests for at in (asked.at, asked.closed_at, *(vote.at for vote in asked.votes))]
    moments += [at for stretch in card.deployments for at in (stretch.started_at, stretch.ended_at)]
    return max(at for at in moments if at)
