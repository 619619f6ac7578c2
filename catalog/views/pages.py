"""How it works, where the data comes from, and where the visitor is."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from catalog.models import Source
from catalog.recsys.formula import KEY
from catalog.recsys.weighted import half_even, wr_e6
from catalog.selectors import charts, judges, sources
from catalog.selectors.figures import figures
from catalog.territories import COOKIE, COUNTRIES
from catalog.views import script
from catalog.views.rows import figure, wr_text
from mlops import ledger

# The worked example: m = 25,000 and C = 6.5, at three amounts of votes for a film that everyone gave a 9.
EXAMPLE_M, EXAMPLE_C_E4, EXAMPLE_TENTHS = 25_000, 65_000, 90
EXAMPLE_VOTES = (200, 25_000, 150_000)


def how(request: HttpRequest) -> HttpResponse:
    """The two systems side by side, the formula worked by hand, and what a large m does."""
    edition, first, counted = charts.newest(), charts.editions().last(), figures()
    context = {
        "edition": edition,
        "mean": figure(edition.mean_e4, 4) if edition else "",
        "first": first,
        "first_mean": figure(first.mean_e4, 4) if first else "",
        "example": [_example(votes) for votes in EXAMPLE_VOTES],
        "example_m": EXAMPLE_M,
        "example_c": figure(EXAMPLE_C_E4, 4).rstrip("0"),
        "example_mean": figure(EXAMPLE_TENTHS, 1),
        "figures": counted,
        "own_percent": figure(counted.median_own_weight, 1) if counted else "",
        "script_lines": len(script.text("verify_edition.py").splitlines()),
        "services": ledger.services(KEY),
        "edition_every": settings.EDITION_EVERY,
        "judge": judges.at_work()[0],
    }
    return render(request, "catalog/how.html", context)


def _example(votes: int) -> dict[str, object]:
    wr = wr_e6(votes, votes * EXAMPLE_TENTHS, EXAMPLE_M, EXAMPLE_C_E4)
    return {
        "votes": votes,
        "both": votes + EXAMPLE_M,
        "own_percent": figure(half_even(votes * 1000, votes + EXAMPLE_M), 1),
        "share": half_even(votes * 1000, votes + EXAMPLE_M),
        "wr": wr_text(wr),
    }


def data(request: HttpRequest) -> HttpResponse:
    """Every source, its licence and permitted use, and what each import found."""
    imports = list(sources.imports())
    restricted = any(done.source.permitted_use != Source.Use.ANY for done in imports)
    shown = restricted and settings.MAY_PUBLISH_NON_COMMERCIAL
    return render(request, "catalog/data.html", {"imports": imports, "restricted": shown})


@require_POST
def territory(request: HttpRequest) -> HttpResponse:
    """Remember where the visitor watches; an unknown territory changes nothing."""
    following = request.POST.get("next", "/")
    ours = url_has_allowed_host_and_scheme(following, allowed_hosts={request.get_host()})
    answer = HttpResponseRedirect(following if ours and following.startswith("/") else "/")
    if request.POST.get("territory") in COUNTRIES:
        answer.set_cookie(
            COOKIE,
            request.POST["territory"],
            max_age=settings.CHOICE_COOKIE_AGE,
            samesite="Lax",
            secure=request.is_secure(),
        )
    return answer
