"""Writes runs to MLflow: a folder, a database or a server.

The tag `rminas.run` of MLflow's run says which run of rminas it is. Logging it again continues there.
"""

import os
from pathlib import Path
from typing import Any

from rminas_sidecar.protocol import Body
from rminas_sidecar.sinks.sink import Sink, missing_package, text_of

# Only the address that the user names is contacted.
os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
# MLflow no longer develops its folders, and refuses them by default. Here the user has named one.
os.environ.setdefault("MLFLOW_ALLOW_FILE_STORE", "true")
try:
    from mlflow.entities import Metric, Param
    from mlflow.tracking import MlflowClient
except ImportError as error:
    raise missing_package(["mlflow"], error) from error

_TAG = "rminas.run"
_STATUS = {"finished": "FINISHED", "interrupted": "KILLED", "running": "RUNNING"}
# Limits of MLflow.
_METRICS_AT_ONCE = 1000
_PARAMETERS_AT_ONCE = 100
_LONGEST_PARAMETER = 6000


class MlflowSink(Sink):
    """Metrics, parameters, the answer as tags and metrics, and files as artifacts."""

    def __init__(self, destination: str) -> None:
        self._uri = destination
        self._client = MlflowClient(tracking_uri=destination)

    def run(self, entry: Body) -> str:
        experiment = self._experiment()
        known = self._client.search_runs([experiment], f"tags.`{_TAG}` = '{entry['id']}'", max_results=1)
        run = (
            known[0]
            if known
            else self._client.create_run(
                experiment, start_time=entry["at"], run_name=entry["name"], tags={_TAG: entry["id"]}
            )
        )
        self._id = run.info.run_id
        self._at = entry["at"]
        self._metrics: list[Any] = []
        self._written = {
            (key, metric.step) for key in run.data.metrics for metric in self._client.get_metric_history(self._id, key)
        }
        self._client.set_tag(self._id, "rminas.kind", entry["kind"])
        parameters = [
            Param(key, text_of(value)[:_LONGEST_PARAMETER])
            for key, value in entry["settings"].items()
            if key not in run.data.params
        ]
        for first in range(0, len(parameters), _PARAMETERS_AT_ONCE):
            self._client.log_batch(self._id, params=parameters[first : first + _PARAMETERS_AT_ONCE])
        return f"{self._uri}, run {self._id}"

    def scalars(self, entry: Body) -> None:
        for name, value in entry["values"].items():
            self._metric(name, value, entry["step"], entry["at"])
        if len(self._metrics) >= _METRICS_AT_ONCE:
            self.flush(entry)

    def answer(self, entry: Body) -> None:
        for name, value in entry["values"].items():
            if isinstance(value, str):
                self._client.set_tag(self._id, f"rminas.answer.{name}", value)
            else:
                self._metric(f"answer/{name}", value, 0, self._at)

    def file(self, entry: Body) -> None:
        self._client.log_artifact(self._id, str(Path(entry["path"])))

    def flush(self, entry: Body) -> None:
        metrics, self._metrics = self._metrics, []
        for first in range(0, len(metrics), _METRICS_AT_ONCE):
            self._client.log_batch(self._id, metrics=metrics[first : first + _METRICS_AT_ONCE])

    def end(self, entry: Body) -> None:
        self.flush(entry)
        self._client.set_terminated(self._id, _STATUS[entry["state"]])

    def _metric(self, name: str, value: float, step: int, at: int) -> None:
        if (name, step) in self._written:
            return
        self._written.add((name, step))
        self._metrics.append(Metric(name, value, at, step))

    def _experiment(self) -> str:
        name = os.environ.get("MLFLOW_EXPERIMENT_NAME", "rminas")
        known = self._client.get_experiment_by_name(name)
        identifier: str = known.experiment_id if known else self._client.create_experiment(name)
        return identifier
