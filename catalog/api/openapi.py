"""How an operation stands in the description beyond what its view says: its chapter, and the scope that it asks for."""

from typing import Any

from drf_spectacular.openapi import AutoSchema

PREFIX = "/api/v1/"
TAGS = {
    "Charts": "The chart, whole or a part of it, and the receipt of every rank.",
    "Films": "Films by number, by title and year, or by what they are.",
    "Rights": "Where and when films may be shown.",
    "Editions": "What was published when, and how to check it.",
    "Recommendations": "Films for ratings, each with the ratings that caused it.",
    "Models": "The ranking systems, their versions, and which one serves.",
    "Users": "What your viewers rated and watched, under your own words for them.",
    "Imports": "Many ratings at once, in a file.",
    "Webhooks": "We call you when something changed.",
    "Changes": "What changed since you last looked.",
    "Account": "Your key, and your use of it.",
    "About": "This description, the kinds of problem, and whether we are well.",
}
CHAPTERS = {  # by the first word of an address
    "charts": "Charts",
    "movies": "Films",
    "availability": "Rights",
    "editions": "Editions",
    "recommendations": "Recommendations",
    "models": "Models",
    "users": "Users",
    "imports": "Imports",
    "webhooks": "Webhooks",
    "changes": "Changes",
    "key": "Account",
    "usage": "Account",
}
CHAPTERS_BY_END = {"rank": "Charts", "similar": "Recommendations"}  # of what belongs to one film


class OurSchema(AutoSchema):
    """What drf-spectacular finds, and what it cannot know."""

    def get_tags(self) -> list[str]:
        return [tag_of(self.path)]

    def get_auth(self) -> list[dict[str, Any]]:
        """Name the scope beside the scheme: OpenAPI 3.1 lets a bearer key have roles."""
        scope = self._scope()
        return [{name: [scope] if scope else [] for name in one} for one in super().get_auth()]

    def _scope(self) -> str:
        view = self.view
        scope = getattr(view, "scope", "")
        if self.method not in ("GET", "HEAD"):
            scope = getattr(view, "write_scope", None) or scope
        return "" if scope == "any" else str(scope)

    def map_renderers(self, attribute: str) -> list[str]:
        """Leave out pages that people see at the same address: programs are answered in JSON."""
        return [found for found in super().map_renderers(attribute) if "html" not in found]


def tag_of(path: str) -> str:
    """Return the chapter of an address."""
    words = path.removeprefix(PREFIX).split("/")
    by_end = CHAPTERS_BY_END.get(words[-1]) if words[0] == "movies" else None
    return by_end or CHAPTERS.get(words[0], "About")


def with_chapters(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Tell what the chapters are about that some operation stands in."""
    used = {tag for path in result["paths"].values() for operation in path.values() for tag in operation["tags"]}
    result["tags"] = [{"name": name, "description": text} for name, text in TAGS.items() if name in used]
    return result
