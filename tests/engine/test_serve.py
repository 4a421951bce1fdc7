"""The helper process: its messages, its manners with garbage, and that data needs no torch."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from engine.errors import UserError
from engine.helper import MOST_FRAME, BrokenFrame, Frames, Helper, HelperDied, command, encode, environment

WITH_EXTRA_CALLS = """
import os, sys, time
from engine.run import calls, serve

def noisy(args, progress):
    print("printed in Python"); os.write(1, b"printed by a library\\n"); return "quiet"

def endless(args, progress):
    while True:
        progress(0.5, "on and on"); time.sleep(0.02)

def deaf(args, progress):
    progress(0.1, "begun"); time.sleep(60)

def infinite(args, progress):
    return float("nan")

calls.CALLS.update(noisy=noisy, endless=endless, deaf=deaf, infinite=infinite,
                   modules=lambda args, progress: sorted(sys.modules), stdin=lambda args, progress: sys.stdin.read())
serve.main()
"""


class Bare:
    """A helper process with more calls, and its pipes in the open."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-c", WITH_EXTRA_CALLS],
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
        )
        self.frames = Frames()
        self.arrived: list[dict[str, Any]] = []

    def write(self, data: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(data)

    def next(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        while not self.arrived:
            data = os.read(self.process.stdout.fileno(), 1 << 16)
            assert data, "the helper ended"
            self.arrived += self.frames.feed(data)
        return self.arrived.pop(0)

    def answer(self) -> dict[str, Any]:
        while "progress" in (message := self.next()):
            pass
        return message

    def close_input(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            if pipe is not None:
                pipe.close()


@pytest.fixture
def bare() -> Iterator[Bare]:
    helper = Bare()
    yield helper
    helper.end()


@pytest.fixture(scope="module")
def helper() -> Iterator[Helper]:
    with Helper() as made:
        yield made


# ---- frames ------------------------------------------------------------------------------------------------------


def test_messages_arrive_however_they_are_cut() -> None:
    messages = [{"id": 1, "call": "ping", "args": {"text": "äß漢 \n\x00"}}, {"id": 2, "result": [1.5, None, True]}, {}]
    data = b"".join(map(encode, messages))
    for size in (1, 3, 7, len(data)):
        frames = Frames()
        found = [message for start in range(0, len(data), size) for message in frames.feed(data[start : start + size])]
        assert found == messages
        assert frames.waiting == 0


def test_a_broken_frame_hides_none_of_its_neighbors() -> None:
    frames = Frames()
    bad = b"{no json"
    data = encode({"id": 1}) + len(bad).to_bytes(4, "big") + bad + encode({"id": 2})
    assert frames.feed(data) == [{"id": 1}]
    with pytest.raises(BrokenFrame) as caught:
        frames.feed(b"")
    assert not caught.value.fatal
    assert frames.feed(b"") == [{"id": 2}]


@pytest.mark.parametrize("body", [b"[1]", b'"text"', b"", b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_json_object_is_refused(body: bytes) -> None:
    with pytest.raises(BrokenFrame):
        Frames().feed(len(body).to_bytes(4, "big") + body)


def test_a_frame_that_claims_too_much_is_fatal_before_it_arrives() -> None:
    with pytest.raises(BrokenFrame) as caught:
        Frames().feed((MOST_FRAME + 1).to_bytes(4, "big"))
    assert caught.value.fatal


def test_numbers_that_json_lacks_are_not_sent() -> None:
    with pytest.raises(ValueError):
        encode({"result": float("nan")})


# ---- calls -------------------------------------------------------------------------------------------------------


def test_the_helper_answers_about_data_and_itself(helper: Helper) -> None:
    assert helper.ask("ping") == {"pid": helper.pid}
    told: list[tuple[float, str]] = []
    found = helper.ask("scan", {"source": {"type": "IrisData"}}, lambda share, text: told.append((share, text)))
    data = found["data"]
    assert data["count"] == 150
    assert [one["name"] for one in data["fields"] if one["role"] == "target"] == ["species"]
    about = helper.ask("open", {"data": data})
    assert sum(about["parts"].values()) == 150
    shown = helper.ask("rows", {"data": data, "part": "test", "label": 1, "count": 3})
    assert len(shown["rows"]) == 3
    assert {row["species"] for row in shown["rows"]} == {"versicolor"}
    assert shown["total"] < about["parts"]["test"]
    assert sum(one["count"] for one in helper.ask("balance", {"data": data, "field": "species"})) == 150
    assert helper.ask("machine")["memory"]["total"] > 0
    assert isinstance(helper.ask("quality", {"data": data}), list)
    assert len(helper.ask("summaries", {"data": data})) == 5


def test_the_helper_shows_pictures(helper: Helper) -> None:
    data = helper.ask("scan", {"source": {"type": "DigitsData"}})["data"]
    found = helper.ask("preview", {"data": data, "label": 7, "count": 5, "side": 24})
    assert [one["label"] for one in found["thumbs"]] == ["7"] * 5
    assert all(one["png"].startswith("iVBOR") for one in found["thumbs"])
    first, second, third = helper.ask("input_thumbs", {"data": data})
    assert len({first, second, third}) == 3
    again = helper.ask("preview", {"data": data, "items": [found["thumbs"][0]["item"]], "side": 24})
    assert again["thumbs"] == found["thumbs"][:1]


def test_mistakes_come_back_as_sentences_and_the_helper_lives_on(helper: Helper) -> None:
    with pytest.raises(UserError, match=r"no call 'fly'"):
        helper.ask("fly")
    with pytest.raises(UserError, match="unknown"):
        helper.ask("scan", {"origin": 1})
    with pytest.raises(UserError, match="There is no file"):
        helper.ask("check_source", {"source": {"type": "TableFile", "path": "/nowhere/to/be.csv"}})
    with pytest.raises(UserError):
        helper.ask("evaluate", {"run": "/nowhere"})
    with pytest.raises(RuntimeError, match="Traceback"):
        helper.ask("balance", {"data": 3, "field": "x"})
    assert helper.ask("ping")["pid"] == helper.pid


def test_a_listener_who_has_enough_cancels_the_call() -> None:
    class Enough(Exception):
        pass

    def stop(share: float, text: str) -> None:
        raise Enough

    with Helper([sys.executable, "-P", "-c", WITH_EXTRA_CALLS]) as helper:
        with pytest.raises(Enough):
            helper.ask("endless", on_progress=stop)
        assert helper.ask("noisy") == "quiet"


# ---- manners -----------------------------------------------------------------------------------------------------


def test_what_calls_print_does_not_reach_the_messages(bare: Bare) -> None:
    bare.write(encode({"id": 1, "call": "noisy", "args": {}}) + encode({"id": 2, "call": "stdin", "args": {}}))
    assert bare.next() == {"id": 1, "result": "quiet"}
    assert bare.next() == {"id": 2, "result": ""}
    bare.close_input()
    assert bare.process.wait(10) == 0
    assert bare.process.stderr is not None
    assert b"printed by a library" in bare.process.stderr.read()


def test_data_needs_no_torch_until_a_model_is_asked_for(bare: Bare) -> None:
    bare.write(encode({"id": 1, "call": "scan", "args": {"source": {"type": "DigitsData"}}}))
    data = bare.answer()["result"]["data"]
    bare.write(encode({"id": 2, "call": "preview", "args": {"data": data, "count": 3}}))
    assert len(bare.answer()["result"]["thumbs"]) == 3
    bare.write(encode({"id": 3, "call": "modules", "args": {}}))
    modules = bare.answer()["result"]
    assert "numpy" in modules
    assert not {"torch", "onnx", "onnxruntime"} & set(modules)
    bare.write(encode({"id": 4, "call": "warm", "args": {}}))
    assert bare.answer()["result"]["pieces"] > 1
    for number in range(5, 100):
        time.sleep(0.5)
        bare.write(encode({"id": number, "call": "modules", "args": {}}))
        if "onnx" in bare.answer()["result"]:
            break
    else:
        pytest.fail("the helper did not warm up")


def test_a_running_call_can_be_canceled(bare: Bare) -> None:
    bare.write(encode({"id": 1, "call": "endless", "args": {}}))
    assert bare.next() == {"id": 1, "progress": {"share": 0.5, "text": "on and on"}}
    bare.write(encode({"id": 7, "call": "ping"}))
    while (message := bare.next()).get("id") != 7:
        assert "progress" in message
    bare.write(encode({"cancel": 1}))
    assert bare.answer() == {"id": 1, "error": {"message": "Canceled.", "details": "", "user": True}}
    bare.write(encode({"cancel": 3}) + encode({"id": 3, "call": "endless", "args": {}}))
    assert bare.answer()["error"]["message"] == "Canceled."


def test_an_answer_that_is_no_json_is_an_error_not_a_hang(bare: Bare) -> None:
    bare.write(encode({"id": 1, "call": "infinite", "args": {}}))
    assert not bare.answer()["error"]["user"]


@pytest.mark.parametrize("call", ["", "endless", "deaf"])
def test_the_helper_ends_with_its_input(bare: Bare, call: str) -> None:
    bare.write(encode({"id": 0, "call": "ping"}))
    bare.next()
    if call:
        bare.write(encode({"id": 1, "call": call, "args": {}}))
        bare.next()
    bare.close_input()
    assert bare.process.wait(10) == 0


def test_garbage_is_answered_and_ends_it(bare: Bare) -> None:
    bare.write(b"\xff\xff\xff\xffGET / HTTP/1.1\r\n")
    message = bare.answer()
    assert message["id"] is None
    assert "is the most" in message["error"]["message"]
    assert bare.process.wait(10) == 0


def test_a_frame_of_broken_json_is_answered_and_survived(bare: Bare) -> None:
    bare.write(b"\x00\x00\x00\x05hello" + encode({"id": [1], "call": ["x"]}) + encode({"id": 2, "call": "noisy"}))
    assert "no JSON" in bare.answer()["error"]["message"]
    assert bare.answer()["error"]["user"]
    assert bare.answer() == {"id": 2, "result": "quiet"}


def test_a_frame_cut_off_by_the_end_is_no_call(bare: Bare) -> None:
    bare.write(encode({"id": 1, "call": "noisy", "args": {}})[:-3])
    bare.close_input()
    assert bare.process.wait(10) == 0
    assert bare.process.stdout is not None
    assert bare.process.stdout.read() == b""


def test_interrupting_the_terminal_leaves_the_helper_to_its_owner(bare: Bare) -> None:
    bare.write(encode({"id": 0, "call": "ping"}))
    bare.next()
    bare.process.send_signal(signal.SIGINT)
    bare.write(encode({"id": 1, "call": "noisy", "args": {}}))
    assert bare.answer() == {"id": 1, "result": "quiet"}


def test_a_killed_helper_is_a_sentence() -> None:
    with Helper([sys.executable, "-P", "-c", WITH_EXTRA_CALLS]) as helper:
        helper.ask("ping")
        timer = threading.Timer(0.3, os.kill, (helper.pid, signal.SIGKILL))
        timer.start()
        with pytest.raises(HelperDied, match="signal 9"):
            helper.ask("deaf")
        timer.join()
        with pytest.raises(HelperDied):
            helper.ask("ping")


def test_the_client_side_is_light() -> None:
    code = "import sys, engine.helper, engine.jobs, engine.exporters; print([m for m in %r if m in sys.modules])"
    heavy = ("torch", "onnx", "onnxruntime", "PySide6", "engine.run.serve", "sklearn", "polars")
    done = subprocess.run([sys.executable, "-c", code % (heavy,)], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout.replace("'", '"')) == []


def test_the_current_folder_is_not_on_the_import_path(tmp_path: Any) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('imported from the current folder')")
    done = subprocess.run(
        command(),
        env=environment(),
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=30,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, b"")
