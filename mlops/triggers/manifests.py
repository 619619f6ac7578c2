"""Manifests: one for a version, of the very artefact it names, written once."""

from mlops.triggers.rule import append_only, in_its_own_place, only_if

_TABLE = "mlops_manifest"
_NAMED = "EXISTS (SELECT 1 FROM mlops_modelversion v WHERE v.id = NEW.version_id AND v.artefact_digest = NEW.artefact_digest)"

TRIGGERS = [
    *append_only(_TABLE, "a manifest"),
    only_if(f"{_TABLE}_of_its_version", _TABLE, "INSERT", "a manifest names the artefact of its version", _NAMED),
    *in_its_own_place(_TABLE, "a version has one manifest", "version_id = NEW.version_id"),
]
