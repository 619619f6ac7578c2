"""What anyone may check."""

from django.urls import path
from django.views.generic import RedirectView

from catalog.views import script, transparency

urlpatterns = [
    path("verify_edition.py", script.handed_out, {"name": "verify_edition.py"}, name="verify-script"),
    path("rerank.py", script.handed_out, {"name": "rerank.py"}, name="rerank-script"),
    path("transparency", transparency.transparency, name="transparency"),
    path("transparency/checkpoint", transparency.checkpoint, name="checkpoint"),
    path("transparency/checkpoint.json", transparency.checkpoint_json, name="checkpoint-json"),
    path("transparency/key", transparency.key, name="checkpoint-key"),
    path("transparency/proof", RedirectView.as_view(pattern_name="transparency")),
    path("transparency/proof/<int:seq>.json", transparency.proof_json, name="checkpoint-proof"),
    path("verify_audit.py", script.handed_out, {"name": "verify_audit.py"}, name="verify-audit-script"),
    path("getting_started.sh", script.handed_out, {"name": "getting_started.sh"}, name="tour-curl"),
    path("getting_started.py", script.handed_out, {"name": "getting_started.py"}, name="tour-python"),
    path("p256.py", script.handed_out, {"name": "p256.py"}, name="p256-script"),
]
