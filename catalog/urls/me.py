"""What is one member's own."""

from django.urls import path

from catalog.views import me

urlpatterns = [
    path("me", me.me, name="me"),
]
