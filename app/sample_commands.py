"""The commands that look inside the network: show the Sample overlay, another item, run up to one node."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.commands import command, needs_project, needs_selection

if TYPE_CHECKING:
    from app.window import Window


def _needs_sample(window: Window) -> str:
    return needs_project(window) or ("" if window.build.peeking.on else "Show a sample first.")


@command("Show a sample", menu="View", icon="images", why_not=needs_project)
def overlay_sample(window: Window) -> None:
    """One real item flows through; beside each layer stands what it makes of it."""
    window.show_page("build")
    window.build.set_overlay("sample")


@command("Run up to here", "F9", menu="Run", icon="circle-play", where="canvas", why_not=needs_selection)
def run_to_here(window: Window) -> None:
    """Compute the selected nodes and what they depend on, with the time and memory of each."""
    window.build.peeking.run_to(window.build.selection)


@command("Show every layer of the sample again", menu="Run", why_not=_needs_sample)
def run_all(window: Window) -> None:
    window.build.peeking.show_all()


@command("Next item of the sample", "Shift+PgDown", menu="Run", where="canvas", why_not=_needs_sample)
def next_sample(window: Window) -> None:
    window.build.peeking.step("next")


@command("Previous item of the sample", "Shift+PgUp", menu="Run", where="canvas", why_not=_needs_sample)
def previous_sample(window: Window) -> None:
    window.build.peeking.step("previous")


@command("Any item of the sample", menu="Run", icon="shuffle", why_not=_needs_sample)
def any_sample(window: Window) -> None:
    window.build.peeking.step("random")
