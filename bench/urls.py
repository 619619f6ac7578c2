"""The site, and its rivals behind the same middleware."""

from bench.bare import urlpatterns as bare
from bench.stock import urlpatterns as stock
from moviesite.urls import handler400, handler403, handler404, handler500
from moviesite.urls import urlpatterns as site

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns = [*bare, *site, *stock]
