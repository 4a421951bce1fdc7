"""The run store: folders, listing, finding, reading beside a writer, requests, and databases that are damaged."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from engine import process, runinfo, runs, store
from engine.errors import UserError
from engine.project import Project


@pytest.fixture
def run(tmp_path):
    return runs.create(Project("Test"), tmp_path / "test.runs", name="First")


def rows(count: int, start: float = 0.0) -> np.ndarray:
    made = np.zeros(count, dtype=store.ROW)
    made["loss"] = start + np.arange(count)
    made["lr"] = 0.001
    made["grad_norm"] = np.nan
    return made


def put(run, first: int, count: int, batches: int = 10) -> None:
    with store.closing(store.writer(run.database)) as connection, store.transaction(connection):
        store.put_steps(connection, first, batches, rows(count, first))


def test_a_new_run_waits_and_holds_the_project(run):
    info = run.info()
    assert (info.state, info.name, info.epoch, info.active) == ("waiting", "First", 0, False)
    assert run.project().name == "Test"
    assert len(run.steps()) == 0 and run.epochs() == [] and run.events() == []


def test_steps_come_back_as_rows_after_a_number(run):
    put(run, 1, 7)
    put(run, 8, 5)
    table = run.steps()
    assert table[:, 0].tolist() == list(range(1, 13))
    assert table[:, 1].tolist() == [step / 10 for step in range(1, 13)]
    assert table[:, 2].tolist() == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]
    assert table[:, 3].tolist() == [0.001] * 12
    assert np.isnan(table[:, 4]).all()
    assert run.steps(5)[:, 0].tolist() == list(range(6, 13))
    assert run.steps(12).shape == (0, 5)


@pytest.mark.parametrize("at", [0, 3, 7, 9, 12, 20])
def test_cut_keeps_each_step_up_to_a_number_once(run, at):
    put(run, 1, 7)
    put(run, 8, 5)
    with store.closing(store.writer(run.database)) as connection:
        store.put_epochs(connection, [(1, "train", "loss", 0.5), (2, "train", "loss", 0.4)])
        store.cut(connection, at, 1)
    assert run.steps()[:, 0].tolist() == list(range(1, min(at, 12) + 1))
    assert [value.epoch for value in run.epochs()] == [1]


def test_results_requests_and_names(run):
    run.set_result("test", {"accuracy": 0.9, "Straße": [1, None]})
    assert run.result("test") == {"accuracy": 0.9, "Straße": [1, None]}
    assert run.result("missing") is None and run.results() == ["test"]
    run.rename("  Second   try ")
    assert run.info().name == "Second try"
    with pytest.raises(UserError, match="needs a name"):
        run.rename("  ")
    with pytest.raises(UserError, match="not to jump"):
        run.request("jump")
    with pytest.raises(UserError, match="waiting"):
        run.request("pause")


def test_an_active_run_takes_requests_and_shows_that_it_is_stopping(run):
    with store.closing(store.writer(run.database)) as connection:
        store.beat(
            connection, state="running", pid=os.getpid(), host=runs.host(), pid_started=process.started_at(os.getpid())
        )
    assert run.info().state == "running"
    run.request("stop")
    assert run.info().state == "stopping"
    with pytest.raises(UserError, match="Stop it before"):
        run.remove()
    with pytest.raises(UserError, match="already"):
        run.start()


def test_a_process_that_died_without_a_word_means_lost(run):
    child = subprocess.Popen([sys.executable, "-c", "pass"])
    started = process.started_at(child.pid)
    child.wait()
    run.log.write_text("something\nSegmentation fault\n")
    with store.closing(store.writer(run.database)) as connection:
        store.beat(connection, state="running", pid=child.pid, host=runs.host(), pid_started=started)
    info = run.info()
    assert info.state == "lost" and "Segmentation fault" in info.message and "Resume" in info.message


def test_another_process_with_the_same_number_is_not_ours(run):
    with store.closing(store.writer(run.database)) as connection:
        store.beat(connection, state="running", pid=os.getpid(), host=runs.host(), pid_started="1")
    if process.started_at(os.getpid()):
        assert run.info().state == "lost"


def test_on_another_computer_signs_of_life_decide(run):
    with store.closing(store.writer(run.database)) as connection:
        store.beat(connection, state="running", pid=1, host="elsewhere")
        assert run.info().state == "running"
        store.beat(connection, time=time.time() - 2 * runinfo.SILENCE)
    assert run.info().state == "lost"


def test_the_version_changes_when_somebody_writes(run):
    before = run.version()
    assert run.version() == before
    put(run, 1, 3)
    after = run.version()
    assert after != before
    assert len(run.steps()) == 3
    assert run.version() == after
    run.close()


def test_readers_see_whole_blocks_while_a_writer_writes(run):
    """Many commits by a writer; readers in other threads always see an unbroken row of steps from 1 on."""
    done = threading.Event()
    wrong: list[str] = []
    seen = [0, 0]

    def read(place: int) -> None:
        reader = runs.Run(run.folder)
        while not done.is_set():
            reader.version()
            steps = reader.steps()[:, 0]
            if not np.array_equal(steps, np.arange(1, len(steps) + 1)):
                wrong.append(str(steps))
            seen[place] += 1
        reader.close()

    threads = [threading.Thread(target=read, args=(place,)) for place in range(2)]
    for thread in threads:
        thread.start()
    with store.closing(store.writer(run.database)) as connection:
        block = 0
        while block < 150 or (min(seen) <= 3 and block < 5000):  # a quick writer waits for slow readers
            with store.transaction(connection):
                store.put_steps(connection, 1 + 10 * block, 10, rows(4))
                store.put_steps(connection, 5 + 10 * block, 10, rows(6))
            block += 1
    done.set()
    for thread in threads:
        thread.join()
    assert not wrong and min(seen) > 3
    assert len(run.steps()) == 10 * block


def test_listing_is_newest_first_and_skips_what_is_damaged(tmp_path):
    folder = tmp_path / "x.runs"
    first = runs.create(Project(), folder, name="a")
    with store.closing(store.writer(first.database)) as connection:
        store.put_info(connection, {"created": 1.0})
    second = runs.create(Project(), folder, name="b")
    for name, content in (
        ("bad", b"this is no database" * 100),
        ("cut", first.database.read_bytes()[:500]),
        ("none", None),
    ):
        (folder / name).mkdir()
        if content is not None:
            (folder / name / store.FILE).write_bytes(content)
    with store.closing(sqlite3.connect(folder / "cut" / "other.db")):
        pass
    (folder / "loose file").write_text("x")
    notes: list[str] = []
    assert [run.id for run in runs.list_runs(folder, notes)] == [second.id, first.id]
    assert len(notes) == 3 and all(len(note) > 20 and "Traceback" not in note for note in notes)
    assert runs.list_runs(tmp_path / "missing") == []
    runs.Run(folder / "bad").remove()
    assert not (folder / "bad").exists()


def test_a_run_of_a_newer_version_is_refused_with_a_sentence(run):
    with store.closing(sqlite3.connect(run.database)) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(UserError, match="newer Lamina"):
        runs.open_run(run.folder)


def test_find_takes_paths_and_unique_beginnings(tmp_path):
    folder = tmp_path / "x.runs"
    run = runs.create(Project(), folder)
    for name in ("abc1", "abc2"):
        shutil.copytree(run.folder, folder / name)
    assert runs.find(str(run.folder), []).id == run.id
    assert runs.find(run.id, [folder]).id == run.id
    assert runs.find("abc1", [tmp_path / "no", folder]).id == "abc1"
    with pytest.raises(UserError, match="abc1 and abc2"):
        runs.find("abc", [folder])
    with pytest.raises(UserError, match="There is no run"):
        runs.find("zzz", [folder])


def test_a_folder_that_cannot_be_used_says_so(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(UserError, match="No run can be kept"):
        runs.create(Project(), tmp_path / "file" / "runs")


def test_where_runs_live(tmp_path, monkeypatch):
    assert runs.runs_dir(tmp_path / "My net.lamina") == tmp_path / "My net.runs"
    monkeypatch.setenv("LAMINA_DATA", str(tmp_path))
    assert runs.runs_dir(None) == tmp_path / "runs"


def test_a_read_only_run_can_still_be_read(run, monkeypatch):
    put(run, 1, 3)
    real = sqlite3.connect

    def connect(address, *args, **kwargs):
        # what SQLite says where it may not make its files beside the database
        if isinstance(address, str) and address.endswith("mode=ro"):
            raise sqlite3.OperationalError("unable to open database file")
        return real(address, *args, **kwargs)

    monkeypatch.setattr(sqlite3, "connect", connect)
    assert len(run.steps()) == 3


def test_the_engine_reads_runs_without_torch():
    code = "import sys, engine.runs, engine.recipes; list(engine.recipes.recipes); sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=os.getcwd()).returncode == 0
