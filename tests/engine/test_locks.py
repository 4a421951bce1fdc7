"""Locks of projects: who holds one, what a crash leaves behind, folders that cannot be written."""

from __future__ import annotations

import dataclasses
import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from engine import locks
from engine.locks import Holder, Lock, file_beside, holder, take

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def place(tmp_path):
    (tmp_path / "spare").mkdir()
    project = tmp_path / "net.lamina"
    project.write_text("{}")
    return project, tmp_path / "spare"


def other_process(project: Path, spare: Path) -> subprocess.Popen:
    """A process that holds a project until its input ends."""
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from engine.locks import take\n"
        "made = take(Path(sys.argv[1]), Path(sys.argv[2]))\n"
        "print(type(made).__name__, flush=True)\n"
        "sys.stdin.read()\n"
    )
    return subprocess.Popen(
        [sys.executable, "-c", program, str(project), str(spare)],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def ended(child: subprocess.Popen, kill: bool = False) -> None:
    if kill:
        child.kill()
    child.communicate(timeout=20)


def test_one_holds_it_the_other_learns_who(place) -> None:
    project, spare = place
    mine = take(project, spare)
    assert isinstance(mine, Lock) and mine.held
    theirs = take(project, spare)
    assert isinstance(theirs, Holder)
    assert (theirs.pid, theirs.token) == (os.getpid(), mine.holder.token)
    assert theirs.is_here and theirs.words() == "on this computer"
    mine.release()
    assert holder(project, spare) is None
    assert not file_beside(project).exists()
    assert sorted(one.name for one in project.parent.iterdir()) == ["net.lamina", "spare"]


def test_another_process_holds_it_until_it_is_killed(place) -> None:
    project, spare = place
    child = other_process(project, spare)
    assert child.stdout.readline() == "Lock\n"
    found = take(project, spare)
    assert isinstance(found, Holder) and found.pid == child.pid
    ended(child, kill=True)
    assert file_beside(project).exists(), "a crash leaves the file"
    mine = take(project, spare)
    assert isinstance(mine, Lock) and mine.held
    mine.release()


def test_a_number_given_anew_is_another_process(place) -> None:
    project, spare = place
    mine = take(project, spare)
    said = dataclasses.asdict(dataclasses.replace(mine.holder, started="1", token="x"))
    file_beside(project).write_text(json.dumps(said))
    if mine.holder.started:  # systems that tell when a process started
        assert holder(project, spare) is None


def test_of_another_host_the_age_decides(place) -> None:
    project, spare = place
    said = {"pid": 1, "started": "1", "host": "attic", "user": "ada", "token": "t", "since": time.time()}
    file = file_beside(project)
    file.write_text(json.dumps(said))
    found = take(project, spare)
    assert isinstance(found, Holder)
    assert found.words() == "by ada on attic"
    old = time.time() - locks.FOREIGN_SECONDS - 5
    os.utime(file, (old, old))
    mine = take(project, spare)
    assert isinstance(mine, Lock)
    assert mine.holder.host == socket.gethostname()
    os.utime(file, (old, old))
    mine.touch()
    assert time.time() - file.stat().st_mtime < 60
    mine.release()


@pytest.mark.parametrize("damaged", ["", "null", "[1]", '{"pid": "x"}', '{"pid": 1}', "{" * 5000, "\x00\x01"])
def test_a_damaged_lock_is_no_hold_once_it_is_old(place, damaged) -> None:
    project, spare = place
    file = file_beside(project)
    file.write_text(damaged)
    old = time.time() - 60
    os.utime(file, (old, old))
    mine = take(project, spare)
    assert isinstance(mine, Lock) and mine.file == file and mine.held
    mine.release()


def test_a_lock_that_is_being_written_is_waited_for(place, monkeypatch) -> None:
    project, spare = place
    file_beside(project).write_text("")
    monkeypatch.setattr(locks, "_UNFINISHED_SECONDS", 0.3)
    began = time.monotonic()
    mine = take(project, spare)
    assert time.monotonic() - began > 0.25
    assert isinstance(mine, Lock) and mine.held
    mine.release()


def test_a_release_leaves_the_lock_of_somebody_else(place) -> None:
    project, spare = place
    mine = take(project, spare)
    theirs = dataclasses.replace(mine.holder, token="other")
    mine.file.write_text(json.dumps(dataclasses.asdict(theirs)))
    assert not mine.held
    mine.release()
    assert mine.file.exists()


def test_where_the_folder_cannot_be_written_the_spare_one_serves(place, monkeypatch) -> None:
    project, spare = place
    real = locks._create

    def refusing(file: Path, mine: Holder) -> bool:
        if file.parent == project.parent:
            raise OSError(30, "Read-only file system")
        return real(file, mine)

    monkeypatch.setattr(locks, "_create", refusing)
    mine = take(project, spare)
    assert isinstance(mine, Lock) and mine.file.parent == spare and mine.held
    assert isinstance(take(project, spare), Holder)
    mine.release()
    assert list(spare.iterdir()) == []


def test_where_nothing_can_be_written_nobody_waits_for_long(place, monkeypatch) -> None:
    def refusing(file: Path, mine: Holder) -> bool:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(locks, "_create", refusing)
    began = time.monotonic()
    assert isinstance(take(*place), Lock)
    assert time.monotonic() - began < 1


def test_long_names_have_locks_too(tmp_path) -> None:
    project = tmp_path / ("é" * 120 + ".lamina")
    mine = take(project, tmp_path)
    assert isinstance(mine, Lock) and mine.held and mine.file.parent == tmp_path
    assert isinstance(take(project, tmp_path), Holder)
    mine.release()


def test_of_many_at_once_one_has_it(place) -> None:
    """All of them find a dead lock at the same moment."""
    project, spare = place
    child = other_process(project, spare)
    child.stdout.readline()
    ended(child, kill=True)
    children = [other_process(project, spare) for _ in range(5)]
    said = [child.stdout.readline() for child in children]
    for child in children:
        ended(child)
    assert sorted(said) == ["Holder\n"] * 4 + ["Lock\n"]
