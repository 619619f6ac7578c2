"""Refusals, worded for the person who reads them."""


class MlopsError(Exception):
    """Something that governance does not allow, or that cannot be done."""


class NothingServed(MlopsError):
    """No version of this recipe is deployed."""


class BadArtefact(MlopsError):
    """An artefact is missing, changed or malformed."""


class AuditBroken(MlopsError):
    """The audit chain does not hold."""


class BadRun(MlopsError):
    """A run cannot be queued, changed or repeated in the way that was asked."""


class ContractBreach(MlopsError):
    """Rows are not what their columns declare; the words name column, rule and rows."""


class ClaimLost(MlopsError):
    """Another worker has taken the run over, or it was cancelled: nothing more may be written to it."""


class Refused(MlopsError):
    """Somebody may not do this, or not now; the words say why, and what to do instead."""


class EvidenceChanged(Refused):
    """What a request was made on is no longer what the rows say."""
