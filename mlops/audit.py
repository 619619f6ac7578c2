"""Door: write an audit event in the transaction of the act it records."""

from mlops.services.audit import record
from mlops.services.sealing import changed, governed

__all__ = ["changed", "governed", "record"]
