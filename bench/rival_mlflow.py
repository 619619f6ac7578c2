"""Runs in the rivals' environment: MLflow's own SQLite store, without its server, logging whole runs."""

import json
import sys
import tempfile
import time
from pathlib import Path

from mlflow.entities import Metric, Param, RunStatus
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore


def main():
    given = json.load(sys.stdin)
    with tempfile.TemporaryDirectory() as folder:
        store = SqlAlchemyStore(f"sqlite:///{Path(folder) / 'mlflow.db'}", str(Path(folder) / "artefacts"))
        experiment = store.create_experiment("bench")

        def one_run(turn):
            run = store.create_run(experiment, "bench", int(time.time() * 1000), [], f"run {turn}")
            params = [Param(f"param-{n}", str(turn + n)) for n in range(20)]
            metrics = [Metric(f"metric-{n}", turn + n / 7, int(time.time() * 1000), 0) for n in range(20)]
            store.log_batch(run.info.run_id, metrics, params, [])
            store.update_run_info(run.info.run_id, RunStatus.FINISHED, int(time.time() * 1000), None)

        one_run(-1)
        started, turn = time.perf_counter(), 0
        while time.perf_counter() - started < given["seconds"]:
            one_run(turn)
            turn += 1
        print(json.dumps({"runs": turn, "seconds": time.perf_counter() - started}))


main()
