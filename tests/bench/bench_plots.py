"""Measures the pyramid and one tick of a plot of four series of a million steps, beside plain pyqtgraph.

Run: python tests/bench/bench_plots.py
"""

from __future__ import annotations

import statistics
import sys
from pathlib import Path
from time import perf_counter

sys.path[:0] = [str(Path(__file__).resolve().parents[2]), str(Path(__file__).resolve().parent)]

import numpy as np
import pyqtgraph
from display import private_display
from PySide6.QtWidgets import QApplication

from widgets import theme
from widgets.plots.area import Area, Style
from widgets.plots.clock import Clock
from widgets.plots.series import Ema, Series

LENGTH, SERIES, PIECE = 1_000_000, 4, 300


def median_ms(work, rounds: int) -> float:
    spent = []
    for _ in range(rounds):
        start = perf_counter()
        work()
        spent.append((perf_counter() - start) * 1000)
    return statistics.median(spent)


def noisy(count: int, seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    return 2 * np.exp(-np.arange(count) / (count / 5)) + 0.2 + random.normal(0, 0.08, count)


def pyramid() -> None:
    values, places = noisy(LENGTH, 1), np.arange(LENGTH, dtype=float)
    series = Series()
    print(f"bulk load of 1e6 with its levels  {median_ms(lambda: _load(values, places), 3):9.2f} ms")
    series.append(values, places)
    start = perf_counter()
    for index in range(20_000):
        series.append_one(0.5, LENGTH + index)
    print(f"append one                        {(perf_counter() - start) / 20_000 * 1e6:9.2f} us")
    print(f"append 1000                       {median_ms(lambda: _grow(series, 1000), 200) * 1000:9.2f} us")
    print(f"query, 400 buckets of all         {median_ms(lambda: series.query(0, 1e9, 400), 200):9.3f} ms")
    print(f"query, 400 buckets of a tenth     {median_ms(lambda: series.query(4e5, 5e5, 400), 200):9.3f} ms")
    print(f"smoothing 1e6 anew                {median_ms(lambda: Ema(0.75).feed(values), 3):9.2f} ms")


def _load(values, places) -> None:
    series = Series()
    series.append(values, places)
    series.query(0, LENGTH, 400)


def _grow(series: Series, count: int) -> None:
    at = len(series)
    series.append(np.full(count, 0.4), np.arange(at, at + count))


def ours(app: QApplication, length: int) -> None:
    area = Area()
    styles = [Style(f"s{at}", f"Run {at + 1}", f"run:{at}", dashed=at == 3) for at in range(SERIES)]
    area.set_styles(styles)
    area.resize(900, 500)
    area.show()
    for at, style in enumerate(styles):
        area.append(style.key, np.arange(length) / 1000, np.arange(length) / 50, noisy(length, at) + at * 0.1)
    app.processEvents()
    Clock.shared().buckets = 500
    state = {"at": length}

    def tick() -> None:
        at = state["at"]
        for index, style in enumerate(styles):
            places = np.arange(at, at + PIECE)
            area.append(style.key, places / 1000, places / 50, np.full(PIECE, 0.25 + index * 0.1))
        state["at"] += PIECE
        area.redraw()
        area.repaint()

    print(f"tick, 4 x {length:>9,}, Lamina       {median_ms(tick, 15):9.2f} ms")
    area.deleteLater()
    app.processEvents()


def plain(app: QApplication, length: int, rounds: int) -> None:
    plot = pyqtgraph.PlotWidget()
    plot.resize(900, 500)
    plot.show()
    places = np.arange(length, dtype=float)
    columns = [noisy(length, at) + at * 0.1 for at in range(SERIES)]
    curves = [plot.plot(places, column, pen=pyqtgraph.mkPen(at)) for at, column in enumerate(columns)]
    app.processEvents()

    def tick() -> None:
        for curve, column in zip(curves, columns, strict=True):
            curve.setData(places, column)
        plot.viewport().repaint()

    print(f"tick, 4 x {length:>9,}, pyqtgraph    {median_ms(tick, rounds):9.2f} ms")
    plot.close()


if __name__ == "__main__":
    with private_display():
        application = QApplication([])
        theme.apply(application)
        pyramid()
        for steps in (1_000, 10_000, LENGTH):
            ours(application, steps)
        plain(application, 10_000, 5)
        plain(application, LENGTH, 2)
