"""A browser on the site: pages that remember what the console said, visitors who are signed in already."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from catalog.models import Movie, User
from tests.factories.catalog import make_user, small_catalogue

Open = Callable[..., Any]
REFUSED = (
    "400 (Bad Request)",
    "409 (Conflict)",
    "422 (Unprocessable",
)  # a refusal is a page of its own, whose status the browser notes

# Colours do not depend on the width, nor the layout on colours: each is looked at twice, not four times.
both_looks = pytest.mark.parametrize(
    ("width", "dark"), [(1280, False), (390, True)], ids=["wide and light", "narrow and dark"]
)


@pytest.fixture
def films(transactional_db: None) -> list[Movie]:
    """A small catalogue with edition 1."""
    return small_catalogue(12)


@pytest.fixture
def visitor(transactional_db: None) -> User:
    return make_user("ida")


@pytest.fixture
def open_page(chromium: Any, live_server: Any) -> Iterator[Open]:
    """open_page(address, by=None, width=1280, dark=False, scripts=True) → a page at that address.

    At the end of the test nothing may have been written to any page's console.
    """
    contexts, said = [], []

    def opened(
        address: str, by: User | None = None, width: int = 1280, dark: bool = False, scripts: bool = True
    ) -> Any:
        context = chromium.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            java_script_enabled=scripts,
            reduced_motion="reduce",
            base_url=live_server.url,
        )
        context.set_default_timeout(30_000)  # a machine that does other work too; what is there is not waited for
        contexts.append(context)
        if by is not None:
            context.add_cookies([_session(by, live_server.url)])
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text) if _is_a_fault(message) else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(address)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert said == []


def _is_a_fault(message: Any) -> bool:
    missing = "404 (Not Found)" in message.text and "/static/" not in message.location.get(
        "url", ""
    )  # a page, no part of one
    return message.type != "log" and not missing and not any(refused in message.text for refused in REFUSED)


def _session(user: User, url: str) -> dict[str, str]:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    name = settings.SESSION_COOKIE_NAME
    return {"name": name, "value": client.cookies[name].value, "url": url}
