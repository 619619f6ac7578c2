"""Times inside a film, as a player shows them."""

from django import template

register = template.Library()


@register.filter
def clock(seconds: int) -> str:
    """Return whole seconds as 0:37, 59:59 or 1:02:03."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
