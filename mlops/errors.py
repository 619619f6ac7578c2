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


class BadJob(MlopsError):
    """Work cannot be offered, done, retried or called off in the way that was asked."""


class ContractBreach(MlopsError):
    """Rows are not what their columns declare; the words name column, rule and rows."""


class ClaimLost(MlopsError):
    """Another worker has taken the work over, or it was cancelled: nothing more may be written to it."""


class Refused(MlopsError):
    """Somebody may not do this, or not now; the words say why, and what to do instead."""


class Conflict(Refused):
    """Somebody else was quicker; the words name what serves now."""


class Busy(MlopsError):
    """The database is busy with others' changes: nothing was done, and it may be asked again in a moment."""


class EvidenceChanged(Conflict):
    """What a request was made on is no longer what the rows say."""


class BadBackup(MlopsError):
    """A backup is missing, changed, or not of this site; the words name the file."""


class BadKey(MlopsError):
    """A key file is missing, open to others, or holds no key of ours; the words name the file."""


class BadNote(MlopsError):
    """A signed note is malformed, of another log, or not signed by its key."""


class NotSigned(MlopsError):
    """The audit log does not go on from what was signed before: nothing is signed until somebody has looked."""


class NoProof(MlopsError):
    """Of this event nothing can be proved: it is not there, not signed yet, or not as it was signed."""
