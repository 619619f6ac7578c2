"""What a page says of itself once, its head says several times."""

from typing import Any

from django import template
from django.template.base import NodeList, Parser, Token
from django.template.context import Context
from django.utils.safestring import mark_safe

register = template.Library()


class Words(template.Node):
    """The words inside, as one line that may stand in an attribute, under a name; nothing is written here."""

    def __init__(self, inside: NodeList, name: str) -> None:
        self.inside, self.name = inside, name

    def render(self, context: Context) -> Any:
        line = " ".join(self.inside.render(context).split()).replace('"', "&quot;")
        context[self.name] = mark_safe(line)  # noqa: S308 — escaped where it was written; quotes just now
        return ""


@register.tag
def words(parser: Parser, token: Token) -> Words:
    """{% words as title %}{% block title %}…{% endblock %}{% endwords %}: a block that can be written twice."""
    parts = token.split_contents()
    if len(parts) != 3 or parts[1] != "as":
        raise template.TemplateSyntaxError("words is written {% words as NAME %}…{% endwords %}.")
    inside = parser.parse(("endwords",))
    parser.delete_first_token()
    return Words(inside, parts[2])
