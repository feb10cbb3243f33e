"""Writes event files for TensorBoard, without PyTorch and TensorFlow.

A run has the folder DIR/NAME-ID. Each logging adds an event file with what the earlier ones lack: their tags and steps
say what is there.
"""

import shutil
from pathlib import Path
from typing import Any

from rminas_sidecar.protocol import Body
from rminas_sidecar.sinks.sink import Sink, missing_package, text_of

try:
    from tensorboard.backend.event_processing.event_file_loader import EventFileLoader
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import Summary, SummaryMetadata
    from tensorboard.compat.proto.tensor_pb2 import TensorProto
    from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto
    from tensorboard.plugins.hparams import metadata as hparams
    from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData, SessionEndInfo, SessionStartInfo
    from tensorboard.summary.writer.event_file_writer import EventFileWriter
except ImportError as error:
    raise missing_package(["tensorboard"], error) from error

_STATUS = {"finished": "STATUS_SUCCESS", "interrupted": "STATUS_FAILURE", "running": "STATUS_RUNNING"}
_FLUSH_SECONDS = 2


class TensorBoardSink(Sink):
    """Scalars, the settings as a text and as hyperparameters, the answer as a text, and files beside the events."""

    def __init__(self, destination: str) -> None:
        self._root = Path(destination)

    def run(self, entry: Body) -> str:
        self._folder = self._root / f"{entry['name']}-{entry['id']}"
        self._folder.mkdir(parents=True, exist_ok=True)
        self._written = _written(self._folder)
        self._at = entry["at"] / 1000
        self._writer = EventFileWriter(str(self._folder), flush_secs=_FLUSH_SECONDS)
        settings = entry["settings"]
        self._text("settings", _table(settings))
        start = SessionStartInfo(start_time_secs=self._at)
        for key, value in settings.items():
            _assign(start.hparams[key], value)
        self._hparams(hparams.SESSION_START_INFO_TAG, HParamsPluginData(session_start_info=start))
        return str(self._folder)

    def scalars(self, entry: Body) -> None:
        for tag, value in entry["values"].items():
            self._add(Summary.Value(tag=tag, simple_value=value), entry["step"], entry["at"] / 1000)

    def answer(self, entry: Body) -> None:
        self._text("answer", _table(entry["values"]))
        for name, value in entry["values"].items():
            if not isinstance(value, str):
                self._add(Summary.Value(tag=f"answer/{name}", simple_value=value), 0, self._at)

    def file(self, entry: Body) -> None:
        path = Path(entry["path"])
        shutil.copyfile(path, self._folder / path.name)

    def flush(self, entry: Body) -> None:
        self._writer.flush()

    def end(self, entry: Body) -> None:
        if entry["state"] != "running":
            end = SessionEndInfo(status=_STATUS[entry["state"]], end_time_secs=self._at)
            self._hparams(hparams.SESSION_END_INFO_TAG, HParamsPluginData(session_end_info=end))
        self._writer.close()

    def _text(self, tag: str, text: str) -> None:
        plugin = SummaryMetadata.PluginData(plugin_name="text")
        tensor = TensorProto(dtype="DT_STRING", string_val=[text.encode()], tensor_shape=TensorShapeProto())
        self._add(Summary.Value(tag=tag, metadata=SummaryMetadata(plugin_data=plugin), tensor=tensor), 0, self._at)

    def _hparams(self, tag: str, content: Any) -> None:
        value = Summary.Value(tag=tag, metadata=hparams.create_summary_metadata(content), tensor=hparams.NULL_TENSOR)
        self._add(value, 0, self._at)

    def _add(self, value: Any, step: int, at: float) -> None:
        if (value.tag, step) in self._written:
            return
        self._written.add((value.tag, step))
        self._writer.add_event(Event(wall_time=at, step=step, summary=Summary(value=[value])))


def _written(folder: Path) -> set[tuple[str, int]]:
    """Tags and steps in the event files of a folder. A torn last event counts as absent."""
    written: set[tuple[str, int]] = set()
    for file in sorted(folder.glob("events.out.tfevents.*")):
        for event in EventFileLoader(str(file)).Load():
            written.update((value.tag, event.step) for value in event.summary.value)
    return written


def _table(values: dict[str, Any]) -> str:
    """A table in Markdown."""
    rows = [f"| {key} | {text_of(value).replace('|', chr(92) + '|')} |" for key, value in values.items()]
    return "\n".join(["| | |", "| --- | --- |", *rows])


def _assign(target: Any, value: Any) -> None:
    """Sets a `google.protobuf.Value`."""
    if isinstance(value, bool):
        target.bool_value = value
    elif isinstance(value, int | float):
        target.number_value = value
    else:
        target.string_value = text_of(value)
