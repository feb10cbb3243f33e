"""What a worker says while it computes."""

import threading

from rminas_sidecar.ipc.heartbeat import Heartbeat


def test_signs_of_life_come_with_the_steps_and_not_too_often() -> None:
    signs = []
    heartbeat = Heartbeat(lambda: signs.append("sign"))
    for _ in range(1000):
        heartbeat.step()
    assert 1 <= len(signs) < 1000
    before = set(threading.enumerate())
    with heartbeat.in_background():
        (background,) = set(threading.enumerate()) - before
    assert not background.is_alive()
