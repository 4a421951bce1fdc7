"""A run from start to end: claim the folder, read the data, build the model, train, and say how it ended."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from engine import process, runs, store
from engine.data.dataset import open_dataset
from engine.errors import UserError
from engine.project import Project
from engine.recipes import Recipe, recipe_of
from engine.run import device as devices
from engine.run import diagnose, state
from engine.run.measure import measure
from engine.run.model import Built, load
from engine.run.recipes import loop_of
from engine.run.session import Progress, Session
from engine.run.setup import Setup, split_of
from engine.run.tensors import load_part
from engine.runs import Run
from engine.saving import write_atomically

OnProgress = Callable[[Progress], None]
OPTIONS = ("threads", "window", "fold", "folds", "save_seconds", "save_steps", "health")
"""What concerns the work, not the recipe."""


def train(
    project: Project, runs_dir: Path, *, name: str = "", on_progress: OnProgress | None = None, **overrides: Any
) -> Run:
    """Train a project in this process and return the finished run; the same result as in a process of its own.

    Args:
        overrides: settings of the recipe (`epochs=3, device="cpu"`) and options of `engine.runs.create`.

    Raises:
        UserError: the project cannot be trained, or training failed; the run's folder tells the same.
    """
    options = {key: value for key, value in overrides.items() if key in OPTIONS}
    settings = {key: value for key, value in overrides.items() if key not in OPTIONS}
    recipe = recipe_of(project.recipe, **settings)
    run = runs.create(replace(project, recipe=recipe.to_json()), runs_dir, name, options)
    work(run, on_progress)
    return run


def resume(run: Run, *, on_progress: OnProgress | None = None, **options: Any) -> Run:
    """Go on with a run in this process, from its last checkpoint; `epochs` may make it longer."""
    if options:
        with store.closing(store.writer(run.database)) as connection:
            store.put_info(connection, {"options": {**run.info().options, **options}})
    work(run, on_progress)
    return run


def work(run: Run, on_progress: OnProgress | None = None) -> None:
    """Train a run to its end, from its last checkpoint where it has one."""
    with store.mended(run.database), store.closing(store.writer(run.database)) as connection:
        _claim(run, connection)
        sessions: list[Session] = []
        try:
            with _settled(), _signals(sessions):
                session = _session(run, connection, on_progress)
                sessions.append(session)
                ended = session.run()
            _say_ended(session, ended)
        except BaseException as error:
            known = _say_failed(run, connection, sessions[0] if sessions else None, error)
            if known is None or isinstance(error, UserError):
                raise
            raise known from error


def _claim(run: Run, connection: sqlite3.Connection) -> None:
    """Make this process the one that works on the run; `UserError` where another one does."""
    with store.transaction(connection):
        beat = store.get_beat(connection)
        other = beat["pid"]
        if other and other != os.getpid() and beat["state"] in runs.ACTIVE and runs.lives(beat):
            raise UserError(f"The run {run.id} is being trained by process {other} already.")
        store.beat(
            connection, state="starting", pid=os.getpid(), pid_started=process.started_at(os.getpid()),
            host=socket.gethostname(), message="",
        )  # fmt: skip
        if beat["state"] != "starting":  # requests to an earlier process are not meant for this one
            connection.execute("UPDATE requests SET done = ? WHERE done IS NULL", (time.time(),))


@contextmanager
def _settled() -> Iterator[None]:
    """Leave torch's threads and random numbers as they were: the caller may be a test or a longer program."""
    threads, numbers = torch.get_num_threads(), torch.get_rng_state()
    try:
        yield
    finally:
        torch.set_num_threads(threads)
        torch.set_rng_state(numbers)


def _session(run: Run, connection: sqlite3.Connection, on_progress: OnProgress | None) -> Session:
    """Everything that training needs, from the run's folder."""
    project, options = run.project(), dict(run.info().options)
    recipe = _recipe(project, options)
    device = devices.resolve(getattr(recipe, "device", "auto"))
    devices.check_precision(getattr(recipe, "precision", "32-bit"), device)
    devices.keep_freed_memory()
    torch.backends.cudnn.benchmark = True  # batches have one size: let the GPU try its ways of convolving once
    torch.set_num_threads(devices.threads(options))
    setup = Setup(project, recipe, device, options, folder=run.folder)
    torch.manual_seed(setup.recipe.seed)
    loop = loop_of(recipe, setup)
    write_atomically(run.folder / "statistics.json", _json(setup.statistics.to_json()))
    write_atomically(run.folder / "model.py", loop.built.source.text.encode())
    session = Session(loop, setup, run.folder, connection, on_progress)
    known = sum(weight.numel() for built in loop.networks.values() for weight in built.network.parameters())
    about = {"parameters": known, "device": devices.describe(device), "started": run.info().started or time.time()}
    # as many threads as now, so that a resumed run adds up in the same order
    store.put_info(connection, {**about, "node": "", "options": {**options, "threads": torch.get_num_threads()}})
    _put_back(run, session)
    return session


def _json(value: Any) -> bytes:
    import json

    return json.dumps(value, ensure_ascii=False, allow_nan=False).encode()


def _recipe(project: Project, options: Mapping[str, Any]) -> Recipe:
    return recipe_of(project.recipe, **{name: options[name] for name in ("epochs", "device") if options.get(name)})


def _put_back(run: Run, session: Session) -> None:
    """Go on from the newest good checkpoint, or start afresh; what was told after it is forgotten."""
    connection = session.telemetry.connection
    for path, tensors, about in state.newest(run.folder):
        try:
            session.resume(tensors, about)
        except (RuntimeError, KeyError, TypeError, ValueError) as error:
            raise UserError(f"{path} does not fit this network. Start a new run.", str(error)) from error
        session.telemetry.event(session.course.step, "resumed", f"Resumed at step {session.course.step}.")
        break
    else:
        session.telemetry.event(0, "started", f"Started on {session.setup.device}.")
        for note in session.setup.notes:
            session.telemetry.event(0, "note", note)
    store.cut(connection, session.course.step, session.course.epoch)


@contextmanager
def _signals(sessions: list[Session]) -> Iterator[None]:
    """SIGTERM and Ctrl+C stop the run after the present step and save; before the first step, and the second time,
    they end it at once."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, frame: Any) -> None:
        if not sessions or sessions[0].stopping:
            raise KeyboardInterrupt
        sessions[0].stopping = True

    kinds = [signal.SIGINT, signal.SIGTERM]
    before = [signal.signal(kind, stop) for kind in kinds]
    try:
        yield
    finally:
        for kind, handler in zip(kinds, before, strict=True):
            signal.signal(kind, handler)


def _say_ended(session: Session, ended: str) -> None:
    course = session.course
    session.telemetry.event(course.step, ended, _ending(session, ended))
    session.telemetry.facts(best=course.best, final=course.final)
    session.write(ended, message=_ending(session, ended), pid=None)


def _ending(session: Session, ended: str) -> str:
    course, epochs = session.course, session.epochs
    if ended == "finished" and course.epoch < epochs:
        return f"Stopped early after {course.epoch} of {epochs} epochs: no improvement for {session.patience} epochs."
    if ended == "finished":
        return ""
    return f"Stopped after {course.epoch} of {epochs} epochs. Resume to go on."


def _say_failed(
    run: Run, connection: sqlite3.Connection, session: Session | None, error: BaseException
) -> diagnose.Failed | None:
    """Note why a run ended, and give the sentence; where even that cannot be written, the log has it."""
    built: Built | None = session.loop.built if session is not None else None
    batch = getattr(session.setup.recipe, "batch_size", 1) if session is not None else 1
    known = diagnose.explain(error, built, batch, run.folder) if isinstance(error, Exception) else None
    message = known.message if known else f"Session broke off by an error of the program: {error!r}. The log has more."
    state_ = "failed"
    if isinstance(error, KeyboardInterrupt):
        state_, message = "stopped", "Session was interrupted. Resume to go on from the last checkpoint."
    elif known is None:
        with open(run.log, "a", encoding="utf-8") as log:
            traceback.print_exception(error, file=log)
    if connection.in_transaction:
        connection.execute("ROLLBACK")
    node = known.node if known else ""
    try:
        if session is not None:
            session.save_best()  # of a finished epoch, so they are sound
            session.telemetry.event(session.course.step, state_, message)
            session.telemetry.facts(node=node)
            course = session.course
            session.telemetry.write(
                state=state_, message=message, pid=None, left_seconds=None, step=course.step, epoch=course.epoch,
                batch=course.batch,
            )  # fmt: skip
            return known
    except (sqlite3.Error, RuntimeError, UserError) as second:
        print(f"{message} Not everything could be noted in the run: {second}", file=sys.stderr)
    with suppress(sqlite3.Error):  # then the process that is gone tells that the run is lost
        store.put_info(connection, {"node": node})
        store.beat(connection, state=state_, message=message, pid=None, left_seconds=None)
    return known


def values_on(run: Run, part: str = "test") -> dict[str, float]:
    """Losses and measures of a run's best weights on one part of its own division of the data."""
    project, options = run.project(), run.info().options
    built = load(run)
    dataset = open_dataset(project.data)
    items = split_of(dataset, project, options).part(part)
    return measure(built, load_part(built, dataset, items, torch.device("cpu")))
