from mlops.admin import audit, deployments, versions

__all__ = ["audit", "deployments", "versions"]
