"""The available memory: the machine's, and the part that limits leave."""

import subprocess
import sys
from pathlib import Path

import pytest

from rminas_sidecar.errors import SidecarError
from rminas_sidecar.system.memory import available_memory, require_memory, room_of_group


def test_it_is_asked_for_in_numbers() -> None:
    require_memory("It", 5, None)
    require_memory("It", 5, 5)
    with pytest.raises(
        SidecarError, match=r"It needs about 6\.0 GB of memory, and only 1\.5 GB are available"
    ) as caught:
        require_memory("It", 6_000_000_000, 1_500_000_000)
    assert caught.value.code == "out-of-memory"
    assert caught.value.next_steps


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")
def test_the_machine_has_some() -> None:
    total = int(Path("/proc/meminfo").read_text().split()[1]) * 1024
    available = available_memory()
    assert available is not None
    assert 0 < available <= total


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what a limit leaves")
def test_a_limit_on_addresses_counts() -> None:
    room = 1 << 29
    program = (
        f"import resource; resource.setrlimit(resource.RLIMIT_AS, ({room}, {room}))\n"
        "from rminas_sidecar.system.memory import available_memory; print(available_memory())"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert 0 < int(said) < room


@pytest.mark.parametrize(
    ("limit", "room"), [("1000\n", [1000 - 600 + 250]), ("500\n", [150]), ("100\n", [0]), ("max\n", [])]
)
def test_a_group_leaves_its_limit_without_what_is_used_and_cannot_be_given_up(
    tmp_path: Path, limit: str, room: list[int]
) -> None:
    (tmp_path / "memory.max").write_text(limit)
    (tmp_path / "memory.current").write_text("600\n")
    (tmp_path / "memory.stat").write_text("anon 300\ninactive_file 250\nactive_file 50\n")
    assert list(room_of_group(tmp_path)) == room


def test_a_folder_that_is_no_group_says_nothing(tmp_path: Path) -> None:
    assert list(room_of_group(tmp_path)) == []
