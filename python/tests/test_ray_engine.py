"""The engine of Ray clusters without Ray; clusters/ tests it with one."""

import threading
from queue import SimpleQueue

import pytest

from rminas_sidecar.engines import ray_engine, ray_slot
from rminas_sidecar.engines.device_copies import DeviceCopies, Placement
from rminas_sidecar.engines.engine import Job
from rminas_sidecar.engines.local import Deadlines
from rminas_sidecar.engines.ray_engine import RayEngine
from rminas_sidecar.engines.ray_settings import RaySettings
from rminas_sidecar.engines.ray_slot import Slot, borrowers, superfluous
from rminas_sidecar.engines.worker_process import WorkerSettings
from rminas_sidecar.ipc.watchdog import Watchdog


def test_the_thread_that_connects_lives_as_long_as_the_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    # Linux kills the processes of a local cluster when the thread ends that started them.
    connecting: SimpleQueue[threading.Thread] = SimpleQueue()
    monkeypatch.setattr(ray_engine, "connect", lambda *_: connecting.put(threading.current_thread()))
    settings = WorkerSettings(threads=1, device="cpu")
    cluster = RaySettings("local", {"CPU": 1.0})
    engine = RayEngine(1, settings, cluster, Deadlines(60, 60), lambda _: None, lambda *_: None, lambda _: None)
    engine.start(lambda _: None, lambda *_: None)
    thread = connecting.get(timeout=60)
    thread.join(0.2)
    assert thread.is_alive()
    engine.close()
    thread.join(60)
    assert not thread.is_alive()


class _Worker:
    """Stands for a worker of the cluster, which these tests do not use."""

    def end(self) -> None:
        pass


def _slots(*owners: int | None) -> list[Slot]:
    """Slots whose workers have mapped the copies of others."""
    needed = [{} if owner is None else {DeviceCopies(): owner} for owner in owners]
    return [Slot(Watchdog(60), Placement(number, "gpu", of), worker=_Worker()) for number, of in enumerate(needed)]


def test_a_worker_that_needs_no_other_is_kept_when_none_has_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ray_slot, "_IDLE_SECONDS", 0.0)
    slots = _slots(1, None, 1)
    assert [slot.placement.worker for slot in superfluous(slots)] == [0, 2]
    slots[2].running = Job("evaluate", {}, print, print)
    assert superfluous(slots) == []


def test_a_worker_without_a_process_borrows_nothing() -> None:
    slots = _slots(None, 0, None)
    assert borrowers(slots[0], slots) == [slots[1]]
    slots[1].empty()
    assert borrowers(slots[0], slots) == []
