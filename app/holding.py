"""A document's hold on its file: other windows learn of it, and nothing is written over what they work on."""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from app.places import state_folder
from engine.errors import UserError
from engine.locks import TOUCH_SECONDS, Holder, Lock, holder, take

READ_ONLY = "This project is open read-only. Open a copy, or save it under another name, to change it."


class OpenElsewhere(UserError):
    """The project is open in another window."""

    def __init__(self, path: Path, held_by: Holder) -> None:
        super().__init__(
            f"{path.name} is open in another window {held_by.words()}. Close it there, or choose another file."
        )
        self.path = path
        self.holder = held_by


def locks_folder() -> Path:
    """Where locks of projects lie whose own folder cannot be written."""
    return state_folder() / "locks"


class Hold(QObject):
    """Holds one file at a time, and touches its lock while it does."""

    freed = Signal()
    """The file that was only looked at is no longer open elsewhere."""
    _all: weakref.WeakValueDictionary[str, Hold] = weakref.WeakValueDictionary()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.lock: Lock | None = None
        self._watched: Path | None = None
        self._beat = QTimer(self)
        self._beat.setInterval(TOUCH_SECONDS * 1000)
        self._beat.timeout.connect(self._on_beat)

    def taken(self, path: Path) -> Lock:
        """The lock of a file: the one at hand where it is that file's, else a new one.

        Raises:
            OpenElsewhere: another window holds it.
        """
        if self.lock is not None and self.lock.project == path and self.lock.held:
            return self.lock
        found = take(path, locks_folder())
        if isinstance(found, Lock):
            return found
        if self.lock is not None and found.token == self.lock.holder.token:
            return self.lock  # the same file by another way, such as a link
        raise OpenElsewhere(path, found)

    def elsewhere(self, path: Path) -> OpenElsewhere | None:
        """Who else has a file open, None where nobody has."""
        path = path.resolve()
        found = holder(path, locks_folder())
        mine = self.lock is not None and found is not None and found.token == self.lock.holder.token
        return None if found is None or mine else OpenElsewhere(path, found)

    def keep(self, path: Path, lock: Lock | None) -> None:
        """Hold a file from now on, and give the one before free; without a lock it is only looked at."""
        self._drop(lock)
        self._watched = path if lock is None else None
        if lock is not None:
            Hold._all[lock.holder.token] = self
        self._beat.start()

    @contextmanager
    def writing(self, path: Path) -> Iterator[None]:
        """Hold a file from before it is written; where that fails, what was held before is held still.

        Raises:
            OpenElsewhere: another window works on that file, so it is not written over.
        """
        lock = self.taken(path)
        try:
            yield
        except BaseException:
            if lock is not self.lock:
                lock.release()
            raise
        self.keep(path, lock)

    def release(self) -> None:
        """Hold nothing."""
        self._drop(None)
        self._watched = None
        self._beat.stop()

    def _drop(self, next_: Lock | None) -> None:
        if self.lock is not None and self.lock is not next_:
            Hold._all.pop(self.lock.holder.token, None)
            self.lock.release()
        self.lock = next_

    def check(self) -> None:
        """See whether a watched file is free by now."""
        if self._watched is not None and holder(self._watched, locks_folder()) is None:
            self._watched = None
            self._beat.stop()
            self.freed.emit()

    def _on_beat(self) -> None:
        if self.lock is not None:
            self.lock.touch()
        self.check()


def in_this_process(held_by: Holder) -> Hold | None:
    """The hold of a window of this very process."""
    return Hold._all.get(held_by.token)


def stamp(path: Path) -> tuple[int, int] | None:
    """What tells one state of a file from another."""
    try:
        found = path.stat()
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_size)
