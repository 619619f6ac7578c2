"""JSON and digests as pages show them."""

import json
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString


def pretty(value: Any) -> SafeString:
    """Return a JSON value, indented, as preformatted text."""
    return format_html('<pre class="staff-code">{}</pre>', json.dumps(value, indent=2, ensure_ascii=False))


def code(text: str) -> SafeString:
    """Return a digest or an exact text, unbroken by the page's language."""
    return format_html('<code class="staff-code">{}</code>', text)
