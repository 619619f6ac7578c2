"""Whether a proof is asked for is the site's own answer; a site that names none asks for none."""

from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from mlops.admin.proof import require_fresh


def away(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect(f"/prove?back={request.path}")


@pytest.mark.parametrize("named", ["", None])
def test_a_site_that_names_nothing_asks_nothing(settings: Any, named: str | None) -> None:
    settings.MLOPS_FRESH_PROOF = named
    assert require_fresh(HttpRequest()) is None
    del settings.MLOPS_FRESH_PROOF
    assert require_fresh(HttpRequest()) is None


def test_the_site_is_asked_where_it_names_a_function(settings: Any) -> None:
    settings.MLOPS_FRESH_PROOF = f"{__name__}.away"
    request = HttpRequest()
    request.path = "/act/"
    answer = require_fresh(request)
    assert answer is not None
    assert answer["Location"] == "/prove?back=/act/"
