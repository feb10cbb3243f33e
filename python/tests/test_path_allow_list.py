"""No message opens a file outside the folders that the sidecar was started for."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rminas_sidecar.errors import SidecarError
from rminas_sidecar.ipc.path_allow_list import PATHS, PathAllowList

CORPUS = json.loads((Path(__file__).parents[2] / "test" / "corpus" / "messages.json").read_text(encoding="utf-8"))


def is_allowed(allowed: PathAllowList, path: str) -> bool:
    try:
        allowed.check("query-benchmark", {"index": path, "architecture": 0})
    except SidecarError as error:
        assert error.code == "refused-file"
        return False
    return True


def test_files_in_a_root_are_allowed_and_its_neighbours_are_not(tmp_path: Path) -> None:
    root = tmp_path / "data"
    root.mkdir()
    allowed = PathAllowList([str(root)])
    assert all(is_allowed(allowed, str(path)) for path in (root, root / "a", root / "a" / ".." / "b", root / "new/er"))
    for path in (tmp_path, tmp_path / "data2", root / ".." / "x", "/", "/etc/passwd", "etc", "\0", "x" * 4096):
        assert not is_allowed(allowed, str(path))
    assert not is_allowed(PathAllowList([]), str(root))


def test_links_count_by_where_they_lead(tmp_path: Path) -> None:
    root, outside = tmp_path / "data", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    (root / "escape").symlink_to(outside)
    (root / "circle").symlink_to(root / "circle")
    (tmp_path / "alias").symlink_to(root)
    allowed = PathAllowList([str(root)])
    assert not is_allowed(allowed, str(root / "escape" / "file"))
    assert not is_allowed(allowed, str(root / "escape"))
    assert is_allowed(allowed, str(tmp_path / "alias" / "file"))
    assert is_allowed(PathAllowList([str(tmp_path / "alias")]), str(root / "file"))


def test_a_file_may_be_a_root(tmp_path: Path) -> None:
    allowed = PathAllowList([str(tmp_path / "teacher.pth")])
    assert is_allowed(allowed, str(tmp_path / "teacher.pth"))
    assert not is_allowed(allowed, str(tmp_path / "teacher.pth2"))


def test_every_path_of_the_corpus_is_looked_at() -> None:
    nothing = PathAllowList([])
    with_paths = [message for message in CORPUS["toSidecar"]["valid"] if any(absolute_paths(message["body"]))]
    assert {message["type"] for message in with_paths} == set(PATHS)
    for message in with_paths:
        with pytest.raises(SidecarError, match="outside the folders"):
            nothing.check(message["type"], message["body"])
        PathAllowList(list(absolute_paths(message["body"]))).check(message["type"], message["body"])


def absolute_paths(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for item in value.values():
            yield from absolute_paths(item)
    elif isinstance(value, str) and value.startswith("/"):
        yield value


def test_the_server_refuses_before_it_opens(launcher: Any, tmp_path: Path) -> None:
    (tmp_path / "inside").mkdir()
    table = tmp_path / "macro.json"
    table.write_text("{}")
    sidecar = launcher.start_for(*launcher.bind(), ["--workers", "0", "--allow", str(tmp_path / "inside")], {})
    sidecar.receive("hello")
    for body in (
        {"file": str(table), "folder": str(tmp_path / "inside")},
        {"file": str(tmp_path / "inside" / "macro.json"), "folder": str(tmp_path / "indexes")},
    ):
        reply = sidecar.ask("import-benchmark", body)
        assert (reply["type"], reply["body"]["code"], reply["body"]["traceback"]) == ("error", "refused-file", None)
    assert not (tmp_path / "indexes").exists()
    reply = sidecar.ask("query-benchmark", {"index": str(tmp_path / "inside" / "none.sqlite"), "architecture": 0})
    assert reply["body"]["code"] == "missing-file"
