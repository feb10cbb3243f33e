"""The sinks write to the real tools, which read the logs back. Tests of tools that are not installed are skipped."""

import io
import json
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rminas_sidecar.errors import SidecarError
from rminas_sidecar.sinks.__main__ import open_sink, write

RUN = {
    "type": "run",
    "id": "0123456789ab",
    "name": "cells",
    "kind": "search",
    "at": 1_700_000_000_000,
    "settings": {"RNG_SEED": 1, "SPACE.NAME": "nas-bench-201", "OPTIM.COSINE": True, "OPTIM.STEPS": "[1, 2]"},
}
ANSWER = {"type": "answer", "values": {"genotype": "|a~0|", "loss": 0.25}}
SLOTS = {"type": "study", "slots": [{"name": "edge 0 → 1", "choices": ["none", "skip"]}]}


def scalars(step: int, **values: float) -> dict[str, Any]:
    values = {"search/loss": 1 / step, "proxy/l2-norm": 3.0 * step, **values}
    return {"type": "scalars", "step": step, "at": RUN["at"] + 1000 * step, "values": values}


def end(state: str = "finished") -> dict[str, Any]:
    return {"type": "end", "state": state}


def log(kind: str, destination: object, *entries: dict[str, Any]) -> str:
    """Writes a log. Returns where it is."""
    output = io.StringIO()
    write(open_sink(kind, str(destination)), [json.dumps(entry) for entry in (RUN, *entries)], output)
    location: str = json.loads(output.getvalue())["location"]
    return location


@pytest.fixture
def report(tmp_path: Path) -> dict[str, Any]:
    path = tmp_path / "report.html"
    path.write_text("<p>report", encoding="utf-8")
    return {"type": "file", "path": str(path)}


def trial(index: int, state: str, value: float | None, **attributes: object) -> dict[str, Any]:
    return {
        "type": "trial",
        "at": RUN["at"] + 1000 * index,
        "seconds": 0.5,
        "choices": [["none", "skip"][index % 2]],
        "state": state,
        "value": value,
        "curve": [[0, 2.5], [39, value or 9.0]],
        "attributes": {"genotype": f"|{index}|", **attributes},
    }


TRIALS = [trial(0, "complete", 0.5, cka=[0.5, None]), trial(1, "pruned", 1.5), trial(2, "failed", None, failure="nan")]


class TestTensorBoard:
    @pytest.fixture(autouse=True)
    def _installed(self) -> None:
        pytest.importorskip("tensorboard")

    def test_has_everything_once_when_a_run_is_logged_while_it_grows(self, tmp_path: Path, report: Any) -> None:
        from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

        # The first logging was killed: there is no end.
        log("tensorboard", tmp_path / "logs", scalars(1), scalars(2))
        all_entries = (scalars(1), scalars(2), scalars(3, **{"cost/seconds": 4.0}), ANSWER, report, end())
        for _ in range(2):
            folder = Path(log("tensorboard", tmp_path / "logs", *all_entries))
        assert folder == tmp_path / "logs" / "cells-0123456789ab"
        events = EventAccumulator(str(folder)).Reload()
        losses = [(event.step, event.value) for event in events.Scalars("search/loss")]
        assert losses == [(1, 1), (2, 0.5), (3, pytest.approx(1 / 3))]
        assert events.Scalars("search/loss")[2].wall_time == RUN["at"] / 1000 + 3
        assert [event.value for event in events.Scalars("cost/seconds")] == [4]
        assert [event.value for event in events.Scalars("answer/loss")] == [0.25]
        [settings] = events.Tensors("settings")
        assert "| SPACE.NAME | nas-bench-201 |" in settings.tensor_proto.string_val[0].decode()
        [answer] = events.Tensors("answer")
        assert "| genotype | \\|a~0\\| |" in answer.tensor_proto.string_val[0].decode()
        assert set(events.PluginTagToContent("hparams")) == {
            "_hparams_/session_start_info",
            "_hparams_/session_end_info",
        }
        assert (folder / "report.html").read_text(encoding="utf-8") == "<p>report"

    def test_needs_neither_torch_nor_tensorflow(self) -> None:
        import subprocess

        code = "import sys, rminas_sidecar.sinks.tensorboard; print(sorted({'torch', 'tensorflow'} & set(sys.modules)))"
        answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert answer.stdout == "[]\n"


class TestOptuna:
    @pytest.fixture(autouse=True)
    def _installed(self) -> None:
        pytest.importorskip("optuna")

    @pytest.mark.parametrize("name", ["study.db", "study.journal"])
    def test_has_a_trial_for_each_evaluation_once(self, tmp_path: Path, name: str) -> None:
        import optuna
        from optuna.trial import TrialState

        file = tmp_path / name
        log("optuna", file, SLOTS, TRIALS[0], end("running"))
        for _ in range(2):
            location = log("optuna", file, SLOTS, *TRIALS, ANSWER, end())
        assert location == f"{file}, study cells"
        storage: Any = f"sqlite:///{file}"
        if name == "study.journal":
            storage = optuna.storages.JournalStorage(optuna.storages.journal.JournalFileBackend(str(file)))
        study = optuna.load_study(study_name="cells", storage=storage)
        assert study.direction == optuna.study.StudyDirection.MINIMIZE
        assert [trial.state for trial in study.trials] == [TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAIL]
        assert study.best_value == 0.5
        assert study.best_params == {"edge 0 → 1": "none"}
        [distribution] = study.trials[1].distributions.values()
        assert distribution.choices == ("none", "skip")
        assert study.trials[1].intermediate_values == {0: 2.5, 39: 1.5}
        assert study.trials[0].user_attrs == {"genotype": "|0|", "cka": [0.5, None]}
        assert study.trials[2].user_attrs["failure"] == "nan"
        assert study.trials[0].duration is not None
        assert study.trials[0].duration.total_seconds() == 0.5
        assert study.user_attrs["rminas.answer.loss"] == 0.25
        assert study.user_attrs["rminas.settings"]["RNG_SEED"] == 1

    def test_keeps_another_run_of_the_same_name_apart(self, tmp_path: Path) -> None:
        log("optuna", tmp_path / "study.db", SLOTS, TRIALS[0], end())
        other = {**RUN, "id": "ba9876543210"}
        output = io.StringIO()
        write(open_sink("optuna", str(tmp_path / "study.db")), map(json.dumps, (other, SLOTS, end())), output)
        assert output.getvalue().endswith('study cells-ba9876543210"}\n')


def test_mlflow_has_everything_once(tmp_path: Path, report: Any) -> None:
    mlflow = pytest.importorskip("mlflow")
    for entries in ([scalars(1)], [scalars(1), scalars(2), ANSWER, report, end()]):
        log("mlflow", f"file:{tmp_path / 'mlruns'}", *entries)
    client = mlflow.tracking.MlflowClient(f"file:{tmp_path / 'mlruns'}")
    experiment = client.get_experiment_by_name("rminas")
    [run] = client.search_runs([experiment.experiment_id])
    assert run.info.run_name == "cells"
    assert run.info.status == "FINISHED"
    assert run.data.params["OPTIM.STEPS"] == "[1, 2]"
    assert run.data.tags["rminas.answer.genotype"] == "|a~0|"
    assert run.data.metrics["answer/loss"] == 0.25
    history = client.get_metric_history(run.info.run_id, "search/loss")
    assert [(metric.step, metric.value) for metric in history] == [(1, 1), (2, 0.5)]
    assert [one.path for one in client.list_artifacts(run.info.run_id)] == ["report.html"]


def test_wandb_writes_offline(tmp_path: Path, report: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WANDB_DIR", str(tmp_path))
    monkeypatch.delenv("WANDB_MODE", raising=False)
    pytest.importorskip("wandb")
    from wandb.proto import wandb_internal_pb2

    for entries in ([scalars(1)], [scalars(1), scalars(2), ANSWER, report, end()]):
        folder = Path(log("wandb", "cells", *entries))
    assert [path.resolve() for path in (tmp_path / "wandb").glob("offline-run-*")] == [folder.resolve()]
    assert (folder / "files" / "report.html").is_file()
    history = []
    for data in _leveldb_records((folder / f"run-{RUN['id']}.wandb").read_bytes()):
        record = wandb_internal_pb2.Record.FromString(data)
        if record.WhichOneof("record_type") == "history":
            items = record.history.item
            history.append({item.key or item.nested_key[0]: json.loads(item.value_json) for item in items})
    assert [row["search/loss"] for row in history] == [1, 0.5]
    assert [row["step"] for row in history] == [1, 2]


def _leveldb_records(data: bytes) -> Iterator[bytes]:
    """The records of a file of W&B: a header of 7 bytes, then the log format of LevelDB in blocks of 32 KiB."""
    at, parts = 7, b""
    while at + 7 <= len(data):
        if 32_768 - at % 32_768 < 7:
            at += 32_768 - at % 32_768
            continue
        size, kind = struct.unpack_from("<HB", data, at + 4)
        parts += data[at + 7 : at + 7 + size]
        at += 7 + size
        # Of a whole record, or the last part of one.
        if kind in (1, 4):
            yield parts
            parts = b""


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    monkeypatch.delitem(sys.modules, "rminas_sidecar.sinks.optuna", raising=False)
    with pytest.raises(SidecarError, match="optuna cannot be imported") as caught:
        open_sink("optuna", "study.db")
    assert caught.value.code == "missing-package"


def test_a_place_that_cannot_be_written_is_not_called_a_bug(tmp_path: Path) -> None:
    pytest.importorskip("tensorboard")
    file = tmp_path / "file"
    file.touch()
    command = [sys.executable, "-m", "rminas_sidecar.sinks", "tensorboard", str(file)]
    done = subprocess.run(command, input=json.dumps(RUN), capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "rminas_sidecar ends: [unwritable] NotADirectoryError" in done.stderr


def test_an_unknown_entry_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("tensorboard")
    with pytest.raises(SidecarError, match="not one of the log"):
        log("tensorboard", tmp_path, {"type": "scalars", "step": -1})
