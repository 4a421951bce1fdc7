"""Ctrl+C in the terminal, a session that ends, `kill`: the window closes at once, without a question, its work kept.

Python would raise in the middle of whatever Qt is doing. Instead the signal is a byte in a socket, which Qt reads when
it is done. Unsaved edits are not thrown away: they come back when the project is opened again.
"""

from __future__ import annotations

import signal
import socket
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSocketNotifier, QTimer
from PySide6.QtWidgets import QApplication

if TYPE_CHECKING:
    from app.window import Window

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")
_AGAIN = 20  # ms until the window is asked again, while it is within its own question


class Signals(QObject):
    """Listens while the window lives."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self._inside, self._outside = socket.socketpair()
        for end in (self._inside, self._outside):
            end.setblocking(False)
        signal.set_wakeup_fd(self._outside.fileno(), warn_on_full_buffer=False)
        for name in _NAMES:
            if hasattr(signal, name):  # Windows has no SIGHUP
                signal.signal(getattr(signal, name), lambda *_: None)
        self._notifier = QSocketNotifier(self._inside.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_signal)

    def _on_signal(self) -> None:
        self._notifier.setEnabled(False)
        question = QApplication.activeModalWidget()
        if question is not None:  # the window cannot close within its own question
            question.close()
            QTimer.singleShot(_AGAIN, self, self._on_signal)
            return
        self._window.close_unasked()
        if self._window.isVisible():  # the question is gone, the closing that had asked it is not over yet
            QTimer.singleShot(_AGAIN, self, self._on_signal)
            return
        QApplication.quit()
