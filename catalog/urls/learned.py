"""What is learned."""

from django.urls import path

from catalog.views import for_you, models, versus, why

urlpatterns = [
    path("for-you", for_you.for_you, name="for-you"),
    path("for-you/rate", for_you.rate, name="for-you-rate"),
    path("for-you/hide", for_you.hide, name="for-you-hide"),
    path("for-you/judge", for_you.judge, name="for-you-judge"),
    path("for-you/forget", for_you.forget, name="for-you-forget"),
    path("for-you/why", why.why_list, name="for-you-why-list"),
    path("for-you/why/<int:pk>", why.why, name="for-you-why"),
    path("for-you/why/<int:pk>/rate", why.rate, name="for-you-why-rate"),
    path("vs", versus.versus, name="versus"),
    path("models", models.systems, name="models"),
    path("models/<slug:recipe_key>", models.system, name="model-system"),
    path("models/<slug:recipe_key>/<int:number>", models.version, name="model-version"),
]
