"""What is learned."""

from django.urls import path

from catalog.views import for_you, models, versus

urlpatterns = [
    path("for-you", for_you.for_you, name="for-you"),
    path("for-you/rate", for_you.rate, name="for-you-rate"),
    path("for-you/hide", for_you.hide, name="for-you-hide"),
    path("for-you/why", for_you.why_list, name="for-you-why-list"),
    path("for-you/why/<int:pk>", for_you.why, name="for-you-why"),
    path("vs", versus.versus, name="versus"),
    path("models", models.systems, name="models"),
    path("models/<slug:recipe_key>", models.system, name="model-system"),
    path("models/<slug:recipe_key>/<int:number>", models.version, name="model-version"),
]
