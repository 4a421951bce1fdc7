"""Augmentation and starting from another run: what changes is what was said, and runs go on exactly."""

from __future__ import annotations

import pytest
import torch

from engine.data.augmentations import Cutmix, Cutout, Flip, Lighting, Mixup, Noise, Rotate, Shift, Zoom, augmentations
from engine.data.statistics import Statistics
from engine.errors import UserError
from engine.graph import Graph
from engine.project import Project
from engine.run import augment
from engine.run.augment import Augmentation, Mix, box, mixed
from engine.run.model import build, load
from engine.run.work import train
from tests.engine.recipe_help import chain, project, resumes_exactly, told

ADAM = {"type": "Adam", "lr": 0.01}
ALL = [{"type": name} for name in augmentations.names()]


def net(classes: int = 10, width: int = 32) -> Graph:
    return chain("ImageInput", "Flatten", ("Linear", {"features": width}), ("BatchNorm", {}), "ReLU",
                 ("Linear", {"features": classes}), "CrossEntropy")  # fmt: skip


def digits(graph: Graph | None = None, **recipe) -> Project:
    fast = {"epochs": 3, "batch_size": 64, "optimizer": ADAM}
    return project(graph or net(), "DigitsData", {"type": "Supervised", **fast, **recipe})


def pictures(count: int = 64, high: int = 12, wide: int = 12) -> torch.Tensor:
    torch.manual_seed(0)
    return torch.rand(count, 3, high, wide)


# ---- augmentation ----------------------------------------------------------------------------------------------


def test_flips_mirror_about_every_other_picture():
    given = pictures(400, 4, 6)
    [found] = augment.flip(Flip(), [given])
    turned = (found == given.flip(-1)).flatten(1).all(1)
    assert (turned | (found == given).flatten(1).all(1)).all() and 150 < int(turned.sum()) < 250
    [found] = augment.flip(Flip(horizontal=False, vertical=True), [given])
    assert (found == given.flip(-2)).flatten(1).all(1).any()


@pytest.mark.parametrize("high", [12, 20])
def test_pictures_are_moved_turned_and_zoomed_by_what_was_drawn(monkeypatch, high):
    given = pictures(2, high, 12)
    monkeypatch.setattr(augment, "spread", lambda count, most, like: torch.full((count,), float(most)))
    [found] = augment.shift(Shift(share=0.25), [given])
    assert torch.allclose(found[..., : -high // 4, :-3], given[..., high // 4 :, 3:], atol=1e-5)
    [found] = augment.rotate(Rotate(degrees=180), [given])
    assert torch.allclose(found, given.flip(-1).flip(-2), atol=1e-4)
    if high == 12:
        [found] = augment.rotate(Rotate(degrees=90), [given])
        turned = [torch.rot90(given, times, (2, 3)) for times in (1, 3)]
        assert any(torch.allclose(found, one, atol=1e-4) for one in turned)
    [found] = augment.zoom(Zoom(share=0.5), [torch.ones(2, 1, high, 12)])
    assert torch.allclose(found, torch.ones_like(found))


def test_a_turned_picture_keeps_its_proportions(monkeypatch):
    """A horizontal line in a wide picture, turned by 90°, is a vertical one of the same length in pixels."""
    monkeypatch.setattr(augment, "spread", lambda count, most, like: torch.full((count,), float(most)))
    line = torch.zeros(1, 1, 20, 40)
    line[..., 9:11, 16:24] = 1
    [found] = augment.rotate(Rotate(degrees=90), [line])
    rows, columns = (found[0, 0] > 0.5).nonzero().unbind(1)
    assert int(rows.max() - rows.min()) + 1 == 8 and int(columns.max() - columns.min()) + 1 == 2


def test_cutout_noise_and_lighting_change_what_they_say():
    given = pictures(64)
    [found] = augment.cutout(Cutout(share=0.5), [given])
    changed = (found != given).any(1).flatten(1).sum(1)
    assert (changed == 36).all()  # 6 × 6 of 12 × 12
    [found] = augment.noise(Noise(strength=0.5), [given])
    assert float((found - given).std()) == pytest.approx(0.5, rel=0.03)
    [found] = augment.lighting(Lighting(brightness=0.3, contrast=0.0), [given])
    off = (found - given).flatten(1)
    assert float(off.std(1).max()) < 1e-5 and 0.2 < float(off.abs().max()) <= 0.3
    [found] = augment.lighting(Lighting(brightness=0.0, contrast=0.5), [given])
    assert torch.allclose(found.mean((1, 2, 3)), given.mean((1, 2, 3)), atol=1e-5)


@pytest.mark.parametrize("step", [Mixup(alpha=1.0), Cutmix()])
def test_a_mixture_says_how_much_of_each_it_holds(step):
    given = torch.eye(16)[:, :, None, None].expand(16, 16, 10, 10).contiguous()  # picture i is 1 in channel i only
    torch.manual_seed(4)
    both = [given]
    mix = mixed(step, both)
    shares = both[0].mean((2, 3))
    for place in range(16):
        other = int(mix.other[place])
        wanted = torch.zeros(16)
        wanted[place] += mix.share
        wanted[other] += 1 - mix.share
        assert torch.allclose(shares[place], wanted, atol=1e-5)
    losses = mix.blend({"a": torch.tensor(1.0)}, {"a": torch.tensor(3.0)})
    assert float(losses["a"]) == pytest.approx(mix.share + 3 * (1 - mix.share))
    assert Mix(0.5, torch.tensor([1, 0])).others({"t": torch.tensor([7, 8])})["t"].tolist() == [8, 7]
    assert box(0.2, given, 3).sum((1, 2, 3)).tolist() == [4, 4, 4]


def test_masks_move_with_their_pictures_and_keep_their_colors(tmp_path):
    cards = ("ImageInput", ("Conv2d", {"filters": 1, "kernel": 1}), ("BinaryCrossEntropy", {"target": "image"}))
    one = digits(chain(*cards))
    built = build(one, Statistics({"image": {"mean": [0.0], "std": [1.0]}}))
    steps = Augmentation([Flip(), Shift(), Rotate(), Zoom(), Noise(), Lighting(), Cutout()], built)
    given = torch.rand(8, 1, 8, 8)
    torch.manual_seed(1)
    (changed,), targets, mix = steps.apply((given,), {"image": given})
    assert mix is None and not torch.equal(changed, targets["image"]) and not torch.equal(targets["image"], given)
    steps.steps = steps.steps[:4]
    (changed,), targets, _ = steps.apply((given,), {"image": given})
    assert torch.equal(changed, targets["image"])
    with pytest.raises(UserError, match="Mixup and Cutmix do not fit"):
        train(digits(chain(*cards), augmentations=["Mixup"]), tmp_path)


def test_all_of_them_together_learn_and_go_on_exactly(tmp_path, monkeypatch):
    run = train(digits(augmentations=["Shift", "Noise", "Mixup"], epochs=6), tmp_path)
    assert told(run, "validation", "accuracy")[-1] > 0.9
    resumes_exactly(digits(augmentations=ALL), tmp_path, monkeypatch, 31)
    iris = chain("TableInput", ("Linear", {"features": 3}), "CrossEntropy")
    with pytest.raises(UserError, match="this network reads none"):
        train(project(iris, "IrisData", {"type": "Supervised", "augmentations": ["Flip"]}), tmp_path)


# ---- starting from another run ---------------------------------------------------------------------------------


def started(base, graph: Graph | None = None, about: dict | None = None, **recipe) -> Project:
    return digits(graph, start_from={"type": "OtherRun", "run": base.id, **(about or {})}, **recipe)


def test_a_run_starts_where_another_ended_and_says_so(tmp_path):
    base = train(digits(epochs=6), tmp_path)
    again = train(started(base, epochs=1), tmp_path)
    assert told(again, "validation", "accuracy")[0] > 0.93 > told(base, "validation", "accuracy")[0]
    assert any(event.kind == "note" and f"come from run {base.id}" in event.text for event in again.events())


def test_nodes_are_frozen_replaced_and_refused(tmp_path):
    base = train(digits(epochs=2), tmp_path)
    about = {"freeze": ["linear_1", "batch_norm_1"], "replace": ["linear_2"]}
    names = list(net().nodes)
    norm = next(name for name in names if "norm" in name)
    about["freeze"][1] = norm
    run = train(started(base, about=about, epochs=1), tmp_path)
    old, new = (load(one, which).network.state_dict() for one, which in ((base, "best"), (run, "last")))
    for name in old:
        same = torch.equal(old[name], new[name])
        assert same == (name.partition(".")[0] in ("linear_1", norm)), name
    wider = train(started(base, net(width=33), epochs=1), tmp_path)
    [note] = [event.text for event in wider.events() if event.kind == "note"]
    assert "have another size there" in note and "linear_1.weight" in note
    for wrong, sentence in (
        ({"freeze": ["nobody"]}, "no node with weights called nobody"),
        ({"freeze": [name for name in names if name.startswith("linear") or name == norm]}, "All nodes are frozen"),
        ({"run": "zzz"}, "There is no run"),
        ({"run": ""}, "needs that run"),
    ):
        with pytest.raises(UserError, match=sentence):
            train(started(base, about=wrong), tmp_path)


def test_deep_nodes_learn_more_slowly_and_thaw_later(tmp_path, monkeypatch):
    base = train(digits(epochs=1), tmp_path)
    plain = {"type": "SGD", "lr": 0.1, "momentum": 0.0}
    steps = {}
    for rate in (1.0, 0.1):
        run = train(started(base, about={"depth_rate": rate}, epochs=1, batch_size=10_000, optimizer=plain), tmp_path)
        old, new = (load(one, which).network.state_dict() for one, which in ((base, "best"), (run, "last")))
        steps[rate] = {
            name: float((new[name] - old[name]).abs().max()) for name in ("linear_1.weight", "linear_2.weight")
        }
    assert steps[0.1]["linear_2.weight"] == pytest.approx(steps[1.0]["linear_2.weight"], rel=1e-3)
    assert steps[0.1]["linear_1.weight"] == pytest.approx(steps[1.0]["linear_1.weight"] / 100, rel=1e-2)
    thawing = started(base, about={"unfreeze_every": 2.0}, epochs=4)
    run = train(thawing, tmp_path)
    learned = {
        epoch: {node for at, node, norm in run.gradients() if at == epoch and norm > 0} for epoch in (1, 2, 3, 4)
    }
    assert learned[1] == learned[2] == {"linear_2"} and len(learned[3]) == len(learned[4]) == 2
    resumes_exactly_beside(base, thawing, monkeypatch)


def resumes_exactly_beside(base, one: Project, monkeypatch) -> None:
    """As `resumes_exactly`, with the run that it starts from named by its folder."""
    recipe = {**one.recipe, "start_from": {**one.recipe["start_from"], "run": str(base.folder)}}
    folder = base.folder.parent / "exact"
    resumes_exactly(Project("Test", one.networks, data=one.data, recipe=recipe), folder, monkeypatch, 55)
