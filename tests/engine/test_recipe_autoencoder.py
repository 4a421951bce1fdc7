"""Autoencoders: they reconstruct, take noise away, and draw new pictures from random points."""

from __future__ import annotations

import io

import pytest
import torch

from engine import edits, wiring
from engine.decoder import decoder_of
from engine.errors import UserError
from engine.graph import Graph
from engine.project import Project
from engine.run.evaluate import evaluate
from engine.run.model import build, load
from engine.run.recipes.autoencoder import drawn
from engine.run.work import train
from tests.engine.recipe_help import chain, project, resumes_exactly, told

PLAIN = (
    "ImageInput", "Flatten", ("Linear", {"features": 64}), "ReLU", ("Linear", {"features": 8}),
    ("Linear", {"features": 64}), ("ReLU", {}), ("Linear", {"features": 64}), ("Reshape", {"size": (1, 8, 8)}),
    ("BinaryCrossEntropy", {"target": "image"}),
)  # fmt: skip


def vae() -> Graph:
    """Two heads, a random sample, a decoder and both objectives."""
    graph = chain("ImageInput", "Flatten", ("Linear", {"features": 64}), "ReLU")
    last = graph.order[-1]
    graph, mean = edits.add(graph, "Linear", params={"features": 4})
    graph, spread = edits.add(graph, "Linear", params={"features": 4})
    graph = wiring.connect(wiring.connect(graph, last, mean), last, spread)
    graph, sample = edits.add(graph, "NormalSample")
    graph = wiring.connect(graph, mean, sample, "mean")
    graph = wiring.connect(graph, spread, sample, "log_variance")
    graph, kl = edits.add(graph, "NormalKL", params={"weight": 1 / 64})
    graph = wiring.connect(graph, mean, kl, "prediction")
    graph = wiring.connect(graph, spread, kl, "target")
    last = sample
    for name, settings in PLAIN[5:]:
        graph, node = edits.add(graph, name, params=settings)
        graph, last = wiring.connect(graph, last, node), node
    return graph


def reading(graph: Graph, **recipe) -> Project:
    fast = {"epochs": 8, "batch_size": 64, "optimizer": {"type": "Adam", "lr": 0.005}}
    return project(graph, "DigitsData", {"type": "Autoencoder", **fast, **recipe})


def size_of(blob: bytes) -> tuple[int, int]:
    from PIL import Image

    return Image.open(io.BytesIO(blob)).size


def test_it_reconstructs_digits_and_shows_them(tmp_path):
    run = train(reading(chain(*PLAIN)), tmp_path)
    losses = told(run, "validation", "loss")
    assert losses[-1] < 0.75 * losses[0] and len(losses) == 8
    samples = run.samples()
    assert {(one.kind, one.name) for one in samples} == {("images", "Reconstruction")}
    assert [one.epoch for one in samples] == list(range(1, 9))
    wide, high = size_of(samples[-1].blob)
    assert wide > 8 * 8 and high > 4 * 8
    [output] = evaluate(run)["outputs"]
    assert output["kind"] == "pictures" and 0 < output["metrics"]["rmse"] < 0.3
    own = evaluate(run)["recipe"]
    assert own["values"]["loss"] == pytest.approx(losses[-1], rel=0.2) and own["samples"][0]["png"]


def test_noise_is_only_put_on_what_is_read(tmp_path):
    clean, noisy = (train(reading(chain(*PLAIN), epochs=4, noise=noise, hide=hide), tmp_path)
                    for noise, hide in ((0.0, 0.0), (1.0, 0.3)))  # fmt: skip
    assert told(noisy, "train", "loss")[-1] > told(clean, "train", "loss")[-1]
    assert told(noisy, "validation", "loss")[-1] < told(noisy, "validation", "loss")[0]
    wired = chain(*PLAIN[:-1], "MSE")
    wired = wiring.connect(wired, "image_input_1", "mean_squared_error_1", "target")
    assert told(train(reading(wired, epochs=1), tmp_path), "train", "loss")
    with pytest.raises(UserError, match="choose the field as its target"):
        train(reading(wired, noise=0.5), tmp_path)


def test_a_variational_one_draws_from_random_points_with_its_own_weights(tmp_path):
    run = train(reading(vae(), epochs=15), tmp_path)
    assert told(run, "validation", "loss")[-1] < told(run, "validation", "loss")[0]
    assert {one.name for one in run.samples()} == {"Reconstruction", "Random points"}
    built = load(run)
    half = decoder_of(built.project)
    assert half is not None
    decoder = build(half, built.statistics)
    torch.manual_seed(0)
    [made] = drawn(decoder, built, 64)
    assert made.shape == (64, 1, 8, 8) and float(made.min()) >= 0 and float(made.max()) <= 1
    # the decoder is the half of the network: the same point gives the same picture
    captured = {}
    built.network.random_sample_1.register_forward_hook(lambda m, given, out: captured.update(z=out))
    inputs = built.prepared((torch.rand(5, 1, 8, 8) * 255,))
    outputs = dict(zip([one.node for one in built.source.outputs], built.outputs(inputs), strict=False))
    again = decoder.outputs((captured["z"],))[0]
    assert torch.allclose(outputs["binary_cross_entropy_1"], again, atol=1e-6)


def test_the_weight_of_the_normal_distribution_rises(tmp_path):
    runs = [train(reading(vae(), epochs=2, beta=beta, beta_epochs=2), tmp_path) for beta in (0.0, 20.0)]
    kl = "kl_to_a_normal_distribution_1.loss"
    assert told(runs[1], "validation", kl)[-1] < told(runs[0], "validation", kl)[-1]
    # loss = BCE + share * KL on the full weight, whatever epoch it is
    bce, weighed = (told(runs[1], "validation", name)[0] for name in ("binary_cross_entropy_1.loss", kl))
    assert told(runs[1], "validation", "loss")[0] == pytest.approx(bce + 20 / 64 * weighed, rel=1e-4)
    assert told(runs[1], "train", "loss")[0] < told(runs[1], "train", "binary_cross_entropy_1.loss")[0] + (
        20 / 64 * told(runs[1], "train", kl)[0]
    )


def test_there_is_no_decoder_where_the_data_goes_around_the_sample():
    graph = vae()
    assert decoder_of(project(graph, "DigitsData", {"type": "Autoencoder"})) is not None
    around = edits.add(graph, "Add")[0]
    edge = next(edge for edge in around.edges if edge.target == "linear_4")
    around = wiring.connect(
        wiring.connect(wiring.disconnect(around, [edge]), "linear_1", "add_1"), edge.source, "add_1"
    )
    around = wiring.connect(around, "add_1", "linear_4")
    assert decoder_of(project(around, "DigitsData", {"type": "Autoencoder"})) is None
    assert decoder_of(project(chain(*PLAIN), "DigitsData", {"type": "Autoencoder"})) is None


def test_a_broken_off_run_goes_on_exactly(tmp_path, monkeypatch):
    one = reading(vae(), epochs=3, noise=0.1, beta_epochs=2.0, augmentations=[{"type": "Shift"}])
    resumes_exactly(one, tmp_path, monkeypatch, 30)
