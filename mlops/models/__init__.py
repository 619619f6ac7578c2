from mlops.models.audit import AuditEvent
from mlops.models.deployments import Deployment
from mlops.models.versions import ModelVersion

__all__ = ["AuditEvent", "Deployment", "ModelVersion"]
