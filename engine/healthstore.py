"""What a run measured inside its networks, epoch by epoch: how it is kept in the run's database, and read again.

One row per epoch and network: a block of float32, a line per node in the order of the network's list of nodes. Runs of
earlier versions have none of it.
"""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np

TABLES = (
    """CREATE TABLE IF NOT EXISTS health (
    epoch INTEGER NOT NULL, network TEXT NOT NULL, looks INTEGER NOT NULL, data BLOB NOT NULL,
    PRIMARY KEY (epoch, network)
) WITHOUT ROWID""",
    "CREATE TABLE IF NOT EXISTS health_nodes (network TEXT PRIMARY KEY, about TEXT NOT NULL) WITHOUT ROWID",
)
LEAST_ROWS = 64
"""Values that a unit must have shown before it may be called silent."""
MOST_BYTES = 16 * 2**20
"""Beyond this, every second epoch goes, never the first and the last."""


class NodeHealth(NamedTuple):
    """What was measured at one node in one epoch; NaN where there is nothing to measure.

    Values are those that the node gave out on the steps that were looked at, mean over these steps; `rows` says how
    many values each unit gave; where batches are small, the silent units of earlier epochs count too. `dead` is the
    share of units that gave nothing but zero, `saturated` the share of values at the flat ends of the curve, `bad` the
    share that is no finite number. `gradient` is the length of the gradient of the node's weights before any limit,
    `weights` their length, `update` how far one step moved them relative to that, `learns` the share of them that may
    move; `signal` is the length of the gradient at its output.
    """

    rows: float = 0.0
    mean: float = math.nan
    std: float = math.nan
    zeros: float = math.nan
    dead: float = math.nan
    saturated: float = math.nan
    bad: float = math.nan
    signal: float = math.nan
    gradient: float = math.nan
    weights: float = math.nan
    update: float = math.nan
    learns: float = math.nan


COLUMNS = NodeHealth._fields


class NodeTable(Mapping[str, NodeHealth]):
    """The lines of a block by node; each is made when it is asked for, so that reading a long run costs little."""

    def __init__(self, places: Mapping[str, int], table: np.ndarray, columns: Mapping[str, int]) -> None:
        self._places, self._table, self._columns = places, table, columns

    def __getitem__(self, node: str) -> NodeHealth:
        line = self._table[self._places[node]].tolist()
        return NodeHealth(**{name: line[place] for name, place in self._columns.items()})

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def __repr__(self) -> str:
        return repr(dict(self))

    def column(self, name: str) -> np.ndarray:
        """One figure of all nodes, in their order."""
        return self._table[:, self._columns[name]]


@dataclass(frozen=True)
class HealthRecord:
    """One network in one epoch. Nodes are named by their way in: `residual_1.0.conv_1` in the first of several copies
    of a block, `residual_1.conv_1` in a block that stands once."""

    epoch: int
    network: str
    looks: int
    """Training steps that were looked at."""
    nodes: Mapping[str, NodeHealth]


def put(
    connection: sqlite3.Connection, names: Mapping[str, list[str]], rows: Iterable[tuple[int, str, int, np.ndarray]]
) -> None:
    """Keep measurements: the nodes of each network, and (epoch, network, looks, float32 of nodes × COLUMNS)."""
    for table in TABLES:
        connection.execute(table)
    for network, nodes in names.items():
        about = json.dumps({"columns": COLUMNS, "nodes": nodes})
        connection.execute("INSERT OR REPLACE INTO health_nodes VALUES (?, ?)", (network, about))
    blocks = [(epoch, network, looks, table.astype("<f4").tobytes()) for epoch, network, looks, table in rows]
    connection.executemany("INSERT OR REPLACE INTO health VALUES (?, ?, ?, ?)", blocks)
    while connection.execute("SELECT total(length(data)) FROM health").fetchone()[0] > MOST_BYTES:
        epochs = [row[0] for row in connection.execute("SELECT DISTINCT epoch FROM health ORDER BY epoch")]
        gone = epochs[1:-1:2]
        if not gone:
            break
        connection.executemany("DELETE FROM health WHERE epoch = ?", [(epoch,) for epoch in gone])


def has(connection: sqlite3.Connection) -> bool:
    """Whether anything was ever measured."""
    found = connection.execute("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'health'")
    return bool(found.fetchone()[0])


def cut(connection: sqlite3.Connection, epoch: int) -> None:
    """Forget what was measured after an epoch."""
    if has(connection):
        connection.execute("DELETE FROM health WHERE epoch > ?", (epoch,))


def get(connection: sqlite3.Connection, after: int = 0) -> list[HealthRecord]:
    """Everything measured after an epoch, in order. The newest epoch may still be under way and measured again."""
    import numpy as np

    if not has(connection):
        return []
    about = {}
    for network, text in connection.execute("SELECT * FROM health_nodes"):
        told = json.loads(text)
        nodes = {name: place for place, name in enumerate(told["nodes"])}
        # a later version may measure more, an earlier one less
        columns = {name: place for place, name in enumerate(told["columns"]) if name in COLUMNS}
        about[network] = (nodes, columns, len(told["columns"]))
    query = "SELECT epoch, network, looks, data FROM health WHERE epoch > ? ORDER BY epoch, network"
    found = []
    for epoch, network, looks, data in connection.execute(query, (after,)):
        nodes, columns, wide = about[network]
        table = np.frombuffer(data, "<f4").reshape(len(nodes), wide)
        found.append(HealthRecord(epoch, network, looks, NodeTable(nodes, table, columns)))
    return found
