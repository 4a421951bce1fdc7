"""The warm helper process: answers calls on a pair of pipes, one after another, until its input ends.

Started as `python -m engine.run.serve`; `engine.helper` describes the messages and is the other side. A thread reads
requests, the main thread works, so that a cancel or the end of the input is seen in the middle of a call.
"""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from typing import Any

from engine.errors import UserError
from engine.helper import BrokenFrame, Frames, encode
from engine.run.calls import CALLS, WARM_UP

GRACE = 2.0
"""Seconds that a running call gets to clean up after the other side has gone."""
QUIET = 0.4
"""Seconds without a request before the next piece of warming up is imported."""


NO_MEMORY = "The computer ran out of memory. Close other programs, or take smaller data."


class Canceled(Exception):
    """The other side wants no more of the running call."""


class Server:
    """The loop: what was asked, what is running, and the pipe for answers."""

    def __init__(self, reads: int, writes: int) -> None:
        self._reads, self._writes = reads, writes
        self._write_lock = threading.Lock()
        self._asked: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._canceled: set[Any] = set()
        self._gone = threading.Event()
        self._cold: list[Callable[[], Any]] = []

    def run(self) -> None:
        """Answer until the input ends."""
        threading.Thread(target=self._read, name="requests", daemon=True).start()
        while (request := self._next()) is not None:
            self._answer(request)

    def _next(self) -> dict[str, Any] | None:
        """The next request; while there is none, warm up piece by piece."""
        while self._cold:
            try:
                return self._asked.get(timeout=QUIET)
            except queue.Empty:
                with contextlib.suppress(Exception):  # the call that needs it will say why it cannot be had
                    self._cold.pop(0)()
        return self._asked.get()

    # ---- the reading thread ----

    def _read(self) -> None:
        frames = Frames()
        while True:
            try:
                data = os.read(self._reads, 1 << 16)
            except OSError:
                data = b""
            if not data or not self._take(frames, data):
                break
        self._gone.set()
        self._asked.put(None)
        time.sleep(GRACE)
        os._exit(0)  # a call that never asks whether it should go on

    def _take(self, frames: Frames, data: bytes) -> bool:
        """Sort what arrived; False where nothing more can be understood."""
        while True:
            try:
                for message in frames.feed(data):
                    self._sort(message)
            except BrokenFrame as error:
                self._send({"id": None, "error": _told(str(error), "", user=False)})
                if error.fatal:
                    return False
                data = b""
                continue
            return True

    def _sort(self, message: dict[str, Any]) -> None:
        if "cancel" in message:
            self._canceled.add(_hashable(message["cancel"]))
        elif message.get("call") == "ping":  # answered even while a call runs: alive is alive
            self._send({"id": _hashable(message.get("id")), "result": {"pid": os.getpid()}})
        else:
            self._asked.put(message)

    # ---- the working thread ----

    def _answer(self, request: dict[str, Any]) -> None:
        number, name, args = _hashable(request.get("id")), request.get("call"), request.get("args", {})
        try:
            if number in self._canceled:
                raise Canceled
            result = self._carry_out(number, name, args)
            self._send({"id": number, "result": result})
        except Canceled:
            self._send({"id": number, "error": _told("Canceled.", "", user=True)})
        except UserError as error:
            self._send({"id": number, "error": _told(error.message, error.details, user=True)})
        except MemoryError:
            self._send({"id": number, "error": _told(NO_MEMORY, "", user=True)})
        except Exception as error:
            if _out_of_memory(error):
                self._send({"id": number, "error": _told(NO_MEMORY, str(error), user=True)})
                return
            text = f"{type(error).__name__}: {error}"
            self._send({"id": number, "error": _told(text, traceback.format_exc(), user=False)})
        finally:
            self._canceled.discard(number)

    def _carry_out(self, number: Any, name: Any, args: Any) -> Any:
        if name == "warm":
            self._cold = list(WARM_UP)
            return {"pieces": len(self._cold)}
        call = CALLS.get(name) if isinstance(name, str) else None
        if call is None:
            raise UserError(f"The helper has no call {str(name)[:60]!r}.")
        if not isinstance(args, dict):
            raise UserError(f"The call {name!r} needs its arguments by name.")
        last = 0.0

        def progress(share: float, text: str) -> None:
            nonlocal last
            if self._gone.is_set() or number in self._canceled:
                raise Canceled
            now = time.monotonic()
            if now - last >= 0.05 or share >= 1:
                last = now
                self._send({"id": number, "progress": {"share": round(float(share), 4), "text": text}})

        return call(args, progress)

    def _send(self, message: dict[str, Any]) -> None:
        try:
            frame = encode(message)
        except ValueError as error:
            frame = encode(
                {"id": message.get("id"), "error": _told(f"The answer cannot be sent: {error}", "", user=False)}
            )
        with self._write_lock:
            left = memoryview(frame)
            try:
                while left:
                    left = left[os.write(self._writes, left) :]
            except OSError:
                self._gone.set()  # nobody reads any more; the reading thread ends the process


def _told(message: str, details: str, user: bool) -> dict[str, Any]:
    return {"message": message, "details": details, "user": user}


def _out_of_memory(error: Exception) -> bool:
    """Whether torch says that memory ran out, which it does with an error of its own."""
    if "torch" not in sys.modules:
        return False
    from engine.run.device import out_of_memory

    return out_of_memory(error)


def _hashable(number: Any) -> Any:
    """A request's number as it may come from anybody: text, a whole number, or nothing."""
    return number if isinstance(number, str | int) else None


def take_pipes() -> tuple[int, int]:
    """Keep the two pipes for messages alone: what anything prints goes to the error output, and nothing reads ours."""
    reads, writes = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    if os.name == "nt":
        import msvcrt

        for pipe in (reads, writes):
            msvcrt.setmode(pipe, os.O_BINARY)  # type: ignore[attr-defined]
    return reads, writes


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C in a terminal means the program in front of us
    reads, writes = take_pipes()
    Server(reads, writes).run()
    sys.stdout.flush()
    os._exit(0)  # nothing is left to save, and threads of libraries may not hold us


if __name__ == "__main__":
    main()
