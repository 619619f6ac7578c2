"""Rating a film and taking it back, as a plain form post or as a fragment."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from catalog.errors import BadRating, UnknownMovie
from catalog.models import Movie, Removal, User
from catalog.services import recommendations, undo
from catalog.views.films import bands_of, rating_context
from catalog.views.private import to_login
from catalog.views.undoing import say


@require_POST
def film_rating(request: HttpRequest, pk: int) -> HttpResponse:
    """Record, change or take back the visitor's rating; answer with the new numbers."""
    back = Movie.objects.filter(pk=pk).first()
    if back is None:
        raise Http404(_("There is no such film."))
    if not isinstance(request.user, User):
        return to_login(request, back.get_absolute_url())
    problem, removal = _act(request, request.user, pk)
    if request.htmx:  # type: ignore[attr-defined]
        return _fragment(request, pk, problem, removal)
    if problem:
        messages.error(request, problem)
    elif "withdraw" in request.POST:
        say(request, _("Your rating was taken back; the numbers are what they were without it."), removal)
    return redirect(f"{back.get_absolute_url()}#rating")


def _act(request: HttpRequest, user: User, pk: int) -> tuple[str, Removal | None]:
    """Do what the form asks and return the refusal, if any, and the way back from a rating taken back."""
    now = timezone.now()
    try:
        if "withdraw" in request.POST:
            return "", undo.withdraw_rating(movie_id=pk, by=user, at=now)
        recommendations.rate_movie(movie_id=pk, by=user, at=now, value=request.POST.get("value", ""))
    except (BadRating, UnknownMovie) as refusal:
        return str(refusal), None
    return "", None


def _fragment(request: HttpRequest, pk: int, problem: str, removal: Removal | None) -> HttpResponse:
    film = get_object_or_404(Movie.objects.select_related("standing__edition", "imported"), pk=pk)
    context = (
        rating_context(request, film, posted=True)
        | {"bands": bands_of(film), "imported": getattr(film, "imported", None)}
        | {"problem": problem, "fragment": True, "removal": removal}
    )
    return render(request, "_partials/rating_answer.html", context, status=422 if problem else 200)
