"""Recipes that make pictures or play: they learn, go on exactly after a crash, and refuse with a sentence."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from engine.check import check
from engine.data.dataset import open_dataset, scan
from engine.errors import UserError
from engine.graph import Graph
from engine.project import Project
from engine.recipes import recipe_of
from engine.run import state
from engine.run.environment import Game, Player, trial
from engine.run.model import load
from engine.run.recipes import loop_of
from engine.run.sampling import Denoiser
from engine.run.work import resume, train
from tests.engine.playing import DIGITS, agent, denoiser, drawn, gan

# ---- learning ------------------------------------------------------------------------------------------------------


class Judge:
    """A classifier of digits, trained by us on the real ones."""

    def __init__(self, folder) -> None:
        graph, _ = drawn(Graph(), "", "ImageInput", ("Conv2d", {"filters": 32, "kernel": 3, "padding": 1}), "ReLU",
                         ("Conv2d", {"filters": 64, "kernel": 3, "padding": 1}), "ReLU", "MaxPool2d", "Flatten",
                         ("Dropout", {"rate": 0.3}), ("Linear", {"features": 128}), "ReLU",
                         ("Linear", {"features": 10}), "CrossEntropy")  # fmt: skip
        recipe = {"type": "Supervised", "epochs": 25, "batch_size": 64, "device": "cpu"}
        run = train(Project("Judge", {"main": graph}, data=scan(DIGITS), recipe=recipe), folder)
        self.built = load(run)
        assert run.info().final["validation.accuracy"] > 0.97

    def __call__(self, pictures) -> tuple[float, list[int], torch.Tensor]:
        """The share of pictures recognized with more than 0.9, how many of each digit, and the digits."""
        with torch.no_grad():
            shares = self.built.outputs(self.built.prepared((pictures * 255,)))[0].softmax(1)
        sure, digits = shares.max(1)
        return float((sure > 0.9).float().mean()), torch.bincount(digits, minlength=10).tolist(), digits


@pytest.fixture(scope="module")
def judge(tmp_path_factory) -> Judge:
    return Judge(tmp_path_factory.mktemp("judge"))


def made_by_gan(run, count: int = 1000, digits=None):
    torch.manual_seed(99)
    built = load(run)
    given = (torch.randn(count, 32),) if digits is None else (torch.randn(count, 32), digits)
    with torch.no_grad():
        return built.outputs(given)[0]


def made_by_diffusion(run, count: int = 500):
    torch.manual_seed(99)
    built = load(run)
    digits = torch.arange(count) % 10
    return Denoiser.of(built, recipe_of(run.project().recipe)).make(built.network, [digits], count), digits


@pytest.mark.parametrize("objective", ["minimax", "hinge", "wasserstein"])
def test_a_gan_learns_to_make_digits(tmp_path, judge, objective):
    project = gan(objective=objective, epochs=25, critic_steps=2 if objective == "wasserstein" else 1)
    assert not check(project)
    run = train(project, tmp_path)
    before, _, _ = judge(torch.rand(1000, 1, 8, 8))
    share, counts, _ = judge(made_by_gan(run))
    assert share > max(0.3, before + 0.1), (share, before)
    assert min(counts) > 0, counts
    told = {(value.part, value.metric) for value in run.epochs()}
    assert told == {("train", name) for name in ("loss", "discriminator.loss", "real_score", "made_score")}
    sheets = run.samples()
    assert [sheet.epoch for sheet in sheets] == list(range(1, 26)) and sheets[0].blob != sheets[-1].blob
    assert Image.open(io.BytesIO(sheets[-1].blob)).size[0] > 500


def test_averaged_weights_are_good_with_batch_normalization_too(tmp_path, judge):
    run = train(gan(norm=True, epochs=30), tmp_path)
    share, counts, _ = judge(made_by_gan(run))
    assert share > 0.4 and min(counts) > 0, (share, counts)


def test_a_gan_makes_the_digit_that_was_chosen(tmp_path, judge):
    digits = torch.arange(1000) % 10
    run = train(gan(True, epochs=40), tmp_path)
    _, _, found = judge(made_by_gan(run, digits=digits))
    assert (found == digits).float().mean() > 0.6


@pytest.mark.parametrize("recipe", [{}, {"predicts": "flow"}, {"noise": "linear", "sampler": "ddpm", "epochs": 14}])
def test_diffusion_learns_to_make_the_digit_that_was_chosen(tmp_path, judge, recipe):
    run = train(denoiser(**{"epochs": 8, "sample_steps": 25, **recipe}), tmp_path)
    pictures, digits = made_by_diffusion(run, 200)
    _, _, found = judge(pictures)
    assert (found == digits).float().mean() > 0.3  # chance is 0.1
    assert run.info().final["validation.loss"] < (0.5 if recipe.get("predicts") != "flow" else 0.8)
    assert len(run.samples()) == run.info().epochs


def test_diffusion_without_classes_makes_digits_too(tmp_path, judge):
    run = train(denoiser(chosen=False, epochs=8), tmp_path)
    built = load(run)
    pictures = Denoiser.of(built, recipe_of(run.project().recipe)).make(built.network, [], 200)
    assert judge(pictures)[0] > judge(torch.rand(200, 1, 8, 8))[0] + 0.1


def greedy(run, episodes: int = 100) -> float:
    built = load(run)
    player = Player(built)
    place = player.output(player.actions, "")
    found = trial(player, lambda seen: built.outputs((seen,))[place].argmax(1), episodes, seed=77).returns
    return sum(found) / len(found)


@pytest.mark.parametrize(("kind", "recipe"), [("Dqn", {"epochs": 12}), ("Dqn", {"epochs": 10, "double": False}),
                                              ("Ppo", {"epochs": 12})])  # fmt: skip
def test_an_agent_learns_to_balance_the_pole(tmp_path, kind, recipe):
    project = agent(kind, **recipe)
    assert not check(project)
    run = train(project, tmp_path)
    assert greedy(run) > 100  # random play keeps it up for 22 moves
    info = run.info()
    assert info.best["metric"] == "return" and info.best["part"] == "validation"
    assert [sample.kind for sample in run.samples()] == ["frame"] * info.epochs


@pytest.mark.parametrize("environment", ["MountainCar-v0", "Acrobot-v1"])
@pytest.mark.parametrize("kind", ["Dqn", "Ppo"])
def test_every_environment_can_be_played(tmp_path, kind, environment):
    short = {"moves": 100, "random_moves": 100} if kind == "Dqn" else {"players": 2, "horizon": 32, "rounds": 1}
    run = train(agent(kind, environment, epochs=1, trials=2, **short), tmp_path)
    assert run.info().state == "finished"
    assert -500 <= run.info().best["value"] <= 0


# ---- going on ------------------------------------------------------------------------------------------------------

SHORT = [
    lambda: gan(epochs=2, critic_steps=3, objective="hinge"),
    lambda: gan(True, epochs=2, average=None),
    lambda: gan(norm=True, epochs=2),
    lambda: denoiser(epochs=2),
    lambda: agent("Dqn", epochs=3, moves=200, random_moves=150, memory=300, target_moves=130, trials=2),
    lambda: agent("Ppo", epochs=3, rounds=4, players=3, horizon=40, batch_size=50, trials=2),
]


@pytest.mark.parametrize(
    "make", SHORT, ids=["gan", "gan with classes", "gan with batch norm", "diffusion", "dqn", "ppo"]
)
def test_after_crashes_everything_is_bit_for_bit_the_same(tmp_path, monkeypatch, make):
    straight = train(make(), tmp_path, save_steps=2)
    crashing = {3, 8}
    cls = type(loop_of_run(straight))
    real = cls.step

    def step(self, place, last):
        if self.course.step in crashing:
            crashing.discard(self.course.step)
            raise RuntimeError("crash")
        return real(self, place, last)

    monkeypatch.setattr(cls, "step", step)
    with pytest.raises(RuntimeError, match="crash"):
        train(make(), tmp_path, save_steps=2)
    [broken] = [one for one in tmp_path.iterdir() if one.name != straight.folder.name]
    from engine.runs import open_run

    run = open_run(broken)
    with pytest.raises(RuntimeError, match="crash"):
        resume(run)
    resume(run)
    assert run.info().state == "finished" and run.info().step == straight.info().step
    assert run.steps()[:, 2].tolist() == straight.steps()[:, 2].tolist()
    values = [[(v.epoch, v.part, v.metric, v.value) for v in one.epochs()] for one in (run, straight)]
    assert values[0] == values[1]
    (_, one, _), (_, two, _) = next(state.newest(run.folder)), next(state.newest(straight.folder))
    assert one.keys() == two.keys()
    assert all(torch.equal(one[name], two[name]) for name in one)
    assert [sample.blob for sample in run.samples()] == [sample.blob for sample in straight.samples()]


def loop_of_run(run):
    from engine.run.setup import Setup

    project = run.project()
    recipe = recipe_of(project.recipe)
    return loop_of(recipe, Setup(project, recipe, torch.device("cpu")))


def test_a_game_is_taken_up_where_it_was():
    one = Game("CartPole-v1", 4)
    for place in range(40):
        moved = one.move(place % 2)
        if moved.ended or moved.cut:
            one.begin()
    two = Game("CartPole-v1", 4)
    two.resume(one.facts())
    assert np.array_equal(one.seen, two.seen) and one.reward == two.reward
    for _ in range(5):
        a, b = one.move(1), two.move(1)
        assert np.array_equal(a.seen, b.seen) and a.ended == b.ended


# ---- refusals ------------------------------------------------------------------------------------------------------


def refused(project: Project, tmp_path) -> str:
    with pytest.raises(UserError) as found:
        train(project, tmp_path, epochs=1)
    return found.value.message


def test_a_network_that_does_not_fit_its_role_is_refused_with_a_sentence(tmp_path):
    project = gan()
    two = replace(project, networks={"generator": project.networks["discriminator"],
                                     "discriminator": project.networks["generator"]})  # fmt: skip
    assert "The discriminator cannot use a Noise input" in refused(two, tmp_path)
    assert "must be two networks" in refused(gan(discriminator="generator"), tmp_path)
    small, _ = drawn(Graph(), "", ("NoiseInput", {"size": 8}), ("Linear", {"features": 16}),
                     ("Reshape", {"size": (1, 4, 4)}), "Output")  # fmt: skip
    text = refused(replace(project, networks={**project.networks, "generator": small}), tmp_path)
    assert "The generator should give 1 ch × 8 × 8; it gives 1 ch × 4 × 4" in text
    assert "no room for “no class”" in refused(denoiser(vocabulary=10), tmp_path)
    plain, _ = drawn(Graph(), "", "ImageInput", ("Conv2d", {"filters": 1, "kernel": 3, "padding": 1}), "Output")
    assert "exactly one Time step input" in refused(replace(denoiser(), networks={"main": plain}), tmp_path)
    assert "needs an environment" in refused(replace(agent("Dqn"), data=scan({"type": "IrisData"})), tmp_path)
    assert "one Output of 1 numbers" in refused(replace(agent("Dqn"), recipe={"type": "Ppo"}), tmp_path)


def test_what_is_shown_of_an_environment_is_random_play():
    data = scan({"type": "EnvironmentData", "moves": 500})
    assert [one.name for one in data.fields if one.role == "target"] == ["action"] and data.count == 500
    dataset = open_dataset(data)
    assert set(np.unique(dataset.take("action"))) == {0, 1}
    assert np.abs(dataset.take("pole angle")).max() < 0.3


# ---- as good as promised -------------------------------------------------------------------------------------------


@pytest.mark.long
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_four_of_five_digits_of_a_gan_are_recognized(tmp_path, judge, seed):
    share, counts, _ = judge(made_by_gan(train(gan(epochs=800, seed=seed), tmp_path)))
    print(f"GAN, seed {seed}: {share:.3f} recognized, {counts}")
    assert share >= 0.8 and min(counts) > 0


@pytest.mark.long
@pytest.mark.parametrize("predicts", ["noise", "flow"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_most_digits_of_diffusion_are_recognized(tmp_path, judge, seed, predicts):
    pictures, digits = made_by_diffusion(train(denoiser(epochs=50, seed=seed, predicts=predicts), tmp_path))
    share, counts, found = judge(pictures)
    print(f"{predicts}, seed {seed}: {share:.3f} recognized, {(found == digits).float().mean():.3f} right, {counts}")
    assert share >= 0.85 and min(counts) > 0 and (found == digits).float().mean() >= 0.85


@pytest.mark.long
@pytest.mark.parametrize("kind", ["Dqn", "Ppo"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_an_agent_balances_the_pole(tmp_path, kind, seed):
    found = greedy(train(agent(kind, seed=seed), tmp_path))
    print(f"{kind}, seed {seed}: {found:.1f} on average of 100 episodes")
    assert found >= 195
