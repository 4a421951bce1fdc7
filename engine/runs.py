"""The run store: create, list, find, read and control runs. A run is a folder; this file needs no torch.

RUNS/<id>/  run.sqlite          everything the training told, and the requests to it
            project.lamina      the project as it was
            model.py            the generated source that was trained
            statistics.json     what the preparation measured on the training part
            best.safetensors    the weights of the best epoch
            checkpoints/        the newest two states from which training can go on
            log.txt             what the training process printed
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine import healthstore, process, store
from engine.errors import UserError, listed
from engine.healthstore import HealthRecord
from engine.project import Project, dumps, load
from engine.runinfo import ACTIVE, EpochValue, Event, RunInfo, Sample, host, lives
from engine.saving import write_atomically

__all__ = [
    "ACTIVE",
    "REQUESTS",
    "EpochValue",
    "Event",
    "Run",
    "RunInfo",
    "Sample",
    "create",
    "find",
    "host",
    "list_runs",
    "lives",
    "open_run",
    "runs_dir",
    "user_folder",
]

if TYPE_CHECKING:
    import numpy as np

REQUESTS = ("pause", "resume", "stop_epoch", "stop", "save")


class Run:
    """One run folder. Reading is safe while the training process writes, and the other way round."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._watching: sqlite3.Connection | None = None

    @property
    def id(self) -> str:
        return self.folder.name

    @property
    def database(self) -> Path:
        return self.folder / store.FILE

    @property
    def log(self) -> Path:
        return self.folder / "log.txt"

    def __repr__(self) -> str:
        return f"Run({str(self.folder)!r})"

    # ---- reading ---------------------------------------------------------------------------------------------

    @contextmanager
    def _read(self) -> Iterator[sqlite3.Connection]:
        with store.mended(self.database):
            if self._watching is not None:
                yield self._watching
                return
            with store.closing(store.reader(self.database)) as connection:
                yield connection

    @contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        with store.mended(self.database), store.closing(store.writer(self.database)) as connection:
            yield connection

    def version(self) -> int:
        """A number that changes when another process wrote. Keeps the database open; call `close` when done."""
        with store.mended(self.database):
            if self._watching is None:
                self._watching = store.reader(self.database)
            return int(self._watching.execute("PRAGMA data_version").fetchone()[0])

    def close(self) -> None:
        """Let go of the database that `version` keeps open."""
        if self._watching is not None:
            self._watching.close()
            self._watching = None

    def info(self) -> RunInfo:
        """What the run is and how far it is."""
        with self._read() as connection:
            facts, beat = store.get_info(connection), store.get_beat(connection)
            asked = connection.execute(
                "SELECT count(*) FROM requests WHERE done IS NULL AND what IN ('stop', 'stop_epoch')"
            ).fetchone()[0]
        state = beat["state"]
        message = beat["message"]
        if state in ACTIVE and not lives(beat):
            state, message = "lost", self._last_words()
        elif state in ("running", "paused") and asked:
            state = "stopping"
        names = ("epoch", "epochs", "batch", "batches", "step", "seconds", "left_seconds", "items_per_second")
        known = ("created", "started", "best", "final", "device", "parameters", "options", "node")
        return RunInfo(
            id=self.id,
            name=facts.get("name", self.id),
            state=state,
            message=message,
            **{name: beat[name] for name in names},
            **{name: facts[name] for name in known if name in facts},
        )

    def _last_words(self) -> str:
        text = "The training process ended without saying why. Resume the run to go on from its last checkpoint."
        lines = [line for line in self.log_tail(2000).splitlines() if line.strip()]
        return f"{text} Its last line was: {lines[-1][:300]}" if lines else text

    def log_tail(self, most: int = 20_000) -> str:
        """The end of what the training process printed."""
        try:
            with open(self.log, "rb") as file:
                file.seek(max(0, self.log.stat().st_size - most))
                return file.read().decode("utf-8", "replace")
        except OSError:
            return ""

    def steps(self, after: int = 0) -> np.ndarray:
        """Every step after that number as rows of (step, epoch, loss, learning rate, gradient norm).

        The epoch is a fraction: 2.5 in the middle of the third. The norm is NaN where it was not measured.
        """
        with self._read() as connection:
            return store.get_steps(connection, after)

    def epochs(self, after: int = 0) -> list[EpochValue]:
        """The values of every finished epoch after that number, parts `train` and `validation`."""
        query = "SELECT epoch, part, metric, value FROM epochs WHERE epoch > ? ORDER BY epoch, part DESC, metric"
        with self._read() as connection:
            return [EpochValue(*row) for row in connection.execute(query, (after,))]

    def gradients(self, after: int = 0) -> list[tuple[int, str, float]]:
        """The length of the gradient of every node's weights: (epoch, node id, norm)."""
        query = "SELECT epoch, node, norm FROM gradients WHERE epoch > ? ORDER BY epoch, node"
        with self._read() as connection:
            return list(connection.execute(query, (after,)))

    def health(self, after: int = 0) -> list[HealthRecord]:
        """What was measured inside the networks after that epoch; the newest may still be under way."""
        with self._read() as connection:
            return healthstore.get(connection, after)

    def events(self, after: int = 0) -> list[Event]:
        """What happened, in order, after the event of that number."""
        query = "SELECT id, time, step, kind, text FROM events WHERE id > ? ORDER BY id"
        with self._read() as connection:
            return [Event(*row) for row in connection.execute(query, (after,))]

    def samples(self, after: int = 0) -> list[Sample]:
        """The artefacts kept so far, in order, after the sample of that number."""
        query = "SELECT id, epoch, kind, name, blob FROM samples WHERE id > ? ORDER BY id"
        with self._read() as connection:
            if not store.has_samples(connection):
                return []
            return [Sample(*row) for row in connection.execute(query, (after,))]

    def result(self, key: str) -> Any:
        """A stored result, None where there is none."""
        with self._read() as connection:
            row = connection.execute("SELECT value FROM results WHERE key = ?", (key,)).fetchone()
        return None if row is None else json.loads(row[0])

    def results(self) -> list[str]:
        """The keys of the stored results."""
        with self._read() as connection:
            return [row[0] for row in connection.execute("SELECT key FROM results ORDER BY key")]

    def set_result(self, key: str, value: Any) -> None:
        """Store a result as JSON: of a test, of an export."""
        text = json.dumps(value, ensure_ascii=False)
        with self._write() as connection:
            connection.execute("INSERT OR REPLACE INTO results VALUES (?, ?, ?)", (key, time.time(), text))

    def project(self) -> Project:
        """The project as it was when the run was made."""
        return load(self.folder / "project.lamina")

    def statistics(self) -> Any:
        """What the preparation measured on the training part."""
        try:
            return json.loads((self.folder / "statistics.json").read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise UserError(f"The run {self.id} has no readable statistics.json. Train it again.", str(error)) from None

    # ---- control ---------------------------------------------------------------------------------------------

    def request(self, what: str) -> None:
        """Ask the training process to pause, resume, stop_epoch, stop or save. It answers within a step or 50 ms."""
        if what not in REQUESTS:
            raise UserError(f"A run can be asked to {listed(list(REQUESTS))}, not to {what}.")
        info = self.info()
        if not info.active:
            raise UserError(f"The run {info.name} is {info.state}, so it cannot {what.replace('_', ' at this ')}.")
        with self._write() as connection:
            connection.execute("INSERT INTO requests (time, what) VALUES (?, ?)", (time.time(), what))

    def start(
        self, device: str | None = None, env: Mapping[str, str] | None = None, **options: Any
    ) -> subprocess.Popen[bytes]:
        """Train in a process of its own that outlives this one; goes on from the last checkpoint where there is one.

        Args:
            device: auto, cpu, cuda or mps instead of the recipe's.
            env: more environment variables.
            options: as in `create`; `epochs` may make a finished run longer.
        """
        info = self.info()
        if info.active:
            raise UserError(f"The run {info.name} is {info.state} already.")
        changes = {name: value for name, value in {**options, "device": device}.items() if value is not None}
        with self._write() as connection:
            with store.transaction(connection):
                if changes:
                    store.put_info(connection, {"options": {**info.options, **changes}})
                # requests to an earlier process are not meant for the new one
                connection.execute("UPDATE requests SET done = ? WHERE done IS NULL", (time.time(),))
                store.beat(connection, state="starting", pid=None, pid_started=None, host=host(), message="")
            child = self._spawn(env or {})
            connection.execute(
                "UPDATE beat SET pid = ?, pid_started = ? WHERE pid IS NULL", (child.pid, process.started_at(child.pid))
            )
        return child

    def _spawn(self, env: Mapping[str, str]) -> subprocess.Popen[bytes]:
        root = str(Path(__file__).resolve().parent.parent)
        paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(paths),
            "PYTHONUNBUFFERED": "1",
            # threads that wait for work must sleep: spinning ones slow a shared computer 6 to 15 times
            "OMP_WAIT_POLICY": "PASSIVE",
            **env,
        }
        detached: dict[str, Any] = {"start_new_session": True}
        if sys.platform == "win32":
            detached = {"creationflags": subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP}
        with open(self.log, "ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "engine.run", str(self.folder)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment,
                **detached,
            )

    def rename(self, name: str) -> None:
        """Call the run something else; its folder and id stay."""
        name = " ".join(name.split())[:200]
        if not name:
            raise UserError("A run needs a name.")
        with self._write() as connection:
            store.put_info(connection, {"name": name})

    def remove(self) -> None:
        """Delete the run with its checkpoints. A run in progress has to be stopped first."""
        try:
            info: RunInfo | None = self.info()
        except UserError:
            info = None  # a damaged run may go
        if info is not None and info.active:
            raise UserError(f"The run {info.name} is {info.state}. Stop it before you delete it.")
        self.close()
        try:
            shutil.rmtree(self.folder)
        except OSError as error:
            raise UserError(f"{self.folder} could not be deleted: {error.strerror}.") from error


# ---- the store ---------------------------------------------------------------------------------------------------


def user_folder() -> Path:
    """Where Lamina keeps what belongs to no project; the environment variable LAMINA_DATA overrides it."""
    if found := os.environ.get("LAMINA_DATA"):
        return Path(found)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData/Local")) / "lamina"
    if sys.platform == "darwin":
        return Path.home() / "Library/Application Support/lamina"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share") / "lamina"


def runs_dir(project: str | os.PathLike[str] | None) -> Path:
    """Where the runs of a project file live: `NAME.runs` beside it; those of an unsaved one in the user's folder."""
    if project is None:
        return user_folder() / "runs"
    return Path(project).with_suffix(".runs")


def create(project: Project, runs_dir: Path, name: str = "", options: Mapping[str, Any] | None = None) -> Run:
    """Make a run that waits to be started.

    Args:
        options: epochs, device, threads, window (leave a processor core to the window), fold and folds
            (train on fold 0, 1 … of a cross-validation), save_seconds and save_steps (between checkpoints), health.
    """
    folder = _new_folder(Path(runs_dir))
    try:
        write_atomically(folder / "project.lamina", dumps(project).encode())
        about = {"name": name or f"Run {folder.name}", "created": time.time(), "options": dict(options or {})}
        store.create(folder, about)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return Run(folder)


def _new_folder(parent: Path) -> Path:
    try:
        parent.mkdir(parents=True, exist_ok=True)
        while True:
            folder = parent / secrets.token_hex(4)
            if not folder.exists():
                folder.mkdir()
                return folder
    except OSError as error:
        why = (
            "is read-only"
            if isinstance(error, PermissionError) or error.errno == 30
            else f"cannot be used: {error.strerror}"
        )
        raise UserError(f"No run can be kept in {parent}: the folder {why}. Save the project elsewhere.") from error


def open_run(path: str | os.PathLike[str]) -> Run:
    """The run in a folder; `UserError` when there is none or its database is damaged."""
    run = Run(Path(path))
    run.info()
    return run


def list_runs(folder: str | os.PathLike[str], notes: list[str] | None = None) -> list[Run]:
    """The runs in a folder, the newest first. Damaged ones are left out, each with a sentence in `notes`."""
    try:
        with os.scandir(folder) as entries:
            folders = [Path(entry.path) for entry in entries if entry.is_dir() and not entry.name.startswith(".")]
    except OSError:
        return []
    found = []
    for one in folders:
        try:
            found.append((open_run(one).info().created, one.name, Run(one)))
        except UserError as error:
            if notes is not None:
                notes.append(error.message)
    return [run for _, _, run in sorted(found, key=lambda entry: entry[:2], reverse=True)]


def find(ref: str, dirs: Iterable[str | os.PathLike[str]]) -> Run:
    """The run that a path or the beginning of an id means; `UserError` when none or several do."""
    if os.sep in ref or Path(ref, store.FILE).is_file():
        return open_run(ref)
    folders = list(dirs)
    matching = [
        one
        for folder in folders
        if Path(folder).is_dir()
        for one in sorted(Path(folder).iterdir())
        if one.is_dir() and ref and one.name.startswith(ref)
    ]
    exact = [one for one in matching if one.name == ref]
    if len(exact or matching) == 1:
        return open_run((exact or matching)[0])
    if matching:
        raise UserError(
            f"{ref!r} is the beginning of {listed([one.name for one in matching], last='and')}. Type more of it."
        )
    where = listed([str(folder) for folder in folders], last="and") or "any known folder"
    raise UserError(f"There is no run {ref!r} in {where}. `lamina runs` lists what there is.")
