"""What programs ask for by convention, and the pictures of shared links."""

from django.urls import path

from catalog.views import machines, share, sitemap

urlpatterns = [
    path("robots.txt", machines.robots, name="robots"),
    path("opensearch.xml", machines.opensearch, name="opensearch"),
    path(".well-known/security.txt", machines.security, name="security-txt"),
    path("sitemap.xml", sitemap.sitemap, name="sitemap"),
    path("card.png", share.house_card, name="house-card"),
    path("m/<int:pk>/card.png", share.film_share, name="film-share"),
]
