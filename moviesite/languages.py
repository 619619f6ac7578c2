"""Which language a request is answered in: the one chosen in the footer, else the browser's, else English."""

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.utils import translation

HOUSE = ("/admin/", "/api/", "/healthz", "/static/")
FILES = (".csv", ".json", ".ndjson", ".py", ".sh", ".txt", ".pem", ".xml", ".zip")


class Language(LocaleMiddleware):
    """Staff, partners and machines are answered in English: a file is the same bytes for everybody who checks it."""

    def process_request(self, request: HttpRequest) -> None:
        if not in_english(request.path_info):
            super().process_request(request)
            return
        translation.activate(settings.LANGUAGE_CODE)
        request.LANGUAGE_CODE = settings.LANGUAGE_CODE

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if not in_english(request.path_info):
            return super().process_response(request, response)
        response.headers.setdefault("Content-Language", settings.LANGUAGE_CODE)
        return response


def in_english(path: str) -> bool:
    """Return whether an address is the house's own or a file, which know one language."""
    return path.startswith(HOUSE) or path.endswith(FILES)
