"""Writes the evaluations of a search as a study of Optuna, which optuna-dashboard opens.

The destination is a file: a journal of Optuna if it ends in `.log` or `.journal`, else an SQLite database. The user
attribute `rminas.run` says which run a study is. Trials that it has are not written again.
"""

import sqlite3
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from rminas_sidecar.protocol import Body
from rminas_sidecar.sinks.sink import Sink, missing_package

try:
    import optuna
    from optuna.distributions import CategoricalDistribution
    from optuna.storages import BaseStorage, JournalStorage, RDBStorage
    from optuna.storages.journal import JournalFileBackend
    from optuna.trial import FrozenTrial, TrialState
except ImportError as error:
    raise missing_package(["optuna"], error) from error

_RUN = "rminas.run"
_JOURNALS = (".log", ".journal")
_STATES = {"complete": TrialState.COMPLETE, "pruned": TrialState.PRUNED, "failed": TrialState.FAIL}


class OptunaSink(Sink):
    """A trial for each evaluation, with the choice of each slot, the value, the curve and its facts as attributes."""

    def __init__(self, destination: str) -> None:
        self._file = Path(destination)

    def run(self, entry: Body) -> str:
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self._file.parent.mkdir(parents=True, exist_ok=True)
        storage = _storage(self._file)
        name = _name(storage, entry)
        self._study = optuna.create_study(study_name=name, storage=storage, direction="minimize", load_if_exists=True)
        self._known = len(self._study.get_trials(deepcopy=False))
        self._study.set_user_attr(_RUN, entry["id"])
        self._study.set_user_attr("rminas.settings", entry["settings"])
        self._trials: list[FrozenTrial] = []
        return f"{self._file}, study {name}"

    def study(self, entry: Body) -> None:
        self._slots = {slot["name"]: CategoricalDistribution(slot["choices"]) for slot in entry["slots"]}

    def trial(self, entry: Body) -> None:
        end = datetime.fromtimestamp(entry["at"] / 1000)
        trial = FrozenTrial(
            number=-1,
            trial_id=-1,
            state=_STATES[entry["state"]],
            value=entry["value"],
            datetime_start=end - timedelta(seconds=entry["seconds"]),
            datetime_complete=end,
            params=dict(zip(self._slots, entry["choices"], strict=True)),
            distributions=dict(self._slots),
            user_attrs=entry["attributes"],
            system_attrs={},
            intermediate_values=dict(entry["curve"]),
        )
        self._trials.append(trial)

    def answer(self, entry: Body) -> None:
        for name, value in entry["values"].items():
            self._study.set_user_attr(f"rminas.answer.{name}", value)

    def end(self, entry: Body) -> None:
        self._study.add_trials(self._trials[self._known :])


def _storage(file: Path) -> BaseStorage:
    if file.suffix in _JOURNALS:
        return JournalStorage(JournalFileBackend(str(file)))
    return RDBStorage("sqlite://", engine_kwargs={"creator": partial(_connect, file)})


def _connect(file: Path) -> sqlite3.Connection:
    """Each attribute is a transaction of its own. Waiting for the disk after each takes minutes for a long search."""
    connection = sqlite3.connect(file, check_same_thread=False)
    connection.execute("PRAGMA synchronous = OFF")
    return connection


def _name(storage: BaseStorage, entry: Body) -> str:
    """The name of the run, with its id if another run has the name."""
    name: str = entry["name"]
    others = {study.study_name: study.user_attrs.get(_RUN) for study in storage.get_all_studies()}
    return name if others.get(name, entry["id"]) == entry["id"] else f"{name}-{entry['id']}"
