"""What partners' developers read."""

from django.urls import path

from catalog.views import developers

urlpatterns = [
    path("developers", developers.developers, name="developers"),
    path("llms.txt", developers.llms, name="llms"),
    path("api/docs", developers.api_docs, name="api-docs"),
]
