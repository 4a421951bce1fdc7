"""Which layer has which picture; and the layers that have none, each with the reason."""

from __future__ import annotations

from widgets.pictures.about import BLOCK, Picture
from widgets.pictures.attention import ATTENTION, TRANSFORMER, TRANSFORMER_PAIR
from widgets.pictures.cubes import GROWN, PATCHES, VOLUME
from widgets.pictures.curve import CURVE, CURVES
from widgets.pictures.dropping import DROPOUT, NOISE, PATH, SAMPLE, STOP
from widgets.pictures.flow import FLOW
from widgets.pictures.inside import INSIDE
from widgets.pictures.joining import CHOSEN, COMPARED, JOINED, PLACE, PRODUCT, REDUCED, RUNNING
from widgets.pictures.losses import COSTS, LOSS
from widgets.pictures.mixing import ANGLE, GATE, LINEAR, MEETINGS, MERGE, SOFTMAX
from widgets.pictures.moving import GRID, GRIDS, ROW, ROWS, SIZES
from widgets.pictures.norms import NORM, STEERED
from widgets.pictures.pooling import POOL, UNPOOL
from widgets.pictures.recurrent import RECURRENT
from widgets.pictures.scaling import PADDED, SCALED, SHUFFLED, UNFOLDED
from widgets.pictures.strip import STRIP, STRIP_TRANSPOSED
from widgets.pictures.tokens import CLASS_TOKEN, ONE_HOT, PATCHED, PLACES, TABLE, TURNING, WAVES
from widgets.pictures.window import WINDOW

_FAMILIES: tuple[tuple[Picture, str], ...] = (
    (WINDOW, "Conv2d DepthwiseConv2d MaxPool2d AvgPool2d LPPool2d"),
    (STRIP, "Conv1d DepthwiseConv1d MaxPool1d AvgPool1d LPPool1d"),
    (STRIP_TRANSPOSED, "ConvTranspose1d"),
    (VOLUME, "Conv3d MaxPool3d AvgPool3d LPPool3d"),
    (PATCHES, "ConvTranspose2d"),
    (GROWN, "ConvTranspose3d"),
    (FLOW, "SeparableConv2d SqueezeExcitation InvertedResidual GatedFeedForward MixtureOfExperts"),
    (POOL, "GlobalAvgPool1d GlobalAvgPool2d GlobalAvgPool3d GlobalMaxPool1d GlobalMaxPool2d"),
    (POOL, "AdaptiveAvgPool1d AdaptiveAvgPool2d AdaptiveAvgPool3d AdaptiveMaxPool1d AdaptiveMaxPool2d"),
    (POOL, "AdaptiveMaxPool3d FractionalMaxPool2d FractionalMaxPool3d"),
    (UNPOOL, "MaxUnpool1d MaxUnpool2d MaxUnpool3d"),
    (LINEAR, "Linear Bilinear"),
    (CURVE, " ".join(one for one in CURVES if one != "LayerScale")),
    (SOFTMAX, "Softmax LogSoftmax Softmin TemperatureSoftmax"),
    (GATE, "GLU"),
    (NORM, "BatchNorm LayerNorm GroupNorm InstanceNorm RMSNorm LocalResponseNorm"),
    (STEERED, "FiLM LayerScale"),
    (DROPOUT, "Dropout Dropout1d Dropout2d Dropout3d AlphaDropout FeatureAlphaDropout"),
    (PATH, "DropPath"),
    (NOISE, "GaussianNoise"),
    (SAMPLE, "NormalSample"),
    (STOP, "StopGradient"),
    (RECURRENT, "RNN LSTM GRU RNNCell LSTMCell GRUCell"),
    (ATTENTION, "MultiheadAttention ScaledDotProductAttention GroupedQueryAttention AlibiAttention"),
    (ATTENTION, "CausalMask PaddingMask"),
    (TRANSFORMER, "TransformerEncoderLayer TransformerEncoder TransformerDecoderLayer TransformerDecoder"),
    (TRANSFORMER_PAIR, "FullTransformer"),
    (TABLE, "Embedding EmbeddingBag"),
    (ONE_HOT, "OneHot"),
    (WAVES, "PositionalEncoding TimeStepEmbedding StepEncoding"),
    (PLACES, "LearnedPositions"),
    (TURNING, "RotaryPositions"),
    (PATCHED, "PatchEmbedding"),
    (CLASS_TOKEN, "ClassToken"),
    (MERGE, " ".join(MEETINGS)),
    (JOINED, "Concatenate Stack"),
    (PRODUCT, "MatMul"),
    (ANGLE, "CosineSimilarity PairwiseDistance"),
    (COMPARED, "Compare"),
    (CHOSEN, "Where"),
    (ROW, " ".join(ROWS)),
    (GRID, " ".join(GRIDS)),
    (SIZES, "Reshape Permute Unflatten Unsqueeze Squeeze"),
    (REDUCED, "Reduce MeanOverSteps MaxOverSteps MaskedMean"),
    (RUNNING, "CumulativeSum"),
    (PLACE, "ArgMax"),
    (SCALED, "Upsample Interpolate1d Interpolate2d Interpolate3d"),
    (SHUFFLED, "PixelShuffle PixelUnshuffle"),
    (PADDED, "Pad1d Pad2d Pad3d"),
    (UNFOLDED, "Unfold Fold"),
    (LOSS, " ".join(COSTS)),
)
PICTURES: dict[str, Picture] = {name: picture for picture, names in _FAMILIES for name in names.split()}
"""Layer to picture."""

_DATA = "Its card on the canvas shows the data itself."
_FORMULA = "What it does is what is written in its settings."
WITHOUT: dict[str, str] = {
    **dict.fromkeys(("ImageInput", "TableInput", "CategoryInput", "SeriesInput", "TokenInput", "SignalInput"), _DATA),
    "NoiseInput": "It is a row of random numbers; there is nothing to explain beyond its size.",
    "TimeStepInput": "It is one whole number for each item.",
    "Output": "It only gives a name to what leaves.",
    "Constant": "It is the number in its settings.",
    "LearnedParameter": "It is a row of learned numbers; there is nothing to explain beyond its size.",
    "CountUp": "It is 0, 1, 2 and so on.",
    "Einsum": _FORMULA,
    "Formula": _FORMULA,
    "CTC": "It sums over all ways to lay a text along the steps; no curve over one number shows that.",
}
"""Layers of the palette without a picture, each with the reason."""


def picture_of(layer: str) -> Picture | None:
    """The picture of a layer, None where it has none; blocks share one, which is made of what is inside."""
    if layer == BLOCK:
        return INSIDE
    return PICTURES.get(layer)
