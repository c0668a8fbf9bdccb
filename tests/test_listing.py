"""The catalogue that `workbench list` keeps: read without torch, and found anew where anything has changed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from workbench import cache, catalog
from workbench.cli import catalogue, main

BLOCKED = "import sys; sys.modules['torch'] = None; from workbench.cli import main; sys.exit(main(sys.argv[1:]))"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path


def kept_of(kind: str):
    return cache.recalled(f"catalogue/{kind}")


def test_a_second_listing_imports_no_torch_and_says_the_same(capsys):
    cache.keep("catalogue/noises", catalogue.members("noises"))
    again = subprocess.run(
        [sys.executable, "-c", BLOCKED, "list", "noises"], capture_output=True, text=True, check=True, env=os.environ
    )
    assert main(["list", "noises"]) == 0
    assert again.stdout == capsys.readouterr().out and "Gaussian" in again.stdout


def test_what_is_kept_is_what_is_found():
    members = catalogue.members("schedules")
    assert kept_of("schedules") is None
    cache.keep("catalogue/schedules", members)
    assert kept_of("schedules") == members


@pytest.mark.parametrize("text", ["", "{", "[]", '{"of": 3}'])
def test_a_damaged_file_is_none(text):
    cache.keep("catalogue/schedules", [])
    (cache.folder() / "catalogue" / "schedules.json").write_text(text)
    assert kept_of("schedules") is None


def test_a_changed_source_is_noticed(tmp_path, monkeypatch):
    source = tmp_path / "package" / "part.py"
    source.parent.mkdir()
    source.write_text("x = 1\n")
    monkeypatch.setattr(cache, "_PACKAGE", source.parent)
    cache.keep("catalogue/schedules", [])
    assert kept_of("schedules") == []
    cache.fingerprint_of.cache_clear()
    source.write_text("x = 10\n")
    assert kept_of("schedules") is None


def test_a_process_whose_catalogue_others_may_have_joined_keeps_nothing():
    assert catalog.__name__ in sys.modules
    main(["list", "schedules"])
    assert kept_of("schedules") is None


def test_a_folder_that_cannot_be_written_only_costs_time(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    cache.keep("catalogue/schedules", [])
    assert kept_of("schedules") is None


def test_who_has_no_home_keeps_nothing(monkeypatch):
    monkeypatch.delenv("XDG_CACHE_HOME")

    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", homeless)
    cache.keep("catalogue/schedules", [])
    assert kept_of("schedules") is None
