"""The warm helper process, asked from Qt: everything that needs torch or reads data happens there, never here."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, QTimer, Signal

from engine.helper import BrokenFrame, Frames, command, encode, environment

Answer = Callable[[Any], None]
RESTARTS = 3


class _Call:
    def __init__(
        self, message: dict[str, Any], done: Answer, failed: Callable[[str, str], None], progress: Answer | None
    ) -> None:
        self.message = message
        self.done = done
        self.failed = failed
        self.progress = progress


class Helper(QObject):
    """Asks the helper process and hands answers to callbacks in the window's own thread.

    It starts on first use (or by `warm`), starts again when it dies, and tells those who wait.
    """

    failed = Signal(str)
    """The helper cannot be started or keeps dying."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._process: QProcess | None = None
        self._frames = Frames()
        self._calls: dict[int, _Call] = {}
        self._ids = itertools.count(1)
        self._deaths = 0
        self._closing = False

    def warm(self) -> None:
        """Start the process in the background, so that the first real question is quick."""
        self._ensure()
        self.ask("warm", {}, lambda _: None, lambda *_: None)

    def ask(
        self,
        call: str,
        args: dict[str, Any],
        done: Answer,
        failed: Callable[[str, str], None],
        progress: Answer | None = None,
    ) -> int:
        """Ask; `done` gets the result, `failed` the sentence and its details. Returns a number for `cancel`."""
        number = next(self._ids)
        message = {"id": number, "call": call, "args": args}
        self._calls[number] = _Call(message, done, failed, progress)
        if self._ensure():
            self._send(message)
        return number

    def cancel(self, number: int) -> None:
        """Forget a question; its answer is thrown away."""
        if self._calls.pop(number, None) is not None and self._process is not None:
            self._send({"cancel": number})

    @property
    def busy(self) -> bool:
        return bool(self._calls)

    def close(self) -> None:
        """End the process; called when the window closes."""
        self._closing = True
        self._calls.clear()
        process, self._process = self._process, None
        if process is None:
            return
        process.blockSignals(True)
        process.closeWriteChannel()
        if not process.waitForFinished(500):
            process.kill()
            process.waitForFinished(2000)
        process.deleteLater()

    def _ensure(self) -> bool:
        if self._process is not None or self._closing:
            return self._process is not None
        process = QProcess(self)
        variables = QProcessEnvironment()
        for name, value in environment().items():
            variables.insert(name, value)
        process.setProcessEnvironment(variables)
        process.setWorkingDirectory(str(Path.cwd()))
        process.setProcessChannelMode(QProcess.ProcessChannelMode.ForwardedErrorChannel)
        process.readyReadStandardOutput.connect(self._on_output)
        process.finished.connect(self._on_finished)
        process.errorOccurred.connect(self._on_error)
        self._process = process
        self._frames = Frames()
        program, *arguments = command()
        process.start(program, arguments)
        return True

    def _send(self, message: dict[str, Any]) -> None:
        if self._process is not None:
            self._process.write(encode(message))

    def _on_output(self) -> None:
        if self._process is None:
            return
        try:
            messages = self._frames.feed(bytes(self._process.readAllStandardOutput().data()))
        except BrokenFrame:
            self._process.kill()  # what comes after it cannot be understood; it starts afresh
            return
        for message in messages:
            self._deliver(message)

    def _deliver(self, message: dict[str, Any]) -> None:
        number = message.get("id")
        if not isinstance(number, int):
            return
        call = self._calls.get(number)
        if call is None:
            return
        if "progress" in message:
            if call.progress is not None:
                call.progress(message["progress"])
            return
        del self._calls[number]
        if "error" in message:
            error = message["error"]
            call.failed(str(error.get("message", "")), str(error.get("details", "")))
        else:
            self._deaths = 0
            call.done(message.get("result"))

    def _on_error(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            self._died("The helper process could not be started.")

    def _on_finished(self) -> None:
        self._died("The helper process ended before it answered. It was started again; try once more.")

    def _died(self, words: str) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.deleteLater()
        calls, self._calls = list(self._calls.values()), {}
        self._deaths += 1
        for call in calls:
            call.failed(words, "")
        if self._deaths > RESTARTS:
            self.failed.emit(
                "The helper process keeps ending. Data, tests and exports do not work until Lamina restarts."
            )
        elif not self._closing:
            QTimer.singleShot(200, self._ensure)
