"""The database of one run: its tables, and how readers and the writer open it, so that both may work at once."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine import healthstore
from engine.errors import UserError

if TYPE_CHECKING:
    import numpy as np

FILE = "run.sqlite"
VERSION = 1
STEP_COLUMNS = ("step", "epoch", "loss", "lr", "grad_norm")
ROW = [("loss", "<f4"), ("lr", "<f8"), ("grad_norm", "<f4")]
"""One step inside a block of steps: 16 bytes. A gradient norm that was not measured is NaN."""

TABLES = """
CREATE TABLE info (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE beat (
    id INTEGER PRIMARY KEY CHECK (id = 1), state TEXT NOT NULL, time REAL NOT NULL, pid INTEGER, pid_started TEXT,
    host TEXT, step INTEGER NOT NULL DEFAULT 0, epoch INTEGER NOT NULL DEFAULT 0, batch INTEGER NOT NULL DEFAULT 0,
    batches INTEGER NOT NULL DEFAULT 0, epochs INTEGER NOT NULL DEFAULT 0, seconds REAL NOT NULL DEFAULT 0,
    left_seconds REAL, items_per_second REAL NOT NULL DEFAULT 0, message TEXT NOT NULL DEFAULT ''
);
CREATE TABLE steps (first INTEGER PRIMARY KEY, count INTEGER NOT NULL, batches INTEGER NOT NULL, data BLOB NOT NULL);
CREATE TABLE epochs (
    epoch INTEGER NOT NULL, part TEXT NOT NULL, metric TEXT NOT NULL, value REAL, PRIMARY KEY (epoch, part, metric)
) WITHOUT ROWID;
CREATE TABLE gradients (epoch INTEGER NOT NULL, node TEXT NOT NULL, norm REAL, PRIMARY KEY (epoch, node)) WITHOUT ROWID;
CREATE TABLE events (
    id INTEGER PRIMARY KEY AUTOINCREMENT, time REAL NOT NULL, step INTEGER NOT NULL, kind TEXT NOT NULL,
    text TEXT NOT NULL
);
CREATE TABLE requests (id INTEGER PRIMARY KEY AUTOINCREMENT, time REAL NOT NULL, what TEXT NOT NULL, done REAL);
CREATE TABLE results (key TEXT PRIMARY KEY, time REAL NOT NULL, value TEXT NOT NULL) WITHOUT ROWID;
"""
SAMPLES = """
CREATE TABLE IF NOT EXISTS samples (
    id INTEGER PRIMARY KEY AUTOINCREMENT, epoch INTEGER NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL,
    blob BLOB NOT NULL
)
"""
"""Made when the first sample is kept: databases of earlier versions have no such table."""
MOST_SAMPLE_BYTES = 64 * 2**20


def create(folder: Path, info: dict[str, Any]) -> None:
    """Make the database of a new run."""
    path = folder / FILE
    with mended(path), closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(f"BEGIN; {TABLES} PRAGMA user_version = {VERSION}; COMMIT;")
        put_info(connection, info)
        connection.execute("INSERT INTO beat (id, state, time) VALUES (1, 'waiting', ?)", (time.time(),))


@contextmanager
def closing(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """A connection that is closed at the end; sqlite3's own context manager only ends the transaction."""
    try:
        yield connection
    finally:
        connection.close()


@contextmanager
def mended(path: Path) -> Iterator[None]:
    """Turn what SQLite says of a damaged, locked or unwritable database into a sentence."""
    try:
        yield
    except sqlite3.Error as error:
        raise UserError(sentence(path, error), str(error)) from error


def sentence(path: Path, error: sqlite3.Error) -> str:
    """What a failed database means for the person."""
    text, name = str(error), f"the run {path.parent.name}"
    if "full" in text:
        return f"The disk is full, so {name} could not be written. Free some space and resume the run."
    if "locked" in text or "busy" in text:
        return f"Another program holds {name}. Close it and try again."
    if "readonly" in text or "unable to open" in text or "disk I/O" in text:
        return f"{name[0].upper()}{name[1:]} cannot be opened or written. Check the folder {path.parent}."
    return f"The database of {name} is damaged. Its checkpoints may still be good; see the folder {path.parent}."


def writer(path: Path) -> sqlite3.Connection:
    """A connection that writes; each statement is its own transaction unless one is opened."""
    if not path.is_file():
        raise UserError(f"There is no run in {path.parent}: its {FILE} is missing.")
    with mended(path):
        # autocommit: transactions are opened by `transaction`, never behind our back
        connection = sqlite3.connect(path, timeout=10, isolation_level=None, check_same_thread=False)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            check_version(path, connection)
        except BaseException:
            connection.close()
            raise
        return connection


def reader(path: Path) -> sqlite3.Connection:
    """A connection that only reads, also from a read-only folder; a writer beside it is not disturbed."""
    if not path.is_file():
        raise UserError(f"There is no run in {path.parent}: its {FILE} is missing.")
    address = f"file:{_quoted(path)}?mode=ro"
    with mended(path):
        try:
            return _checked(path, sqlite3.connect(address, uri=True, timeout=5, check_same_thread=False))
        except sqlite3.OperationalError:
            # a WAL database needs to make files beside it, which a read-only disk does not allow
            return _checked(path, sqlite3.connect(f"{address}&immutable=1", uri=True, check_same_thread=False))


def _checked(path: Path, connection: sqlite3.Connection) -> sqlite3.Connection:
    try:
        check_version(path, connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _quoted(path: Path) -> str:
    return path.resolve().as_posix().replace("%", "%25").replace("?", "%3f").replace("#", "%23")


def check_version(path: Path, connection: sqlite3.Connection) -> None:
    """Refuse a database of a newer version, and a file that is no run database."""
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > VERSION:
        raise UserError(f"The run {path.parent.name} was made by a newer Lamina. Update Lamina to open it.")
    if version < 1:
        raise UserError(f"{path} is not the database of a run. Delete the folder or restore the file.")


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """All or nothing; takes the write lock at once, so that two writers wait instead of failing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


# ---- values ------------------------------------------------------------------------------------------------------


def put_info(connection: sqlite3.Connection, info: dict[str, Any]) -> None:
    """Set some of the facts about a run."""
    rows = [(key, json.dumps(value, ensure_ascii=False)) for key, value in info.items()]
    connection.executemany("INSERT OR REPLACE INTO info VALUES (?, ?)", rows)


def get_info(connection: sqlite3.Connection) -> dict[str, Any]:
    """The facts about a run: name, when it was made, options, best epoch, final values."""
    return {key: json.loads(value) for key, value in connection.execute("SELECT key, value FROM info")}


def beat(connection: sqlite3.Connection, **values: Any) -> None:
    """Set some of the figures that change all the time, and the time of the sign of life."""
    values = {"time": time.time(), **values}
    names = ", ".join(f"{name} = ?" for name in values)
    connection.execute(f"UPDATE beat SET {names} WHERE id = 1", tuple(values.values()))


def get_beat(connection: sqlite3.Connection) -> dict[str, Any]:
    """The figures that change all the time."""
    cursor = connection.execute("SELECT * FROM beat WHERE id = 1")
    row = cursor.fetchone()
    if row is None:
        raise sqlite3.DatabaseError("the table beat is empty")
    return dict(zip((column[0] for column in cursor.description), row, strict=True))


def put_steps(connection: sqlite3.Connection, first: int, batches: int, rows: np.ndarray) -> None:
    """Add a block of consecutive steps; `rows` has the type `ROW`."""
    connection.execute("INSERT INTO steps VALUES (?, ?, ?, ?)", (first, len(rows), batches, rows.tobytes()))


def get_steps(connection: sqlite3.Connection, after: int) -> np.ndarray:
    """Every step after a step number, as columns step, epoch, loss, lr, grad_norm: float64 of (steps, 5)."""
    import numpy as np

    found = connection.execute(
        "SELECT first, count, batches, data FROM steps WHERE first + count > ? + 1 ORDER BY first", (after,)
    ).fetchall()
    table = np.empty((sum(count for _, count, _, _ in found), len(STEP_COLUMNS)))
    place = 0
    for first, count, batches, data in found:
        part = table[place : place + count]
        rows = np.frombuffer(data, dtype=ROW)
        part[:, 0] = np.arange(first, first + count)
        part[:, 1] = part[:, 0] / batches
        part[:, 2], part[:, 3], part[:, 4] = rows["loss"], rows["lr"], rows["grad_norm"]
        place += count
    return table[table[:, 0] > after]


def cut(connection: sqlite3.Connection, step: int, epoch: int) -> None:
    """Forget everything after a step and after the last full epoch, so that a resumed run tells each step once."""
    import numpy as np

    with transaction(connection):
        crossing = connection.execute(
            "SELECT first, count, batches, data FROM steps WHERE first <= ? AND first + count > ? + 1", (step, step)
        ).fetchall()
        connection.execute("DELETE FROM steps WHERE first + count > ? + 1", (step,))
        for first, _, batches, data in crossing:
            put_steps(connection, first, batches, np.frombuffer(data, dtype=ROW)[: step - first + 1])
        connection.execute("DELETE FROM epochs WHERE epoch > ?", (epoch,))
        connection.execute("DELETE FROM gradients WHERE epoch > ?", (epoch,))
        healthstore.cut(connection, epoch)
        if has_samples(connection):
            connection.execute("DELETE FROM samples WHERE epoch > ?", (epoch,))


def put_event(connection: sqlite3.Connection, step: int, kind: str, text: str) -> None:
    """Note that something happened."""
    connection.execute(
        "INSERT INTO events (time, step, kind, text) VALUES (?, ?, ?, ?)", (time.time(), step, kind, text)
    )


def put_epochs(connection: sqlite3.Connection, rows: Iterable[tuple[int, str, str, float]]) -> None:
    """Add values of whole epochs: (epoch, part, metric, value)."""
    connection.executemany("INSERT OR REPLACE INTO epochs VALUES (?, ?, ?, ?)", rows)


def put_gradients(connection: sqlite3.Connection, rows: Iterable[tuple[int, str, float]]) -> None:
    """Add lengths of gradients: (epoch, node, norm)."""
    connection.executemany("INSERT OR REPLACE INTO gradients VALUES (?, ?, ?)", rows)


def put_samples(connection: sqlite3.Connection, rows: Iterable[tuple[int, str, str, bytes]]) -> None:
    """Add artefacts: (epoch, kind, name, content). Kinds: images (a grid as PNG), text (UTF-8), points (JSON: `points`
    as [x, y] pairs, `labels`, `classes`) and frame (a picture of an environment as PNG).

    Where they take more than `MOST_SAMPLE_BYTES`, every second epoch's go, never those of the first and the last.
    """
    connection.execute(SAMPLES)
    connection.executemany("INSERT INTO samples (epoch, kind, name, blob) VALUES (?, ?, ?, ?)", rows)
    while connection.execute("SELECT total(length(blob)) FROM samples").fetchone()[0] > MOST_SAMPLE_BYTES:
        epochs = [row[0] for row in connection.execute("SELECT DISTINCT epoch FROM samples ORDER BY epoch")]
        gone = epochs[1:-1:2] or epochs[:-1]
        if not gone:
            break
        connection.executemany("DELETE FROM samples WHERE epoch = ?", [(epoch,) for epoch in gone])


def has_samples(connection: sqlite3.Connection) -> bool:
    """Whether a sample was ever kept."""
    found = connection.execute("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'samples'")
    return bool(found.fetchone()[0])
