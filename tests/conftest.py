"""What every test gets: a private X server, a user folder of its own, and a watch on what is left behind."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

REPO = Path(__file__).resolve().parent.parent
_faults: list[str] = []
"""What methods that Qt calls raised since the test began."""
_server: subprocess.Popen[bytes] | None = None


def pytest_configure(config: pytest.Config) -> None:
    """Start one X server per process, before the application exists. `offscreen` has no drag and drop, so it only
    serves where there is no Xvfb."""
    global _server
    settings.register_profile("lamina", deadline=None)  # a busy machine is no failure
    settings.load_profile("lamina")
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ["QT_ACCESSIBILITY"] = "0"
    if os.environ.get("LAMINA_TEST_PLATFORM") or not shutil.which("Xvfb"):
        os.environ["QT_QPA_PLATFORM"] = os.environ.get("LAMINA_TEST_PLATFORM", "offscreen")
        return
    read, write = os.pipe()
    _server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "1920x1200x24", "-nolisten", "tcp", "-noreset"],
        pass_fds=[write],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    with os.fdopen(read) as pipe:
        number = pipe.readline().strip()
    if not number:
        raise RuntimeError("Xvfb did not start")
    os.environ["DISPLAY"] = f":{number}"
    os.environ["QT_QPA_PLATFORM"] = "xcb"
    os.environ.pop("WAYLAND_DISPLAY", None)


def pytest_unconfigure(config: pytest.Config) -> None:
    if _server is not None:
        _server.terminate()
        _server.wait(10)


@pytest.fixture(scope="session", autouse=True)
def user_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """No test reads or writes the person's own settings, runs or cache."""
    base = tmp_path_factory.mktemp("user")
    old = {name: os.environ.get(name) for name in ("LAMINA_DATA", "LAMINA_CACHE", "LAMINA_STATE", "LAMINA_CONFIG")}
    for name in old:
        os.environ[name] = str(base / name.removeprefix("LAMINA_").lower())
    yield base
    for name, value in old.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


@pytest.fixture(scope="session")
def qapp(qapp):
    """The application, with a hand that closes a question which nobody answers for a minute: inside its loop no time
    limit of a test is heard."""
    from PySide6.QtCore import QTimer

    from widgets import guard

    guard.install()
    tell = guard.report

    def told(error: Exception) -> None:
        _faults.append("".join(traceback.format_exception(error)))
        tell(error)

    guard.report = told
    waits: dict[int, int] = {}

    def look() -> None:
        modal = qapp.activeModalWidget()
        seen = waits.get(id(modal), 0) + 1
        waits.clear()
        if modal is not None:
            waits[id(modal)] = seen
            if seen > 60:
                modal.close()

    pulse = QTimer()
    pulse.timeout.connect(look)
    pulse.start(1000)
    yield qapp
    pulse.stop()
    guard.report = tell


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder of real sample data; tests that need it skip where it is absent."""
    folder = Path(os.environ.get("LAMINA_TEST_DATA", REPO.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip("the sample data is not on this machine (set LAMINA_TEST_DATA)")
    return folder


@pytest.fixture(autouse=True)
def panels_of_the_first_day(user_folders: Path) -> None:
    """Widths and open panels that an earlier test's window left are not the next one's."""
    (user_folders / "state" / "window.json").unlink(missing_ok=True)


@pytest.fixture(autouse=True)
def motion_as_usual() -> Iterator[None]:
    """A test that turns movement off (the settings of a window do) leaves it on for the next one."""
    yield
    theme = sys.modules.get("widgets.theme")
    if theme is not None:
        theme.set_reduced_motion(False)


@pytest.fixture(autouse=True)
def no_method_fails_unseen() -> Iterator[None]:
    """A test in which a method that Qt calls raised fails, though the window goes on."""
    _faults.clear()
    yield
    faults = "\n".join(_faults)
    _faults.clear()
    assert not faults, faults


@pytest.fixture(autouse=True)
def nothing_left_behind() -> Iterator[None]:
    """A test that leaves a Python thread running fails and names it."""
    before = set(threading.enumerate())
    yield
    left = [thread for thread in threading.enumerate() if thread not in before and not thread.daemon]
    assert not left, f"left running: {[thread.name for thread in left]}"
