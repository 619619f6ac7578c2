"""A film's pages."""

from django.urls import path

from catalog.views import films, histories, ratings, receipts, similar

urlpatterns = [
    path("m/<int:pk>", films.film_bare, name="film-bare"),
    path("m/<int:pk>/rank", receipts.film_rank, name="film-rank"),
    path("m/<int:pk>/rank/history", histories.film_history, name="film-history"),
    path("m/<int:pk>/rank/history.<ending:kind>", histories.film_history, name="film-history-file"),
    path("m/<int:pk>/rating", ratings.film_rating, name="film-rating"),
    path("m/<int:pk>/similar", similar.film_similar, name="film-similar"),
    path("m/<int:pk>/guess", similar.film_guess, name="film-guess"),
    path("m/<int:pk>/card.svg", films.film_card, name="film-card"),
    path("m/<int:pk>/<slug:slug>", films.film, name="film"),
]
