"""Names and figures in the visitor's language; catalog.words says which."""

from django import template
from django.conf import settings

from catalog import words

register = template.Library()
register.filter("decade", words.decade)
register.filter("genre", words.genre)
register.filter("figure", words.figure)
register.filter("told", words.told)


@register.simple_tag
def languages() -> list[tuple[str, str]]:
    """Return the languages of the site, each by its own name: who looks for theirs cannot read another's."""
    return list(settings.LANGUAGES)
