"""The files of a training on their way to a node and back."""

from pathlib import Path
from typing import Any

import pytest

from rminas_sidecar.engines import carried_files
from rminas_sidecar.engines.carried_files import TrainingFolder, inputs_of, read_files
from rminas_sidecar.errors import SidecarError


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for temporary files of a node."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


@pytest.fixture
def images(tmp_path: Path) -> Path:
    """Two classes, one of them without images, and a link to a folder elsewhere."""
    folder, elsewhere = tmp_path / "images", tmp_path / "elsewhere"
    for name in (folder / "a", folder / "empty", elsewhere):
        name.mkdir(parents=True)
    (folder / "a" / "1.png").write_bytes(b"one")
    (elsewhere / "2.png").write_bytes(b"two")
    (folder / "linked").symlink_to(elsewhere)
    (folder / "a" / "circle").symlink_to(folder)
    (folder / "broken").symlink_to(folder / "nothing")
    return folder


def request(**changes: Any) -> dict[str, Any]:
    return {"dataset": None, "checkpoint": "/far/away/checkpoint.pt", **changes}


def test_a_folder_arrives_with_its_empty_classes_and_what_links_lead_to(images: Path) -> None:
    body = request(dataset=str(images))
    folder = TrainingFolder("one-shot", body, {str(images): read_files(images)}, None)
    there = Path(folder.body["dataset"])
    assert there != images
    assert there.name == "images"
    found = {str(path.relative_to(there)): path for path in there.rglob("*")}
    assert sorted(found) == ["a", "a/1.png", "empty", "linked", "linked/2.png"]
    assert (found["a/1.png"].read_bytes(), found["linked/2.png"].read_bytes()) == (b"one", b"two")
    assert body == request(dataset=str(images))


def test_a_distillation_brings_its_teacher(tmp_path: Path) -> None:
    weights = tmp_path / "teacher.pt"
    weights.write_bytes(b"weights")
    body = request(teacher={"teacher": str(weights), "teacherCode": None})
    assert inputs_of("retrain", body) == [str(weights)]
    folder = TrainingFolder("retrain", body, {str(weights): read_files(weights)}, None)
    assert folder.body["teacher"]["teacherCode"] is None
    there = Path(folder.body["teacher"]["teacher"])
    assert (there.name, there.read_bytes()) == ("teacher.pt", b"weights")
    assert inputs_of("retrain", request()) == []


def test_each_new_checkpoint_is_sent_back_once() -> None:
    folder = TrainingFolder("retrain", request(), {}, b"first")
    checkpoint = Path(folder.body["checkpoint"])
    assert (checkpoint.read_bytes(), folder.saved()) == (b"first", None)
    draft = checkpoint.with_name("draft")
    draft.write_bytes(b"other")
    draft.replace(checkpoint)
    assert [folder.saved(), folder.saved()] == [b"other", None]
    assert TrainingFolder("retrain", request(), {}, None).saved() is None


def test_files_are_removed_at_the_end_and_after_the_death_of_an_actor(temporary: Path) -> None:
    running, killed, ended = (TrainingFolder("retrain", request(), {}, b"c") for _ in range(3))
    assert len(list(temporary.iterdir())) == 3
    ended.remove()
    # The system closes the files of a process that is killed, and frees its locks.
    carried_files.os.close(killed._lock)
    TrainingFolder("retrain", request(), {}, None)
    assert Path(running.body["checkpoint"]).exists()
    assert not Path(killed.body["checkpoint"]).exists()
    assert len(list(temporary.iterdir())) == 2


def test_data_that_is_too_large_or_missing_is_named(images: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carried_files, "LARGEST", 5)
    with pytest.raises(SidecarError, match=f"{images} has more than 0 GiB, too much to send it") as error:
        read_files(images)
    assert (error.value.code, "as a Ray Job" in error.value.next_steps[0]) == ("unsuitable-data", True)
    missing = images / "missing"
    with pytest.raises(SidecarError, match=f"{missing} cannot be read: No such file") as error:
        read_files(missing)
    assert error.value.code == "missing-file"
