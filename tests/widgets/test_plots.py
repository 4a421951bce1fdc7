"""The plots: exact against brute force, honest on screen, quick at any length."""

from __future__ import annotations

import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt

from widgets import theme
from widgets.plots import scales
from widgets.plots.area import TIME, Area, Style
from widgets.plots.clock import Clock
from widgets.plots.confusion import Confusion
from widgets.plots.heat import HeatMap
from widgets.plots.histogram import Histogram
from widgets.plots.lines import Sparkline
from widgets.plots.marks import spread
from widgets.plots.scatter import Scatter
from widgets.plots.series import Ema, Series
from widgets.plots.viridis import color_at


def _series(values, axes=1):
    series = Series(axes)
    places = np.arange(len(values), dtype=float)
    series.append(values, *([places] + [places * 0.5] * (axes - 1)))
    return series


def _check(series, values, low, high, buckets):
    window = series.query(low, high, buckets)
    start, end = int(window.first[0]), window.end
    assert start == max(0, int(np.ceil(low)) - 1)
    assert end == min(len(values), int(np.floor(high)) + 2)
    assert len(window.x) <= max(2 * buckets, buckets + 2)
    edges = np.append(window.first, end)
    for at in range(len(window.x)):
        part = values[edges[at] : edges[at + 1]]
        real = part[~np.isnan(part)]
        if len(real):
            assert window.low[at] == real.min()
            assert window.high[at] == real.max()
        else:
            assert np.isnan(window.low[at])
            assert np.isnan(window.high[at])


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), count=st.integers(1, 5000), buckets=st.integers(1, 300), gap=st.booleans())
def test_every_bucket_holds_exactly_its_samples_smallest_and_largest(seed, count, buckets, gap):
    random = np.random.default_rng(seed)
    values = random.normal(size=count).astype(np.float32)
    if gap:
        start = int(random.integers(0, count))
        values[start : start + int(random.integers(1, 400))] = np.nan
    low, high = sorted(random.uniform(0, count - 1 if count > 1 else 1, 2))
    _check(_series(values), values, low, min(high, count - 1), buckets)


def test_windows_across_blocks_agree_with_brute_force():
    random = np.random.default_rng(1)
    values = random.normal(size=200_000).astype(np.float32)
    series = _series(values)
    for _ in range(60):
        low, high = sorted(random.uniform(0, len(values) - 1, 2))
        _check(series, values, low, high, int(random.integers(5, 500)))


def test_appending_in_pieces_or_singly_gives_the_same_pyramid():
    values = np.random.default_rng(2).normal(size=70_000).astype(np.float32)
    whole, pieces = _series(values), Series()
    at = 0
    for size in (1, 7, 8, 9, 5000, 60_000):
        pieces.append(values[at : at + size], np.arange(at, at + size))
        pieces.query(0, at, 10)  # settle in between
        at += size
    for index in range(at, len(values)):
        pieces.append_one(values[index], index)
    a, b = whole.query(0, 1e9, 300), pieces.query(0, 1e9, 300)
    assert np.array_equal(a.low, b.low)
    assert np.array_equal(a.high, b.high)
    assert np.array_equal(a.x, b.x)


def test_second_axis_nearest_and_last():
    series = _series(np.array([1, 2, np.nan], np.float32), axes=2)
    assert series.last(1) == (0.5, 2.0)
    assert series.nearest(0.4, 1) == (0.5, 2.0)
    assert series.nearest(0.4, 0) == (0.0, 1.0)
    assert Series().query(0, 1).end == 0
    assert Series().nearest(1) is None


@pytest.mark.parametrize("weight", [0.0, 0.1, 0.75, 0.99])
def test_smoothing_is_the_debiased_average_and_may_come_in_pieces(weight):
    random = np.random.default_rng(3)
    values = random.normal(size=700) + 5
    values[[10, 11, 400]] = np.nan
    expected, total, mass = [], 0.0, 0.0
    for value in values:
        real = not np.isnan(value)
        total, mass = total * weight + (value if real else 0), mass * weight + real
        expected.append(total / mass if real else np.nan)
    ema = Ema(weight)
    got = np.concatenate([ema.feed(values[:3]), ema.feed(values[3:4]), ema.feed([]), ema.feed(values[4:])])
    np.testing.assert_allclose(got, expected, rtol=1e-5)


# ---- on screen -------------------------------------------------------------------------------------


@pytest.fixture
def look(qapp):
    theme.apply(qapp, "dark")
    return qapp


def _area(qtbot, look, **values):
    area = Area(**values)
    qtbot.addWidget(area)
    area.set_styles(
        [
            Style("train", "Training", "training"),
            Style("val", "Validation", "validation", "validation", smooth=False, dots=True),
        ]
    )
    area.resize(500, 300)
    with qtbot.waitExposed(area):
        area.show()
    return area


def _fill(area, epochs=10, total=20):
    places = np.arange(1, epochs * 50 + 1) / 50
    area.append("train", places, places * 3, 2 * np.exp(-places / 3) + 0.1)
    whole = np.arange(1, epochs + 1)
    area.append("val", whole, whole * 3.0, 2 * np.exp(-whole / 3) + 0.2)
    area.put(total_epochs=total, best_key="val", best_epoch=8)
    area.redraw()


def test_pages_load_neither_numpy_nor_pyqtgraph_before_a_plot_is_shown():
    code = (
        "import sys, widgets.train_page, widgets.data_page, widgets.test_page, widgets.export_page\n"
        "from PySide6.QtWidgets import QApplication\n"
        "app = QApplication([])\n"
        "pages = [widgets.train_page.TrainPage(), widgets.data_page.DataPage(), widgets.test_page.TestPage(),"
        " widgets.export_page.ExportPage()]\n"
        "pages[0].append_steps([])\n"
        "assert not {'numpy', 'pyqtgraph', 'torch'} & set(sys.modules)\n"
    )
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr


def test_clock_draws_only_visible_plots_with_news_and_then_rests(qtbot, look):
    area = _area(qtbot, look)
    _fill(area)
    clock = Clock.shared()
    clock.tick()
    assert not clock.is_running()
    area.append("train", [10.1], [30.3], [0.2])
    assert clock.is_running()
    clock.tick()
    assert not clock.is_running()
    area.hide()
    area.append("train", [10.2], [30.6], [0.2])
    assert not clock.is_running()


def test_numbers_that_come_while_hidden_wait_and_are_not_lost(qtbot, look):
    area = Area()
    qtbot.addWidget(area)
    area.set_styles([Style("train", "Training", "training")])
    area.append("train", [1, 2], [1, 2], [3, 4])
    assert area.curve_length("train") == 0
    area.resize(300, 200)
    with qtbot.waitExposed(area):
        area.show()
    area.redraw()
    assert area.curve_length("train") == 2


def test_axes_reach_the_last_epoch_and_start_a_loss_at_zero(qtbot, look):
    area = _area(qtbot, look)
    _fill(area)
    frame = area.frame
    assert (frame.x_low, frame.x_high) == (0.0, 20.0)
    assert frame.y_low == 0.0
    assert frame.y_high >= 1.5
    area.put(kind="share")
    area.redraw()
    assert area.frame.y_high >= 1.0


def test_time_axis_foresees_the_end(qtbot, look):
    area = _area(qtbot, look)
    _fill(area)
    area.put(axis=TIME)
    area.redraw()
    assert area.frame.x_high == pytest.approx(60, rel=0.01)
    assert area._x_ticks(4)[1][1].endswith("s")


def test_log_axis_shows_equal_factors_equally(qtbot, look):
    area = _area(qtbot, look)
    area.append("val", [1, 2, 3], [1, 2, 3], [1.0, 0.1, 0.01])
    area.put(log=True, total_epochs=3)
    area.redraw()
    dots = [point.y() for point in area.drawn["val"].dots]
    assert dots[1] - dots[0] == pytest.approx(dots[2] - dots[1], abs=0.5)
    area.append("val", [4], [4], [0.0])  # has no logarithm: a gap, no crash
    area.redraw()
    assert len(area.drawn["val"].dots) == 3


def test_gap_parts_the_line(qtbot, look):
    area = _area(qtbot, look)
    area.append("val", [1, 2, 3, 4, 5], [1, 2, 3, 4, 5], [1, 1, float("nan"), 1, 1])
    area.redraw()
    path = area.drawn["val"].line
    moves = sum(path.elementAt(at).isMoveTo() for at in range(path.elementCount()))
    assert moves >= 2


def test_best_epoch_is_where_it_was_measured(qtbot, look):
    area = _area(qtbot, look)
    _fill(area)
    point, color = area._best()
    assert color == "validation"
    assert point.x() == pytest.approx(area.frame.x(8))


@given(
    places=st.lists(st.floats(0, 300), min_size=1, max_size=8),
)
def test_labels_never_overlap_keep_their_order_and_stay_inside(places):
    placed = spread(list(places), 16, 0, 300)
    order = sorted(range(len(places)), key=lambda at: places[at])
    for first, second in pairwise(order):
        assert placed[second] - placed[first] >= 16 - 1e-6
    assert min(placed) >= -1e-6
    assert max(placed) <= 300 + 1e-6


def test_curves_are_painted_in_their_color(qtbot, look):
    area = _area(qtbot, look)
    area.append("val", [1, 2, 3], [1, 2, 3], [0.5, 0.5, 0.5])
    area.put(total_epochs=3)
    area.redraw()
    dot = area.drawn["val"].dots[1].toPoint()
    assert area.grab().toImage().pixelColor(dot) == theme.color("validation")
    theme.apply(look, "light")
    area.redraw()
    assert area.grab().toImage().pixelColor(dot) == theme.color("validation")


@pytest.mark.parametrize(
    ("value", "step", "kind", "said"),
    [(0.5, 0.5, "number", "0.5"), (2.0, 0.5, "number", "2.0"), (0.0005, 0.0005, "number", "0.0005"),
     (0.4, 0.2, "share", "40\u00a0%"), (-1.0, 1.0, "number", "−1"), (20_000, 10_000, "number", "20\u2009000")],
)  # fmt: skip
def test_axis_numbers(value, step, kind, said):
    assert scales.write(value, step, kind) == said


def test_ticks_are_round():
    assert scales.ticks(0, 40, 4, whole=True) == [0, 10, 20, 30, 40]
    assert scales.ticks(0, 3, 5, whole=True) == [0, 1, 2, 3]
    assert scales.round_range(0, 0.001) == (0, pytest.approx(0.001))
    assert scales.time_ticks(500, 5)[1] == 120
    assert [round(10**place, 3) for place in scales.log_ticks(-1, 0)] == [0.1, 0.2, 0.5, 1.0]


# ---- heat, mix-ups, bars ---------------------------------------------------------------------------


def test_heat_map_is_bright_where_strong_and_finds_its_cells(qtbot, look):
    heat = HeatMap()
    qtbot.addWidget(heat)
    heat.resize(500, 200)
    heat.set_values(["weak", "strong"], [[1e-4, 1e-4, 1e-4], [1e-1, 1e-1, float("nan")]])
    image = heat._image
    assert image.pixelColor(0, 1) == color_at(1.0)
    assert image.pixelColor(0, 0) == color_at(0.0)
    assert image.pixelColor(2, 1) == theme.color("field")
    cells, _names, _values = heat._places()
    assert heat.cell_at(cells.center().toPoint()) == (1, 1)
    assert "strong 0.10" in heat.accessibleDescription()
    assert heat.grab().toImage().width() > 0


def _matrix(qtbot, look, count=3):
    matrix = Confusion()
    qtbot.addWidget(matrix)
    counts = [[9 if t == a else (t * 3 + a) % 4 for a in range(count)] for t in range(count)]
    matrix.set_values([f"class {at}" for at in range(count)], counts)
    matrix.resize(480, 480)
    with qtbot.waitExposed(matrix):
        matrix.show()
    return matrix, counts


def test_click_on_a_cell_chooses_it_and_again_lets_it_go(qtbot, look):
    matrix, _counts = _matrix(qtbot, look)
    told = []
    matrix.cell_chosen.connect(lambda truth, answer: told.append((truth, answer)))
    for truth in range(3):
        for answer in range(3):
            at = matrix.cell_rect(truth, answer).center()
            assert matrix.cell_at(at) == (truth, answer)
    qtbot.mouseClick(matrix, Qt.MouseButton.LeftButton, pos=matrix.cell_rect(2, 1).center().toPoint())
    qtbot.mouseClick(matrix, Qt.MouseButton.LeftButton, pos=matrix.cell_rect(2, 1).center().toPoint())
    assert told == [(2, 1), (-1, -1)]


def test_keys_walk_the_matrix(qtbot, look):
    matrix, counts = _matrix(qtbot, look)
    with qtbot.waitSignal(matrix.cell_chosen) as told:
        for key in (Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Space):
            qtbot.keyClick(matrix, key)
    assert told.args == [1, 2]
    assert matrix.accessibleDescription() == f"class 1 taken for class 2: {counts[1][2]} of {sum(counts[1])}"
    with qtbot.waitSignal(matrix.cell_chosen) as told:
        qtbot.keyClick(matrix, Qt.Key.Key_Escape)
    assert told.args == [-1, -1]


def test_found_is_the_share_of_the_row(qtbot, look):
    matrix, counts = _matrix(qtbot, look)
    assert matrix.found(1) == counts[1][1] / sum(counts[1])
    matrix.set_values(["a", "b"], [[0, 0], [1, 1]])
    assert np.isnan(matrix.found(0))
    assert not matrix.grab().isNull()


@pytest.mark.parametrize("count", [2, 30, 31, 200])
def test_matrix_paints_any_number_of_classes_blue_on_its_diagonal(qtbot, look, count):
    matrix, _counts = _matrix(qtbot, look, count)
    assert (matrix._heat is not None) == (count > 30)
    rect = matrix.cell_rect(0, 0)
    picture = matrix.grab().toImage()
    found = picture.pixelColor(int(rect.x() + rect.width() * 0.3), int(rect.y() + rect.height() * 0.3))
    assert found.blue() > found.red()
    assert matrix.cells().right() <= matrix.width()
    assert matrix.cells().bottom() <= matrix.height()


@pytest.mark.parametrize("limit", [-5, -12])
def test_histogram_keeps_limit_and_bars_inside_and_finds_bars(qtbot, look, limit):
    bars = Histogram(powers=True)
    qtbot.addWidget(bars)
    bars.resize(300, 150)
    bars.set_values((1, 5, 2), (-9, -8, -7, -6), limit, "limit")
    low, high = bars._range()
    assert low <= min(-9, limit)
    assert high >= max(-6, limit)
    middle = (-7.5 - low) / (high - low) * 300
    assert bars.bin_at(middle) == 1
    assert bars.bin_at(-5) is None
    assert not bars.grab().isNull()


def test_click_near_a_dot_of_the_scatter_chooses_it(qtbot, look):
    scatter = Scatter()
    qtbot.addWidget(scatter)
    scatter.resize(400, 400)
    scatter.set_values([0, 5, 10], [1, 5, 3], "price")
    with qtbot.waitSignal(scatter.item_chosen) as told:
        at = scatter.place(10, 3).toPoint() + QPoint(3, 0)
        qtbot.mouseClick(scatter, Qt.MouseButton.LeftButton, pos=at)
    assert told.args == [2]


def test_sparkline_rises_with_its_values(qtbot, look):
    line = Sparkline()
    qtbot.addWidget(line)
    line.resize(84, 24)
    line.set_values([0.0, 0.0])
    low = line.grab().toImage()
    line.set_values([1.0, 1.0])
    high = line.grab().toImage()
    assert low.pixelColor(40, 8) == theme.color("field")
    assert high.pixelColor(40, 14) != theme.color("field")


@pytest.mark.parametrize(
    ("reached", "total", "end"),
    [(1, 40, 40), (0, 5000, 50), (3, 5000, 50), (13, 5000, 100), (40, 5000, 200), (1249, 5000, 5000), (4, 60, 50)],
)
def test_a_long_run_shows_what_it_reached_and_not_a_sliver(reached, total, end):
    assert scales.epochs_in_view(reached, total) == end


@given(reached=st.floats(0, 20_000), total=st.integers(0, 10_000))
def test_the_axis_of_epochs_holds_what_was_reached_and_never_passes_the_end(reached, total):
    end = scales.epochs_in_view(reached, total)
    assert reached <= end <= max(total, reached)
    assert total <= 50 or reached * 15 >= end or end <= 50, "what was reached has its share of the width"


def test_curves_of_a_long_run_use_the_width_while_a_plan_is_shown_whole(qtbot):
    area = Area()
    area.resize(600, 300)
    area.set_styles([Style("train", "Training", "training", smooth=True)])
    qtbot.addWidget(area)
    area.show()
    area.put(total_epochs=5000)
    area.append("train", np.arange(40.0), np.arange(40.0) * 2, np.exp(-np.arange(40.0)))
    area.redraw()
    assert area.frame.x_high == 200
    area.put(axis=TIME)
    area.redraw()
    assert area.frame.x_high == pytest.approx(400)
    area.put(axis=0, future=("train", [39.0, 5000.0], [0.1, 0.0]))
    area.redraw()
    assert area.frame.x_high == 5000


def test_narrow_charts_leave_the_names_of_two_curves_to_the_legend(qtbot):
    """At their ends they say only the values, so that the curves keep the width."""
    shown = {}
    for wide in (320, 700):
        area = Area()
        area.resize(wide, 240)
        area.set_styles([Style("train", "Training", "training"), Style("val", "Validation", "validation")])
        qtbot.addWidget(area)
        area.show()
        area.append("train", [1.0, 2.0], [1, 2], [0.5, 0.000539])
        area.append("val", [1.0, 2.0], [1, 2], [0.5, 0.064])
        area.put(total_epochs=2)
        area.redraw()
        shown[wide] = area.frame.width / wide
        area.close()
    assert shown[320] > 0.65
    assert shown[700] > 0.65
