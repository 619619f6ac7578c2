from mlops.models.acts import Act
from mlops.models.audit import AuditEvent
from mlops.models.captures import Capture
from mlops.models.checkpoints import Checkpoint
from mlops.models.datasets import Dataset
from mlops.models.deployments import Deployment
from mlops.models.erasures import Erasure
from mlops.models.gates import GateReport
from mlops.models.manifests import Manifest
from mlops.models.monitoring import DriftReport, Outcome
from mlops.models.policies import Policy, PolicyRequest, PolicyVote, Slot
from mlops.models.remarks import Remark
from mlops.models.requests import Approval, PromotionRequest
from mlops.models.runs import Run, RunMetric, RunStep
from mlops.models.versions import ModelVersion
from mlops.models.work import Job, Tick

__all__ = [
    "Act",
    "Approval",
    "AuditEvent",
    "Capture",
    "Checkpoint",
    "Dataset",
    "Deployment",
    "DriftReport",
    "Erasure",
    "GateReport",
    "Job",
    "Manifest",
    "ModelVersion",
    "Outcome",
    "Policy",
    "PolicyRequest",
    "PolicyVote",
    "PromotionRequest",
    "Remark",
    "Run",
    "RunMetric",
    "RunStep",
    "Slot",
    "Tick",
]
