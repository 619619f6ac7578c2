"""The house itself."""

from django.urls import path

from catalog.views import home, house_rules, pages

urlpatterns = [
    path("", home.home, name="home"),
    path("how", pages.how, name="how"),
    path("data", pages.data, name="data"),
    path("privacy", house_rules.privacy, name="privacy"),
    path("accessibility", house_rules.accessibility, name="accessibility"),
    path("terms", house_rules.terms, name="terms"),
    path("territory", pages.territory, name="territory"),
]
