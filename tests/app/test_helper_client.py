"""The window's side of the helper process: answers go to their questions, a dead helper is started again."""

from __future__ import annotations

import os
import signal
import sys
import textwrap

import pytest

from app import helper as client
from app.helper import Helper

FAKE = textwrap.dedent(
    """
    import json, os, signal, struct, sys, time
    def read():
        head = sys.stdin.buffer.read(4)
        if len(head) < 4:
            sys.exit(0)
        return json.loads(sys.stdin.buffer.read(struct.unpack(">I", head)[0]))
    def write(message):
        body = json.dumps(message).encode()
        sys.stdout.buffer.write(struct.pack(">I", len(body)) + body)
        sys.stdout.buffer.flush()
    while True:
        asked = read()
        if "cancel" in asked:
            continue
        number, call = asked["id"], asked["call"]
        if call == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        elif call == "noise":
            sys.stdout.buffer.write(b"\\xff\\xff\\xff\\xff rubbish")
            sys.stdout.buffer.flush()
        elif call == "fail":
            write({"id": number, "error": {"message": "It cannot be done.", "details": "why", "user": True}})
        elif call == "work":
            for share in (0.25, 0.75):
                write({"id": number, "progress": {"share": share, "text": "working"}})
            write({"id": number, "result": "done"})
        else:
            write({"id": number, "result": [call, os.getpid(), asked["args"]]})
    """
)


class Heard:
    """What came back for one question."""

    def __init__(self) -> None:
        self.results: list = []
        self.errors: list = []
        self.progress: list = []

    def ask(self, helper: Helper, call: str, **args) -> int:
        return helper.ask(
            call,
            args,
            self.results.append,
            lambda message, details: self.errors.append((message, details)),
            self.progress.append,
        )

    @property
    def over(self) -> bool:
        return bool(self.results or self.errors)


@pytest.fixture
def helper(qapp, monkeypatch, tmp_path):
    program = tmp_path / "fake.py"
    program.write_text(FAKE)
    monkeypatch.setattr(client, "command", lambda: [sys.executable, str(program)])
    made = Helper()
    yield made
    made.close()


def test_answers_come_in_order_and_go_to_their_question(helper, qtbot) -> None:
    order: list[int] = []
    heard = [Heard() for _ in range(20)]
    for place, one in enumerate(heard):
        helper.ask("echo", {"place": place}, lambda found: order.append(found[2]["place"]), lambda *_: order.append(-1))
        one.ask(helper, f"call {place}", text="äöü × 3")
    qtbot.waitUntil(lambda: all(one.over for one in heard), timeout=10000)
    assert order == list(range(20))
    assert [one.results[0][0] for one in heard] == [f"call {place}" for place in range(20)]
    assert heard[0].results[0][2] == {"text": "äöü × 3"}
    assert not helper.busy


def test_progress_before_the_answer(helper, qtbot) -> None:
    heard = Heard()
    heard.ask(helper, "work")
    qtbot.waitUntil(lambda: heard.over, timeout=10000)
    assert [one["share"] for one in heard.progress] == [0.25, 0.75]
    assert heard.results == ["done"]


def test_an_error_is_one_sentence(helper, qtbot) -> None:
    heard = Heard()
    heard.ask(helper, "fail")
    qtbot.waitUntil(lambda: heard.over, timeout=10000)
    assert heard.errors == [("It cannot be done.", "why")] and not heard.results


def test_a_helper_that_dies_tells_who_waits_and_starts_again(helper, qtbot) -> None:
    first, waiting, after = Heard(), Heard(), Heard()
    first.ask(helper, "pid")
    qtbot.waitUntil(lambda: first.over, timeout=10000)
    waiting.ask(helper, "die")
    qtbot.waitUntil(lambda: waiting.over, timeout=10000)
    assert "started again" in waiting.errors[0][0]
    after.ask(helper, "pid")
    qtbot.waitUntil(lambda: after.over, timeout=10000)
    assert after.results and after.results[0][1] != first.results[0][1]


def test_a_killed_helper_is_noticed_without_a_question(helper, qtbot) -> None:
    first, after = Heard(), Heard()
    first.ask(helper, "pid")
    qtbot.waitUntil(lambda: first.over, timeout=10000)
    pid = first.results[0][1]
    os.kill(pid, signal.SIGKILL)
    qtbot.waitUntil(lambda: helper._process is not None and helper._process.processId() not in (0, pid), timeout=10000)
    after.ask(helper, "pid")
    qtbot.waitUntil(lambda: after.over, timeout=10000)
    assert after.results[0][1] != pid


def test_rubbish_on_the_pipe_ends_that_helper_and_its_questions(helper, qtbot) -> None:
    heard, after = Heard(), Heard()
    heard.ask(helper, "noise")
    qtbot.waitUntil(lambda: heard.over, timeout=10000)
    assert heard.errors and not heard.results
    after.ask(helper, "echo")
    qtbot.waitUntil(lambda: after.over, timeout=10000)
    assert after.results


def test_a_helper_that_keeps_dying_is_given_up_with_a_sentence(helper, qtbot) -> None:
    told: list[str] = []
    helper.failed.connect(told.append)
    for _ in range(client.RESTARTS + 1):
        heard = Heard()
        heard.ask(helper, "die")
        qtbot.waitUntil(lambda heard=heard: heard.over, timeout=10000)
    assert len(told) == 1 and "restarts" in told[0]


def test_a_program_that_cannot_start_is_said(qapp, qtbot, monkeypatch) -> None:
    monkeypatch.setattr(client, "command", lambda: ["/nonexistent/python"])
    made, heard = Helper(), Heard()
    heard.ask(made, "echo")
    qtbot.waitUntil(lambda: heard.over, timeout=10000)
    assert heard.errors[0][0]
    made.close()


def test_a_cancelled_question_gets_no_answer(helper, qtbot) -> None:
    dropped, after = Heard(), Heard()
    helper.cancel(dropped.ask(helper, "echo"))
    after.ask(helper, "echo")
    qtbot.waitUntil(lambda: after.over, timeout=10000)
    assert not dropped.over


def test_closing_ends_the_process(helper, qtbot) -> None:
    heard = Heard()
    heard.ask(helper, "pid")
    qtbot.waitUntil(lambda: heard.over, timeout=10000)
    pid = heard.results[0][1]
    helper.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert helper.ask("echo", {}, lambda _: None, lambda *_: None) and helper._process is None


def test_the_real_helper_answers(qapp, qtbot) -> None:
    made, heard = Helper(), Heard()
    heard.ask(made, "no such call")
    qtbot.waitUntil(lambda: heard.over, timeout=30000)
    assert heard.errors and "no such call" in heard.errors[0][0]
    made.close()
