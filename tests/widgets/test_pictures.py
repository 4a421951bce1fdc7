"""Pictures of layers: each layer has one or a reason; it follows its settings and stays inside its area."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from engine.edits import add, set_param
from engine.graph import Graph
from engine.infer import infer
from engine.layer import layers
from engine.wiring import connect
from widgets import theme
from widgets.pictures.about import About, about_block, about_layer, about_node
from widgets.pictures.attention import allowed
from widgets.pictures.dropping import dropped
from widgets.pictures.ink import Ink
from widgets.pictures.inside import INSIDE
from widgets.pictures.layer_picture import LayerPicture
from widgets.pictures.moving import ROWS
from widgets.pictures.norms import together
from widgets.pictures.registry import PICTURES, WITHOUT
from widgets.pictures.scaling import level_at, source_of

WIDE, HIGH = 276, 96
EDGE = 24


def painted(about: About, wide: int = WIDE, high: int = HIGH) -> QImage:
    """The picture in the middle of an image with room around it."""
    image = QImage(wide + 2 * EDGE, high + 2 * EDGE, QImage.Format.Format_ARGB32)
    image.fill(QColor(0, 0, 0, 0))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    PICTURES[about.layer].paint(Ink(painter, QRectF(EDGE, EDGE, wide, high), about.section), about)
    painter.end()
    return image


def ink_in(image: QImage, left: int, top: int, right: int, bottom: int) -> int:
    """How many points of a part are painted."""
    return sum(image.pixelColor(x, y).alpha() > 40 for x in range(left, right) for y in range(top, bottom))


def test_every_layer_has_a_picture_or_a_reason() -> None:
    """A new layer without either breaks here; so does a picture of a layer that is gone."""
    shown = {cls.__name__ for cls in layers if cls.in_palette}
    assert shown == set(PICTURES) | set(WITHOUT)
    assert not set(PICTURES) & set(WITHOUT)
    assert all(reason.endswith(".") and len(reason) > 15 for reason in WITHOUT.values())


@pytest.fixture
def dressed(qapp):
    """The whole application changes its look once for all pictures: that is what takes its time."""

    def dress(*look) -> None:
        theme.apply(qapp, *look)

    yield dress
    theme.apply(qapp, "dark")


@pytest.mark.parametrize("look", ["dark", "light"])
def test_they_paint_inside_their_area_in_both_themes(dressed, look) -> None:
    dressed(look)
    for name in sorted(PICTURES):
        about = about_layer(name)
        image = painted(about)
        whole, high = image.width(), image.height()
        assert ink_in(image, EDGE, EDGE, whole - EDGE, high - EDGE) > 150, name
        outside = ink_in(image, 0, 0, whole, EDGE - 5) + ink_in(image, 0, high - EDGE + 5, whole, high)
        outside += ink_in(image, 0, 0, EDGE - 5, high) + ink_in(image, whole - EDGE + 5, 0, whole, high)
        assert outside == 0, name
        assert PICTURES[name].words(about).strip(), name


@pytest.mark.parametrize(("scale", "wide"), [(0.9, 230), (1.5, 420), (1.75, 460)])
def test_they_stay_inside_at_every_size(dressed, scale, wide) -> None:
    dressed("light", scale)
    for name in sorted(PICTURES):
        image = painted(about_layer(name), wide, round(96 * scale))
        whole, high = image.width(), image.height()
        outside = ink_in(image, 0, 0, EDGE - 8, high) + ink_in(image, whole - EDGE + 8, 0, whole, high)
        outside += ink_in(image, 0, 0, whole, EDGE - 8) + ink_in(image, 0, high - EDGE + 8, whole, high)
        assert outside == 0, name


SAMPLES = [
    (cls.__name__, values)
    for cls in layers
    if cls.__name__ in PICTURES
    for values in [
        *cls.samples,
        *({one.name: one.min} for one in cls.params().values() if one.kind in ("int", "float") and one.min is not None),
        *({one.name: one.max} for one in cls.params().values() if one.kind in ("int", "float") and one.max is not None),
        *({one.name: key} for one in cls.params().values() for key, _ in one.choices or ()),
    ]
]


def test_no_setting_breaks_a_picture(qapp) -> None:
    """The settings that the contract tests try, the ends of every range, and every choice."""
    assert len(SAMPLES) > 200
    for name, values in SAMPLES:
        about = about_layer(name, **{key: tuple(one) if isinstance(one, list) else one for key, one in values.items()})
        try:
            painted(about)
            PICTURES[name].words(about)
        except Exception as error:
            raise AssertionError(f"{name} with {values}") from error


FOLLOWS = [
    ("Conv2d", {"kernel": (5, 5)}),
    ("Conv2d", {"dilation": (2, 2)}),
    ("Conv1d", {"kernel": (5,)}),
    ("Conv1d", {"stride": (3,)}),
    ("Conv1d", {"dilation": (2,)}),
    ("Conv3d", {"kernel": (1, 1, 1)}),
    ("ConvTranspose2d", {"kernel": (3, 3)}),
    ("ConvTranspose1d", {"stride": (3,)}),
    ("MaxPool2d", {"stride": (1, 1)}),
    ("Linear", {"features": 2}),
    ("LeakyReLU", {"negative_slope": 0.5}),
    ("ELU", {"alpha": 2.0}),
    ("Function", {"function": "sine"}),
    ("TemperatureSoftmax", {"temperature": 5.0}),
    ("Dropout", {"rate": 0.1}),
    ("Dropout2d", {"rate": 0.25}),
    ("DropPath", {"rate": 0.5}),
    ("GaussianNoise", {"strength": 1.0}),
    ("GroupNorm", {"groups": 2}),
    ("LayerNorm", {"over": "all"}),
    ("LSTM", {"layers": 2}),
    ("GRU", {"both_directions": True}),
    ("MultiheadAttention", {"causal": True}),
    ("MultiheadAttention", {"heads": 1}),
    ("CausalMask", {"window": 2}),
    ("TransformerEncoder", {"layers": 6}),
    ("Embedding", {"features": 7}),
    ("EmbeddingBag", {"mode": "max"}),
    ("PatchEmbedding", {"patch": 2}),
    ("Concatenate", {"axis": "last"}),
    ("MatMul", {"transpose": True}),
    ("Slice", {"start": 3}),
    ("Split", {"parts": 4}),
    ("Roll", {"by": 3}),
    ("Repeat", {"each": True}),
    ("Reduce", {"by": "largest"}),
    ("Compare", {"operator": "less"}),
    ("Upsample", {"factor": 3}),
    ("Upsample", {"mode": "smooth"}),
    ("PixelShuffle", {"factor": 3}),
    ("Pad2d", {"mode": "reflect"}),
    ("Pad2d", {"left": 3}),
    ("Unfold", {"kernel": (3, 3)}),
    ("AdaptiveAvgPool2d", {"size": (2, 2)}),
    ("CrossEntropy", {"label_smoothing": 0.3}),
    ("Huber", {"delta": 0.3}),
    ("SmoothL1", {"beta": 2.5}),
    ("BinaryCrossEntropy", {"positive_weight": 4.0}),
    ("TripletMargin", {"margin": 2.0}),
    ("InvertedResidual", {"stride": (2, 2)}),
    ("MixtureOfExperts", {"experts": 9}),
]


@pytest.mark.parametrize(("name", "values"), FOLLOWS)
def test_it_follows_its_settings(qapp, name, values) -> None:
    theme.apply(qapp, "dark")
    assert painted(about_layer(name)) != painted(about_layer(name, **values))


def test_which_numbers_a_norm_measures_together() -> None:
    def met(name: str, **values) -> set[tuple[int, int, int]]:
        about = about_layer(name, **values)
        spots = [(item, channel, place) for item in range(3) for channel in range(6) for place in range(3)]
        return {spot for spot in spots if together(about, *spot)}

    assert met("BatchNorm") == {(item, 0, place) for item in range(3) for place in range(3)}
    assert met("InstanceNorm") == {(0, 0, place) for place in range(3)}
    assert met("GroupNorm", groups=2) == {(0, channel, place) for channel in range(3) for place in range(3)}
    assert met("LayerNorm") == met("RMSNorm") == {(0, channel, 0) for channel in range(6)}
    assert met("LayerNorm", over="all") == {(0, channel, place) for channel in range(6) for place in range(3)}


def test_who_looks_at_whom() -> None:
    causal, full = about_layer("MultiheadAttention", causal=True), about_layer("MultiheadAttention")
    near = about_layer("CausalMask", window=2)
    for query in range(7):
        for key in range(7):
            assert allowed(causal, query, key) == (key <= query)
            assert allowed(full, query, key)
            assert allowed(near, query, key) == (query - 1 <= key <= query)


def test_dropout_takes_the_share_it_says() -> None:
    assert [len(dropped(rate)) for rate in (0, 0.25, 0.5, 1)] == [0, 10, 20, 40]


@pytest.mark.parametrize("mode", ["replicate", "reflect", "circular"])
def test_borders_are_made_as_numpy_makes_them(mode) -> None:
    import numpy

    names = {"replicate": "edge", "reflect": "reflect", "circular": "wrap"}
    expected = numpy.pad(numpy.arange(4), 3, mode=names[mode]).tolist()
    assert [source_of(place, 4, mode) for place in range(-3, 7)] == expected


def test_smooth_upsampling_passes_through_the_cells() -> None:
    assert level_at(1.5, 1.5, True) == pytest.approx(0.3)
    assert level_at(1.5, 2.0, True) == pytest.approx((0.3 + 0.95) / 2)
    assert level_at(1.9, 1.9, False) == 0.3


def test_rows_go_where_python_puts_them() -> None:
    row = list(range(8))
    assert ROWS["Slice"](about_layer("Slice", start=1, stop=7, every=2)) == [row[1:7:2]]
    assert ROWS["Flip"](about_layer("Flip")) == [row[::-1]]
    assert ROWS["Roll"](about_layer("Roll", by=2)) == [[6, 7, 0, 1, 2, 3, 4, 5]]
    assert ROWS["ChannelShuffle"](about_layer("ChannelShuffle", groups=2)) == [[0, 4, 1, 5, 2, 6, 3, 7]]
    assert ROWS["Repeat"](about_layer("Repeat", times=2, each=True)) == [[0, 0, 1, 1, 2, 2, 3, 3]]


def test_a_node_is_seen_with_its_shapes() -> None:
    graph, noise = add(Graph(), "NoiseInput", 0, 0, {"size": 12})
    graph, linear = add(graph, "Linear", 0, 100, {"features": 5})
    graph = connect(graph, noise, linear)
    walk = infer(graph, {})
    about = about_node(graph.nodes[linear], layers["Linear"], walk[linear])
    assert about is not None and (about.entering(), about.leaving()) == ((12,), (5,))
    assert PICTURES["Linear"].words(about) == "12 numbers in, 5 out, each joined to all"
    broken = set_param(graph, linear, "features", 5)
    assert about_node(broken.nodes[linear], None, walk[linear]) is None


def test_the_widget_hides_where_there_is_no_picture(qapp, qtbot) -> None:
    shown = LayerPicture()
    qtbot.addWidget(shown)
    shown.show_layer(about_layer("ReLU"))
    assert shown.isVisibleTo(None) and "2 becomes 2" in shown.accessibleName()
    shown.show_layer(about_layer("Output"))
    assert not shown.isVisible()
    shown.show_layer(None)
    assert not shown.isVisible()


def block_of(name: str):
    """A block of the library, as a picture sees it."""
    from engine.templates import new_from_template

    project = new_from_template(name)
    block = next(iter(project.blocks.values()))
    return block, about_block(block, project.blocks)


@pytest.mark.parametrize("template", ["resnet-digits", "nano-gpt"])
@pytest.mark.parametrize("look", ["dark", "light"])
def test_a_block_shows_what_is_inside(qapp, qtbot, template, look) -> None:
    """As high as its cards need, inside its area, and in words for a screen reader."""
    theme.apply(qapp, look)
    block, about = block_of(template)
    shown = LayerPicture()
    qtbot.addWidget(shown)
    shown.show_layer(about)
    usual = LayerPicture()
    qtbot.addWidget(usual)
    usual.show_layer(about_layer("Linear"))
    assert not shown.isHidden() and shown.sizeHint().height() > usual.sizeHint().height()
    assert shown.accessibleName().startswith(f"Inside {block.name}: ")
    image = QImage(WIDE + 2 * EDGE, shown.sizeHint().height() + 2 * EDGE, QImage.Format.Format_ARGB32)
    image.fill(QColor(0, 0, 0, 0))
    painter = QPainter(image)
    area = QRectF(EDGE, EDGE, WIDE, shown.sizeHint().height())
    INSIDE.paint(Ink(painter, area, about.section), about)
    painter.end()
    assert ink_in(image, EDGE, EDGE, WIDE + EDGE, image.height() - EDGE) > 2000
    assert not ink_in(image, 0, 0, image.width(), EDGE - 2)
    assert not ink_in(image, 0, image.height() - EDGE + 2, image.width(), image.height())
    assert not ink_in(image, 0, 0, EDGE - 2, image.height())
    theme.apply(qapp, "dark")


def test_a_block_follows_what_is_inside(qapp) -> None:
    from dataclasses import replace

    theme.apply(qapp, "dark")
    block, about = block_of("resnet-digits")
    longer, _ = add(block.graph, "Dropout")
    other = about_block(replace(block, graph=longer), about.values["blocks"])
    assert "Dropout" in INSIDE.words(other) and "Dropout" not in INSIDE.words(about)
    assert INSIDE.words(about_block(replace(block, graph=Graph()), {})).startswith("Nothing is inside")
