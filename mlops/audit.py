"""Door: write an audit event in the transaction of the act it records."""

from mlops.services.audit import record

__all__ = ["record"]
