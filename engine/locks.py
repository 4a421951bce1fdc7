"""Who has a project open: a small file beside it names the process, and says so even after that process crashed.

The file holds process number, start time and host. On the same host a process that is gone is known to be gone; of
another host the file's age decides, as its holder touches it every half minute. Where the folder is read-only, the
file lies in a spare folder of the person, so that two windows of one person still know of each other.
"""

from __future__ import annotations

import contextlib
import getpass
import hashlib
import json
import os
import tempfile
import time
import uuid
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from engine import process
from engine.runinfo import host

TOUCH_SECONDS = 30
"""How often a holder touches its lock."""
FOREIGN_SECONDS = 300
"""How long a lock of another host counts without being touched."""
_UNFINISHED_SECONDS = 1.5
_MOST_BYTES = 4096


@dataclass(frozen=True)
class Holder:
    """Who has a project open.

    Attributes:
        started: when the process started, in the system's own terms; a number that was given anew is told by it.
        token: tells this hold from all others.
        since: when the project was opened, in seconds since 1970.
    """

    pid: int
    started: str
    host: str
    user: str
    token: str
    since: float

    @property
    def is_here(self) -> bool:
        """Whether it is a process of this computer."""
        return self.host == host()

    def words(self) -> str:
        """Where the project is open, as one says it."""
        where = "on this computer" if self.is_here else f"on {self.host}"
        return where if self.user == _user() else f"by {self.user} {where}"


@dataclass(frozen=True)
class Lock:
    """A hold on a project, until `release`."""

    project: Path
    file: Path
    holder: Holder

    @property
    def held(self) -> bool:
        """Whether the file still says so; somebody may have removed it."""
        found = _read(self.file)
        return found is not None and found.token == self.holder.token

    def touch(self) -> None:
        """Say that the holder is still there; done every half minute."""
        with contextlib.suppress(OSError):
            os.utime(self.file)

    def release(self) -> None:
        """Give the project free. A lock that is no longer this one stays."""
        if self.held:
            with contextlib.suppress(OSError):
                self.file.unlink()


def file_beside(project: Path) -> Path:
    """Where the lock of a project lies. A long name is cut, as file systems take 255 bytes."""
    name = f".{project.name}.lock"
    if len(os.fsencode(name)) > 255:
        name = f".{_key(project)}.lock"
    return project.parent / name


def take(project: Path, spare: Path) -> Lock | Holder:
    """Hold a project, or learn who does.

    Args:
        project: its file, which need not exist yet.
        spare: the folder for locks of projects in folders that cannot be written.
    """
    mine = Holder(os.getpid(), process.started_at(os.getpid()), host(), _user(), uuid.uuid4().hex, time.time())
    files = _files(project, spare)
    until = time.monotonic() + 2 * _UNFINISHED_SECONDS
    while time.monotonic() < until:
        other = holder(project, spare)
        if other is not None:
            return other
        try:
            made = _first_made(project, files, mine)
        except OSError:
            break  # nothing can be written anywhere, so nothing can be overwritten either
        if made is not None:
            return made
        time.sleep(0.05)  # somebody was faster and is still writing
    return Lock(project, files[0], mine)


def _files(project: Path, spare: Path) -> tuple[Path, Path]:
    return file_beside(project), spare / f"{_key(project)}.lock"


def _first_made(project: Path, files: tuple[Path, Path], mine: Holder) -> Lock | None:
    """The lock at the first place that can be written; None where somebody was faster there."""
    try:
        return Lock(project, files[0], mine) if _create(files[0], mine) else None
    except OSError:
        files[1].parent.mkdir(parents=True, exist_ok=True)
        return Lock(project, files[1], mine) if _create(files[1], mine) else None


def holder(project: Path, spare: Path) -> Holder | None:
    """Who has a project open. Locks that a crash left behind are cleared away."""
    for file in _files(project, spare):
        found = _read(file)
        if found is not None and _lives(file, found):
            return found
        if found is not None or _is_left_over(file):
            _clear(file, found)
    return None


def _key(project: Path) -> str:
    return hashlib.sha256(os.fsencode(project.absolute())).hexdigest()[:24]


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container without a name for its user
        return "somebody"


def _create(file: Path, mine: Holder) -> bool:
    """Make the lock, whole or not at all; False where there is one already."""
    try:
        handle, temp = tempfile.mkstemp(dir=file.parent, prefix=".lamina-", suffix=".tmp")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as out:
                json.dump(asdict(mine), out)
            os.chmod(temp, 0o644)
            return _given_name(temp, file)
        finally:
            os.unlink(temp)
    except FileExistsError:
        return False


def _given_name(temp: str, file: Path) -> bool:
    try:
        os.link(temp, file)
    except FileExistsError:
        return False
    except OSError:  # a file system without links
        content = Path(temp).read_bytes()
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644), "wb") as out:
            out.write(content)
    return True


def _read(file: Path) -> Holder | None:
    """What a lock says; None where there is none, or where it says nothing that can be read."""
    try:
        if file.stat().st_size > _MOST_BYTES:
            return None
        found: Any = json.loads(file.read_text(encoding="utf-8"))
        return Holder(
            int(found["pid"]), str(found["started"]), str(found["host"])[:80], str(found["user"])[:80],
            str(found["token"])[:80], float(found["since"]),
        )  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError, RecursionError, OverflowError):
        return None


def _lives(file: Path, found: Holder) -> bool:
    if found.is_here:
        return process.alive(found.pid, found.started)
    return _age(file) < FOREIGN_SECONDS


def _is_left_over(file: Path) -> bool:
    """Whether an unreadable lock is old: a fresh one is only being written."""
    return file.exists() and _age(file) > _UNFINISHED_SECONDS


def _age(file: Path) -> float:
    try:
        return time.time() - file.stat().st_mtime
    except OSError:
        return 0.0


def _clear(file: Path, seen: Holder | None) -> None:
    """Take a dead lock away. It is moved aside first: should it be another one by now, it is put back."""
    aside = file.with_name(f".{uuid.uuid4().hex[:12]}.lock")
    try:
        os.rename(file, aside)
        if _read(aside) != seen and not file.exists():
            os.rename(aside, file)
        else:
            aside.unlink()
    except OSError:
        return
