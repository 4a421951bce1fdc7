"""Every function, modern part, block, recipe and template that the product promises is there, can be found, and is
explained: searched in the palette as people would type it."""

from __future__ import annotations

import pytest

from engine.layer import layers
from engine.library import shipped
from engine.recipes import recipes
from engine.templates import templates

FUNCTIONS = {
    "add": "Add", "subtract": "Subtract", "multiply": "Multiply", "divide": "Divide", "matmul": "MatMul",
    "einsum": "Einsum", "concatenate": "Concatenate", "stack": "Stack", "split": "Split", "chunk": "Split",
    "slice": "Slice", "select": "Select", "gather": "Gather", "reshape": "Reshape", "permute": "Permute",
    "squeeze": "Squeeze", "unsqueeze": "Unsqueeze", "expand": "Expand", "repeat": "Repeat", "pad": "Pad2d",
    "reduce": "Reduce", "mean": "Reduce", "sum": "Reduce", "max": "Reduce", "min": "Reduce", "norm": "Reduce",
    "variance": "Reduce", "logsumexp": "Reduce", "argmax": "ArgMax", "power": "Power", "clamp": "Clamp",
    "where": "Where", "compare": "Compare", "cumsum": "CumulativeSum", "one-hot": "OneHot",
    "interpolate": "Interpolate2d", "roll": "Roll", "constant": "Constant", "learned parameter": "LearnedParameter",
    "arange": "CountUp", "causal mask": "CausalMask", "padding mask": "PaddingMask", "noise": "GaussianNoise",
    "reparameterization": "NormalSample", "stop gradient": "StopGradient", "scale": "Scale",
    "temperature": "TemperatureSoftmax", "formula": "Formula",
}  # fmt: skip
MODERN = {
    "scaled dot-product": "ScaledDotProductAttention", "multi-head": "MultiheadAttention",
    "grouped-query": "GroupedQueryAttention", "rotary": "RotaryPositions", "alibi": "AlibiAttention",
    "sinusoidal": "PositionalEncoding", "learned positions": "LearnedPositions", "rmsnorm": "RMSNorm",
    "swiglu": "GatedFeedForward", "geglu": "GatedFeedForward", "patch embedding": "PatchEmbedding",
    "class token": "ClassToken", "squeeze-and-excitation": "SqueezeExcitation", "depthwise": "DepthwiseConv2d",
    "separable": "SeparableConv2d", "inverted residual": "InvertedResidual", "drop path": "DropPath",
    "stochastic depth": "DropPath", "layer scale": "LayerScale", "film": "FiLM",
    "time-step embedding": "TimeStepEmbedding", "weight norm": "Conv2d", "spectral norm": "Linear",
    "mixture of experts": "MixtureOfExperts", "moe": "MixtureOfExperts", "lora": "Conv2d", "kaiming": "Linear",
    "xavier": "Conv2d", "orthogonal": "LSTM", "truncated": "Embedding",
}  # fmt: skip
BLOCKS = (
    "Residual block", "Bottleneck block", "Dense block layer", "Inception block", "Inverted residual", "ConvNeXt block",
    "Encoder block", "Encoder block, norm first", "Decoder block", "Decoder block, norm first", "GPT block",
    "ViT block", "U-Net down", "U-Net up", "DCGAN up", "DCGAN down", "TCN block", "WaveNet block", "Mixer block",
)  # fmt: skip
TEMPLATES = (
    "perceptron", "mlp-iris", "logistic-regression", "linear-regression", "lenet-5", "alexnet", "vgg-16", "googlenet",
    "resnet-18", "resnet-50", "densenet-121", "mobilenet-v2", "efficientnet-b0", "convnext-t", "unet-shapes",
    "fcn-shapes", "rnn-waves", "lstm-digits", "gru-waves", "bilstm-tagger", "tcn-waves", "seq2seq-attention",
    "transformer-base", "bert-base", "gpt-2-small", "nano-gpt", "vit-b-16", "tiny-vit", "mlp-mixer", "autoencoder",
    "vae", "dcgan", "wgan-gp", "ddpm", "siamese", "multi-input", "multi-output", "wide-and-deep", "two-tower",
    "dqn-cartpole", "ppo-cartpole",
)  # fmt: skip
SETTINGS = {
    "Autoencoder": {"noise", "hide", "beta", "beta_epochs"},
    "LanguageModel": {"temperature", "top_k", "top_p", "prompt"},
    "SequenceToSequence": {"beams"},
    "MaskedTokens": {"share"},
    "Gan": {"objective", "gradient_penalty", "critic_steps"},
    "Diffusion": {"predicts", "noise", "average", "sampler", "guidance", "label_dropout"},
    "Contrastive": {"alike", "temperature", "margin"},
    "Distillation": {"teacher_run", "temperature", "mix"},
    "Supervised": {"start_from", "augmentations"},
    "Dqn": {"memory", "target_moves"},
    "Ppo": {"horizon", "trust"},
}


@pytest.mark.parametrize(("typed", "name"), [*FUNCTIONS.items(), *MODERN.items()])
def test_it_is_found_as_people_type_it_and_explained(typed: str, name: str) -> None:
    cls = layers[name]
    assert cls in layers.search(typed) and cls.in_palette
    assert cls.help().endswith(".") and all(one.help for one in cls.params().values())


@pytest.mark.parametrize("name", BLOCKS)
def test_the_block_is_in_the_library_and_explained(name: str) -> None:
    block = shipped()[name]
    assert block.help and block.inputs and block.outputs and all(one.help for one in block.params)


@pytest.mark.parametrize("name", TEMPLATES)
def test_the_template_is_in_the_gallery(name: str) -> None:
    assert name in {one.name for one in templates()}


@pytest.mark.parametrize(("name", "wanted"), SETTINGS.items())
def test_the_recipe_has_its_settings_and_explains_them(name: str, wanted: set[str]) -> None:
    params = recipes[name].params()
    assert wanted <= set(params) and all(one.help for one in params.values()) and recipes[name].help()
