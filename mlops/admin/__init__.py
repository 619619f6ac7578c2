from mlops.admin import audit, datasets, deployments, monitoring, requests, runs, versions

__all__ = ["audit", "datasets", "deployments", "monitoring", "requests", "runs", "versions"]
