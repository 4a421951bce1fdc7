"""Asks the warm helper process: how calls and answers are written on the pipe, and a plain client without Qt.

The helper is `python -m engine.run.serve`. It does what needs torch, onnx or long reading, so that the window's process
never does. A message is a frame: four bytes of length (big-endian) and that much JSON. Never pickle, never a port.

    asked      {"id": 1, "call": "predict", "args": {…}}      {"cancel": 1}
    answered   {"id": 1, "result": …}
               {"id": 1, "error": {"message": "…", "details": "…", "user": true}}
               {"id": 1, "progress": {"share": 0.4, "text": "…"}}     any number of times before the answer

A client with an event loop of its own (the window) starts `command()` with `environment()`, writes `encode(…)` and
gives what arrives to `Frames.feed`.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from engine.errors import UserError

MOST_FRAME = 64 * 2**20
"""The largest frame either side takes, in bytes."""

Progress = Callable[[float, str], None]
"""Told how far a piece of work is: a share from 0 to 1 and a few words."""


class BrokenFrame(Exception):
    """What came is no message. `fatal`: nothing after it can be understood either."""

    def __init__(self, message: str, fatal: bool) -> None:
        super().__init__(message)
        self.fatal = fatal


class HelperDied(UserError):
    """The helper process ended in the middle of a call."""


def encode(message: Mapping[str, Any]) -> bytes:
    """A message as a frame. Raises `ValueError` where it is no JSON (NaN included) or too long."""
    body = json.dumps(message, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode("utf-8", "replace")
    if len(body) > MOST_FRAME:
        raise ValueError(f"a message of {len(body) >> 20} MB; {MOST_FRAME >> 20} MB is the most")
    return len(body).to_bytes(4, "big") + body


class Frames:
    """Turns bytes, as they arrive, into messages."""

    def __init__(self, most: int = MOST_FRAME) -> None:
        self._most = most
        self._bytes = bytearray()

    @property
    def waiting(self) -> int:
        """Bytes of a frame that is not complete yet."""
        return len(self._bytes)

    def feed(self, data: bytes) -> list[dict[str, Any]]:
        """The messages that are complete with this; raises `BrokenFrame`.

        After a `BrokenFrame` that is not fatal, `feed(b"")` goes on with what came after it.
        """
        self._bytes += data
        found: list[dict[str, Any]] = []
        while len(self._bytes) >= 4:
            length = int.from_bytes(self._bytes[:4], "big")
            if length > self._most:
                raise BrokenFrame(f"a frame of {length} bytes; {self._most} is the most", fatal=True)
            if len(self._bytes) < 4 + length:
                break
            body = bytes(self._bytes[4 : 4 + length])
            if found and not _is_message(body):
                break  # hand over the good ones first; the next call meets the bad one
            del self._bytes[: 4 + length]
            found.append(_message(body))
        return found


def _message(body: bytes) -> dict[str, Any]:
    try:
        message = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BrokenFrame(f"a frame that is no JSON: {error}", fatal=False) from None
    if not isinstance(message, dict):
        raise BrokenFrame("a frame that is no JSON object", fatal=False)
    return message


def _is_message(body: bytes) -> bool:
    try:
        _message(body)
    except BrokenFrame:
        return False
    return True


def command() -> list[str]:
    """The program and arguments that start the helper; `-P` keeps the current folder off its import path."""
    return [sys.executable, "-P", "-m", "engine.run.serve"]


def environment() -> dict[str, str]:
    """The variables it is started with: this copy of the engine, UTF-8, threads that do not spin while they wait."""
    root = str(Path(__file__).resolve().parent.parent)
    before = os.environ.get("PYTHONPATH", "")
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([root, before] if before else [root]),
        "PYTHONUTF8": "1",
        "OMP_WAIT_POLICY": os.environ.get("OMP_WAIT_POLICY", "PASSIVE"),
    }


class Helper:
    """A helper process and one call at a time.

    with Helper() as helper:
        answers = helper.ask("predict", {"run": folder, "values": "cat.jpg"})
    """

    def __init__(self, program: Sequence[str] = ()) -> None:
        self._process = subprocess.Popen(
            program or command(), env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
        )
        self._frames = Frames()
        self._waiting: list[dict[str, Any]] = []
        self._last = 0

    @property
    def pid(self) -> int:
        return self._process.pid

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def ask(self, call: str, args: Mapping[str, Any] | None = None, on_progress: Progress | None = None) -> Any:
        """Do one call and wait for its answer.

        Raises:
            UserError: what the person can change. `HelperDied` where the process ended.
            RuntimeError: a fault of the program; the text is its traceback.
        """
        self._last += 1
        self._send({"id": self._last, "call": call, "args": dict(args or {})})
        while True:
            message = self._receive(call)
            if message.get("id") not in (self._last, None):
                continue
            if "progress" in message:
                if on_progress is not None:
                    told = message["progress"]
                    self._tell(on_progress, told)
                continue
            if "error" in message:
                raise _error(message["error"])
            return message.get("result")

    def _tell(self, on_progress: Progress, told: Mapping[str, Any]) -> None:
        try:
            on_progress(float(told["share"]), str(told["text"]))
        except BaseException:
            with contextlib.suppress(HelperDied):
                self._send({"cancel": self._last})  # whoever listens wants no more of it
            raise

    def _send(self, message: Mapping[str, Any]) -> None:
        data = memoryview(encode(message))
        assert self._process.stdin is not None
        try:
            while data:
                data = data[self._process.stdin.write(data) or 0 :]
        except OSError:
            raise self._died("a call") from None

    def _receive(self, call: str) -> dict[str, Any]:
        assert self._process.stdout is not None
        while not self._waiting:
            data = self._process.stdout.read(1 << 16)
            if not data:
                raise self._died(call)
            self._waiting += self._frames.feed(data)
        return self._waiting.pop(0)

    def _died(self, call: str) -> HelperDied:
        try:
            code = self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        how = f"signal {-code}" if code < 0 else f"code {code}"
        return HelperDied(
            f"The helper process ended during “{call}” ({how}). Often the computer ran out of memory. Try again.", how
        )

    def close(self) -> None:
        """End the process: closing its input is the word for it."""
        assert self._process.stdin is not None and self._process.stdout is not None
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()


def _error(told: Mapping[str, Any]) -> Exception:
    message, details = str(told.get("message", "")), str(told.get("details", ""))
    return UserError(message, details) if told.get("user") else RuntimeError(f"{message}\n{details}".strip())
