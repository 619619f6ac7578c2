"""Refusals, worded for the person who reads them."""


class MlopsError(Exception):
    """Something that governance does not allow, or that cannot be done."""


class NothingServed(MlopsError):
    """No version of this recipe is deployed."""


class BadArtefact(MlopsError):
    """An artefact is missing, changed or malformed."""


class AuditBroken(MlopsError):
    """The audit chain does not hold."""
