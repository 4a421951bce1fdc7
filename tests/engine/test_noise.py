"""The arithmetic of generating and of playing: noise and the walk back, averaged weights, memory, advantages."""

from __future__ import annotations

import copy
import math

import pytest
import torch
from torch import nn

from engine.run.advantage import advantages
from engine.run.average import Average
from engine.run.noise import Path, guided, kept_shares, walk
from engine.run.replay import Replay


def test_linear_noise_is_that_of_the_paper():
    shares = kept_shares("linear")
    assert shares[0] == 1 and shares[1] == pytest.approx(1 - 1e-4)
    assert shares[-1] == pytest.approx(4.0358e-05, rel=1e-3)  # as published implementations have it
    assert (shares[1:] < shares[:-1]).all()


def test_cosine_noise_is_that_of_the_paper():
    shares = kept_shares("cosine")
    middle = math.cos((0.5 + 0.008) / 1.008 * math.pi / 2) ** 2 / math.cos(0.008 / 1.008 * math.pi / 2) ** 2
    assert shares[500] == pytest.approx(middle, rel=1e-9)
    assert (shares[1:] < shares[:-1]).all() and 0 < shares[-1] < 1e-5


@pytest.mark.parametrize("curve", ["linear", "cosine"])
@pytest.mark.parametrize("steps", [10, 100])
def test_fewer_times_end_in_as_much_noise(curve, steps):
    assert kept_shares(curve, steps)[-1] < 0.01


@pytest.mark.parametrize("kind", ["noise", "flow"])
def test_a_picture_drowns_with_time_and_the_spread_stays_one(kind):
    torch.manual_seed(0)
    path, picture, noise = Path(kind), torch.randn(4000, 1, 2, 2), torch.randn(4000, 1, 2, 2)
    for time in (0.25, 0.5, 1.0):
        noisy, _ = path.noisy(picture, noise, torch.full((4000,), time))
        if kind == "noise":
            assert noisy.std() == pytest.approx(1, abs=0.03)
    assert torch.allclose(noisy, noise, atol=0.01)
    nearly, _ = path.noisy(picture, noise, torch.full((4000,), 1 / 1000))
    assert torch.allclose(nearly, picture, atol=0.25)


def test_times_become_the_numbers_that_the_network_gets():
    path = Path("noise", steps=100)
    times = path.times(5000, torch.Generator().manual_seed(1))
    assert set(path.code(times).tolist()) == set(range(100))
    assert path.way(7).tolist()[0] == 1 and path.way(7).tolist()[-1] == 0
    assert torch.equal((path.way(7) * 100).round(), path.way(7) * 100)
    assert len(path.way(5000)) == 101  # never more steps than there are times


class Gaussian:
    """A network that knows the answer: pictures are normal around 2 with a spread of 0.5."""

    mean, spread = 2.0, 0.5

    def __init__(self, path: Path) -> None:
        self.path = path

    def __call__(self, noisy, time):
        place = (time * self.path.steps).round().long()
        if self.path.kind == "flow":
            far = time.reshape(-1, 1, 1, 1)
            keep, noise = 1 - far, far
        else:
            keep = self.path.picture[place].reshape(-1, 1, 1, 1)
            noise = self.path.noise[place].reshape(-1, 1, 1, 1)
        variance = (keep * self.spread) ** 2 + noise**2
        off = noisy - keep * self.mean
        expected_noise = noise / variance * off
        if self.path.kind == "noise":
            return expected_noise
        return expected_noise - (self.mean + keep * self.spread**2 / variance * off)


@pytest.mark.parametrize(
    ("kind", "curve", "steps", "fresh"),
    [
        ("noise", "cosine", 100, 0.0),
        ("noise", "linear", 250, 1.0),
        ("noise", "cosine", 1000, 1.0),
        ("flow", "", 100, 0),
    ],
)
def test_the_walk_ends_in_the_distribution_of_the_pictures(kind, curve, steps, fresh):
    torch.manual_seed(0)
    path = Path(kind, curve)
    made = walk(path, Gaussian(path), torch.randn(3000, 1, 1, 1), steps, fresh)
    assert made.mean() == pytest.approx(2.0, abs=0.05)
    assert made.std() == pytest.approx(0.5, abs=0.04)


def test_without_fresh_noise_the_same_noise_gives_the_same_picture():
    path = Path("noise")
    noise = torch.randn(5, 1, 1, 1)
    one, two = (walk(path, Gaussian(path), noise, 20) for _ in range(2))
    assert torch.equal(one, two)
    assert not torch.equal(one, walk(path, Gaussian(path), noise, 20, 1.0))


def test_pixels_stay_within_their_limits_and_steps_are_told():
    path, told = Path("noise"), []
    clip = (torch.tensor(1.9), torch.tensor(2.1))
    made = walk(path, Gaussian(path), torch.randn(50, 1, 1, 1), 10, 0.0, clip, lambda step, _: told.append(step))
    assert made.min() >= 1.9 and made.max() <= 2.1
    assert told == list(range(1, 11))


def test_guidance_of_one_is_the_class_and_more_goes_further():
    a, b = torch.tensor([1.0]), torch.tensor([0.5])
    assert guided(a, b, 1.0) == 1.0 and guided(a, b, 0.0) == 0.5 and guided(a, b, 3.0) == 2.0


def test_the_average_follows_and_can_be_taken_up_again():
    torch.manual_seed(0)
    network = nn.Sequential(nn.Linear(3, 3), nn.BatchNorm1d(3))
    average = Average(network, 0.9)
    start = average.network[0].weight.clone()
    with torch.no_grad():
        network[0].weight.add_(1.0)
        network[1].running_mean.fill_(5.0)
    average.follow()
    moved = 1 - min(0.9, 2 / 11)
    assert torch.allclose(average.network[0].weight, start + moved)
    assert (average.network[1].running_mean == 5).all()
    other = Average(copy.deepcopy(network), 0.9)
    other.load({name: tensor.clone() for name, tensor in average.state().items()})
    for one in (average, other):
        one.follow()
    assert torch.allclose(average.network[0].weight, other.network[0].weight)
    for _ in range(300):
        average.follow()
    assert torch.allclose(average.network[0].weight, network[0].weight, atol=1e-5)


def test_averaged_weights_measure_their_own_figures_for_batch_normalization():
    torch.manual_seed(0)
    network = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3))
    average = Average(network, 0.9)
    batches = [(torch.randn(50, 2),) for _ in range(4)]
    average.settle(batches)
    seen = torch.cat([average.network[0](*batch) for batch in batches])
    assert torch.allclose(average.network[1].running_mean, seen.mean(0), atol=1e-5)
    assert not average.network[1].training and average.network[1].momentum == 0.1
    assert (network[1].running_mean == 0).all()


def moment(number: float) -> torch.Tensor:
    return torch.full((2,), number)


def test_the_memory_forgets_the_oldest_and_goes_on_exactly():
    memory = Replay(5, 2, seed=3)
    for number in range(8):
        memory.add(moment(number), number % 2, float(number), moment(number + 1), number == 7)
    assert len(memory) == 5
    drawn = memory.draw(200)
    assert set(drawn.reward.tolist()) == {3.0, 4.0, 5.0, 6.0, 7.0}
    assert torch.equal(drawn.next_seen, drawn.seen + 1)
    assert torch.equal(drawn.ended, (drawn.reward == 7).float()) and torch.equal(drawn.action, drawn.reward.long() % 2)
    other = Replay(5, 2, seed=99)
    other.load(memory.state())
    assert torch.equal(memory.draw(20).reward, other.draw(20).reward)
    for one in (memory, other):
        one.add(moment(50), 0, 50.0, moment(51), False)
    assert torch.equal(memory.draw(20).reward, other.draw(20).reward) and 50.0 in memory.draw(100).reward.tolist()


def test_advantages_by_hand():
    """Two games of three moves; the first ends after its second move, the second runs out of time there."""
    reward = torch.tensor([[1.0, 1.0], [1.0, 1.0], [1.0, 1.0]])
    value = torch.tensor([[2.0, 2.0], [3.0, 3.0], [4.0, 4.0]])
    next_value = torch.tensor([[3.0, 3.0], [9.0, 9.0], [5.0, 5.0]])
    ended = torch.tensor([[0.0, 0.0], [1.0, 0.0], [0.0, 0.0]])
    broken = torch.tensor([[0.0, 0.0], [1.0, 1.0], [0.0, 0.0]])
    found = advantages(reward, value, next_value, ended, broken, 0.5, 0.8)
    last = 1 + 0.5 * 5 - 4
    over, cut = 1 - 3, 1 + 0.5 * 9 - 3
    first = 1 + 0.5 * 3 - 2
    expected = torch.tensor([[first + 0.4 * over, first + 0.4 * cut], [over, cut], [last, last]])
    assert torch.allclose(found, expected)


def test_full_trust_gives_what_really_came_minus_what_was_expected():
    torch.manual_seed(1)
    reward, value = torch.randn(6, 1), torch.randn(6, 1)
    ended = torch.zeros(6, 1)
    ended[-1] = 1
    following = torch.cat([value[1:], torch.zeros(1, 1)])
    found = advantages(reward, value, following, ended, ended, 0.9, 1.0)
    came = [sum(0.9 ** (later - now) * reward[later, 0] for later in range(now, 6)) for now in range(6)]
    assert torch.allclose(found[:, 0], torch.stack(came) - value[:, 0], atol=1e-5)
