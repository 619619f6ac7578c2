from mlops.models.audit import AuditEvent
from mlops.models.datasets import Dataset
from mlops.models.deployments import Deployment
from mlops.models.gates import GateReport
from mlops.models.monitoring import DriftReport, Outcome
from mlops.models.requests import Approval, PromotionRequest
from mlops.models.runs import Run, RunMetric, RunStep
from mlops.models.versions import ModelVersion

__all__ = [
    "Approval",
    "AuditEvent",
    "Dataset",
    "Deployment",
    "DriftReport",
    "GateReport",
    "ModelVersion",
    "Outcome",
    "PromotionRequest",
    "Run",
    "RunMetric",
    "RunStep",
]
