"""What a run directory refuses, with nothing written, and what it says then."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import dummy_job
import pytest

from paget import runs
from paget.errors import InputError, PagetError
from paget.runs import manifest


def prepare(directory: Path, *, resume: bool = False, scenario: str = dummy_job.SCENARIO, **changes: str):
    fingerprint = replace(dummy_job.FINGERPRINT, **changes)
    return runs.prepare(directory, fingerprint=fingerprint, scenario_text=scenario, resume=resume)


def tree(directory: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in directory.rglob("*") if path.is_file()}


def refused(directory: Path, message: str, **options: object) -> None:
    before = tree(directory.parent)
    with pytest.raises(InputError, match=message) as caught:
        prepare(directory, **options)  # type: ignore[arg-type]
    assert caught.value.remedy
    assert tree(directory.parent) == before


def unfinished(directory: Path) -> None:
    with pytest.raises(RuntimeError):
        dummy_job.run(directory, dummy_job.make_job(fails_at=33), batch=10)


def test_new_folder_holds_manifest_and_scenario(tmp_path: Path):
    with prepare(tmp_path / "a/b/run") as opened:
        assert opened.path == tmp_path / "a/b/run"
        assert not opened.done
    assert {path.name for path in opened.path.iterdir()} == {"manifest.json", "scenario.yaml"}
    assert (opened.path / "scenario.yaml").read_text() == dummy_job.SCENARIO


def test_empty_folder_is_welcome_and_so_is_resuming_nothing(tmp_path: Path):
    (tmp_path / "empty").mkdir()
    prepare(tmp_path / "empty").close()
    prepare(tmp_path / "none", resume=True).close()
    assert runs.read_manifest(tmp_path / "none").state == "running"


def test_finished_run_is_not_written_over(tmp_path: Path):
    dummy_job.run(tmp_path / "run", dummy_job.make_job())
    refused(tmp_path / "run", "holds a finished run")


def test_resuming_a_finished_run_changes_nothing(tmp_path: Path):
    first = dummy_job.run(tmp_path / "run", dummy_job.make_job())
    before = tree(tmp_path)
    assert dummy_job.run(tmp_path / "run", dummy_job.make_job(), resume=True) == first
    assert tree(tmp_path) == before


def test_unfinished_run_asks_for_resume(tmp_path: Path):
    unfinished(tmp_path / "run")
    refused(tmp_path / "run", "holds an unfinished run.*--resume")


def test_folder_with_other_files_is_left_alone(tmp_path: Path):
    (tmp_path / "home").mkdir()
    (tmp_path / "home/thesis.tex").write_text("…")
    for resume in (False, True):
        refused(tmp_path / "home", "holds other files .thesis.tex, …. and no run", resume=resume)


def test_file_in_place_of_the_folder(tmp_path: Path):
    (tmp_path / "run").write_text("")
    refused(tmp_path / "run", "is a file, not a folder")
    refused(tmp_path / "run/deeper", "a part of the path is a file")


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="no folder where none can be made")
def test_folder_that_cannot_be_made():
    refused(Path("/proc/x/y"), "no folder can be made there")


def test_dangling_link_in_place_of_the_folder(tmp_path: Path):
    (tmp_path / "run").symlink_to(tmp_path / "nowhere")
    refused(tmp_path / "run", "a file is in its place")


def test_path_that_is_too_long(tmp_path: Path):
    for directory in (tmp_path / ("a" * 300), tmp_path.joinpath(*["b" * 100] * 41)):
        with pytest.raises(InputError, match="the path is too long"):
            prepare(directory)
    # The folder itself would fit, the files in it would not.
    directory = tmp_path.joinpath(*["c" * 99] * ((4060 - len(str(tmp_path))) // 100))
    with pytest.raises(InputError, match="the path is too long"):
        prepare(directory / ("d" * (4070 - len(str(directory)))))
    with pytest.raises(InputError, match="null"):
        prepare(Path(f"{tmp_path}/nul\0"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"scenario_hash": "zz", "scenario": "paget: 1\nname: dummy\nseed: 2\n"},
            "scenario has changed .- seed: 1, . seed: 2.",
        ),
        ({"paget_version": "0.2"}, "the version of paget was 0.1 and is now 0.2"),
        ({"parameter_hash": "zz"}, "the parameter records have changed"),
        ({"device": "cuda"}, "the device was cpu and is now cuda"),
        ({"paget_version": "0.2", "device": "cuda"}, "0.2; the device"),
    ],
)
def test_resume_with_something_changed(tmp_path: Path, changes, message):
    unfinished(tmp_path / "run")
    refused(tmp_path / "run", message, resume=True, **changes)


def test_resume_with_other_units_or_tables(tmp_path: Path):
    unfinished(tmp_path / "run")
    with pytest.raises(InputError, match="it has 60 units"):
        dummy_job.run(tmp_path / "run", dummy_job.make_job(61), resume=True)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 2}', "{", "\xff"])
def test_damaged_manifest(tmp_path: Path, text):
    (tmp_path / "run").mkdir()
    (tmp_path / "run/manifest.json").write_text(text, encoding="latin-1")
    refused(tmp_path / "run", "cannot be read", resume=True)


def test_manifest_survives_reading_and_writing(reference: Path):
    stored = runs.read_manifest(reference)
    assert manifest.from_json(manifest.to_json(stored)) == stored
    assert json.loads(manifest.to_json(stored))["paget_version"] == "0.1"


def test_no_manifest_is_no_run(tmp_path: Path):
    with pytest.raises(InputError, match="is not a run directory"):
        runs.read_manifest(tmp_path)


def test_finish_before_the_tables_is_a_mistake(tmp_path: Path):
    with prepare(tmp_path / "run") as opened, pytest.raises(ValueError, match="after execute"):
        opened.finish({})


def test_exit_codes():
    assert (PagetError("").exit_code, InputError("").exit_code) == (1, 2)
