"""A page that every stranger sees alike is rendered once; the token of its forms is set into it for each of them."""

import re
from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.utils.translation import get_language

from catalog.territories import chosen

TOKEN = re.compile(rb'(?<=name="csrfmiddlewaretoken" value=")[A-Za-z0-9]{64}')
HOLE = b"\0token\0"
ROOM = 24 * 2**20  # bytes of pages that a process keeps


class Shelf:
    """Pages kept by what they were made of; the one longest not asked for goes first."""

    def __init__(self, room: int) -> None:
        self.room, self.taken = room, 0
        self.pages: OrderedDict[Hashable, tuple[bytes, str]] = OrderedDict()
        self.lock = Lock()

    def get(self, key: Hashable) -> tuple[bytes, str] | None:
        with self.lock:
            page = self.pages.get(key)
            if page is not None:
                self.pages.move_to_end(key)
            return page

    def put(self, key: Hashable, body: bytes, kind: str) -> None:
        with self.lock:
            before = self.pages.pop(key, None)
            self.taken += len(body) - (len(before[0]) if before else 0)
            self.pages[key] = body, kind
            while self.taken > self.room:
                _, (gone, _) = self.pages.popitem(last=False)
                self.taken -= len(gone)

    def clear(self) -> None:
        with self.lock:
            self.pages.clear()
            self.taken = 0


shelf = Shelf(ROOM)


def framed(request: HttpRequest, key: Hashable, make: Callable[[], HttpResponse]) -> HttpResponse:
    """Return a page as it was rendered for another stranger, or render it.

    key: all that the page is made of besides address, language and territory; when any of it changes, so must the key.
    Who has a session is never answered from here, nor is a question (a query other than a page's number).
    """
    if not _plain(request):
        return make()
    whole = (request.get_host(), request.is_secure(), request.get_full_path(), get_language(), chosen(request), key)
    kept = shelf.get(whole)
    if kept is None:
        response = make()
        if response.status_code == 200:
            shelf.put(whole, TOKEN.sub(HOLE, response.content), response["Content-Type"])
        return response
    body, kind = kept
    return HttpResponse(body.replace(HOLE, get_token(request).encode()), content_type=kind)


def _plain(request: HttpRequest) -> bool:
    query = request.META.get("QUERY_STRING", "")
    return (
        request.method == "GET"
        and settings.SESSION_COOKIE_NAME not in request.COOKIES
        and CookieStorage.cookie_name not in request.COOKIES
        and "HX-Request" not in request.headers
        and (not query or re.fullmatch(r"page=\d{1,4}", query) is not None)
    )
