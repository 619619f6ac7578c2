"""Reading a page as a person does."""

import re
from typing import Any


def text(response: Any) -> str:
    """The words of a page, without its marks and with single spaces."""
    bare = re.sub(r"<(script|style).*?</\1>|<[^>]+>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(bare.split())
