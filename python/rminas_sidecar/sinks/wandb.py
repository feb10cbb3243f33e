"""Writes runs for Weights & Biases, offline unless WANDB_MODE says otherwise.

The id of the run is that of rminas. Offline, logging again replaces the folder of the earlier logging. Online, entries
that the server has are left out.
"""

import os
import shutil
from pathlib import Path

from rminas_sidecar.protocol import Body
from rminas_sidecar.sinks.sink import Sink, missing_package

_MODE = os.environ.setdefault("WANDB_MODE", "offline")
# Only the server of the runs is contacted, and only in the mode `online`.
os.environ.setdefault("WANDB_ERROR_REPORTING", "false")
os.environ.setdefault("WANDB_SILENT", "true")
try:
    import wandb
except ImportError as error:
    raise missing_package(["wandb"], error) from error


class WandbSink(Sink):
    """History, configuration, the answer as the summary, and files."""

    def __init__(self, destination: str) -> None:
        self._project = destination or os.environ.get("WANDB_PROJECT", "rminas")

    def run(self, entry: Body) -> str:
        folder = Path(os.environ.get("WANDB_DIR", "."))
        if _MODE == "offline":
            for earlier in (folder / "wandb").glob(f"offline-run-*-{entry['id']}"):
                shutil.rmtree(earlier)
        settings = wandb.Settings(
            console="off", disable_git=True, disable_code=True, x_disable_stats=True, x_disable_meta=True
        )
        self._run = wandb.init(
            project=self._project,
            id=entry["id"],
            name=entry["name"],
            job_type=entry["kind"],
            config=entry["settings"],
            dir=str(folder),
            mode=_MODE,
            resume="allow" if _MODE == "online" else None,
            settings=settings,
        )
        # The steps of W&B only rise. Those of a log start again with each seed of a retraining.
        self._run.define_metric("*", step_metric="step")
        self._known = self._run.step
        self._entries = 0
        return str(self._run.settings.sync_dir)

    def scalars(self, entry: Body) -> None:
        if self._entries >= self._known:
            self._run.log({**entry["values"], "step": entry["step"], "_timestamp": entry["at"] / 1000})
        self._entries += 1

    def answer(self, entry: Body) -> None:
        self._run.summary.update({f"answer/{name}": value for name, value in entry["values"].items()})

    def file(self, entry: Body) -> None:
        path = Path(entry["path"])
        kept = Path(self._run.dir) / path.name
        shutil.copyfile(path, kept)
        self._run.save(str(kept), base_path=self._run.dir, policy="end")

    def end(self, entry: Body) -> None:
        self._run.finish(exit_code=0 if entry["state"] == "finished" else 1)
