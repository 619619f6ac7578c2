"""The house itself."""

from django.urls import path

from catalog.views import home, pages

urlpatterns = [
    path("", home.home, name="home"),
    path("how", pages.how, name="how"),
    path("data", pages.data, name="data"),
    path("territory", pages.territory, name="territory"),
]
