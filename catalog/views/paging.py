"""Pages of lists: a page that is no number is a mistake, one beyond the end does not exist."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import BadRequest
from django.core.paginator import EmptyPage, Page, Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _


def page_of(
    request: HttpRequest, items: QuerySet[Any] | Sequence[Any], per: int, count: int | None = None
) -> Page[Any]:
    """Return the page that ?page= asks for. Raises BadRequest for what is no number, Http404 beyond the end.

    count: how many items there are, when that is known already.
    """
    asked = request.GET.get("page", "1")
    if not (asked.isascii() and asked.isdigit() and len(asked) <= 6):
        raise BadRequest(_("“page” must be a whole number, such as ?page=2."))
    try:
        paginator = Paginator(items, per)
        if count is not None:
            paginator.count = count
        return paginator.page(int(asked))
    except EmptyPage as error:
        raise Http404(_("This list has no such page.")) from error


def without_page(request: HttpRequest) -> str:
    """Return the query of this request without its page, to be carried along."""
    query = request.GET.copy()
    query.pop("page", None)
    return query.urlencode()
