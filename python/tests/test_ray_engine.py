"""The engine of Ray clusters without Ray; clusters/check_ray.py tests it with one."""

import threading
from queue import SimpleQueue

import pytest

from rminas_sidecar.engines import ray_engine
from rminas_sidecar.engines.local import Deadlines
from rminas_sidecar.engines.ray_engine import RayEngine
from rminas_sidecar.engines.ray_settings import RaySettings
from rminas_sidecar.engines.worker_process import WorkerSettings


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
