"""Bodies of what partners send of their viewers, and of what is answered."""

from typing import Any

from rest_framework import serializers

from catalog.api.bodies import Body
from catalog.api.sent import Moment, WholeNumber
from catalog.api.serializers import NEXT
from catalog.models import PartnerPlay, Rating
from catalog.services.viewer_rows import ADDED, UNCHANGED, UPDATED

STATUSES = [ADDED, UPDATED, UNCHANGED]
STATUS = "What became of what was sent: the same value of the same time again is unchanged."
AHEAD = "Not more than five minutes ahead; without it, now, and what stands already stays."


class RatingBody(Body):
    """A rating, in the place of an earlier one."""

    value = WholeNumber(min_value=1, max_value=10)
    rated_at = Moment(required=False, help_text=f"When the viewer rated the film. {AHEAD}")


class PlayBody(Body):
    """That a film was watched to its end; an empty object will do."""

    watched_at = Moment(required=False, help_text=f"When it was watched to its end. {AHEAD}")


class RatingSerializer(serializers.Serializer[Any]):
    """One rating as it stands."""

    movie = serializers.IntegerField()
    value = serializers.IntegerField(min_value=1, max_value=10)
    rated_at = serializers.DateTimeField(help_text="The viewer's time.")
    recorded_at = serializers.DateTimeField(help_text="Ours: when the rating was recorded as it stands.")

    def to_representation(self, instance: Rating) -> dict[str, Any]:
        return {
            "movie": instance.movie_id,
            "value": instance.value,
            "rated_at": instance.rated_at,
            "recorded_at": instance.recorded_at,
        }


class RatedSerializer(RatingSerializer):
    status = serializers.ChoiceField(STATUSES, help_text=STATUS)

    def to_representation(self, instance: Any) -> dict[str, Any]:
        return super().to_representation(instance.row) | {"status": instance.status}


class PlaySerializer(serializers.Serializer[Any]):
    """One film that was watched to its end."""

    movie = serializers.IntegerField()
    watched_at = serializers.DateTimeField(help_text="The viewer's time.")
    recorded_at = serializers.DateTimeField(help_text="Ours: when it was recorded as it stands.")

    def to_representation(self, instance: PartnerPlay) -> dict[str, Any]:
        return {
            "movie": instance.movie_id,
            "watched_at": instance.watched_at,
            "recorded_at": instance.recorded_at,
        }


class PlayedSerializer(PlaySerializer):
    status = serializers.ChoiceField(STATUSES, help_text=STATUS)

    def to_representation(self, instance: Any) -> dict[str, Any]:
        return super().to_representation(instance.row) | {"status": instance.status}


class RatingsSerializer(serializers.Serializer[Any]):
    """Ratings of one viewer, the latest given first."""

    data = RatingSerializer(many=True)  # type: ignore[assignment]
    has_more = serializers.BooleanField()
    next_cursor = serializers.CharField(allow_null=True, help_text=NEXT)


class PlaysSerializer(serializers.Serializer[Any]):
    """What one viewer watched to the end, the last first."""

    data = PlaySerializer(many=True)  # type: ignore[assignment]
    has_more = serializers.BooleanField()
    next_cursor = serializers.CharField(allow_null=True, help_text=NEXT)


class ErasureSerializer(serializers.Serializer[Any]):
    """What was asked for: the viewer is unknown from now on, and a worker takes out what they left."""

    reference = serializers.CharField()
    asked_at = serializers.DateTimeField()
