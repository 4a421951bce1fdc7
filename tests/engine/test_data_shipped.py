"""What the made-up sets promise: patterns a line cannot divide, pairs without overlap, pictures that matter."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.neighbors import KNeighborsClassifier

from engine.data.dataset import Dataset
from engine.data.source_digit_pairs import DigitPairs, DigitTriplets
from engine.data.source_houses import HousesData
from engine.data.source_points import PointsData
from engine.data.source_ratings import RatingsData
from engine.data.sources import Source
from engine.data.split import split
from engine.project import DataChoice


def divided(made: Source) -> tuple[Dataset, Any]:
    found = made.load()
    dataset = Dataset(found.fields, found.columns, found.count, None, (), "", found.spans, found.groups)
    return dataset, split(dataset, DataChoice(source=made.to_json(), fields=found.fields, count=found.count))


@pytest.mark.parametrize(
    ("pattern", "line", "neighbors"),
    [("moons", 0.93, 0.95), ("spirals", 0.75, 0.9), ("circles", 0.65, 0.95), ("xor", 0.65, 0.93), ("blobs", 1.0, 0.9)],
)
def test_points_can_be_learned_but_not_by_a_line(pattern: str, line: float, neighbors: float) -> None:
    dataset, parts = divided(PointsData(pattern=pattern, items=1000))
    x = np.stack([dataset.columns["x"], dataset.columns["y"]], axis=1)
    y = dataset.columns["class"]
    assert np.bincount(y).tolist() == [500, 500]
    assert np.abs(x).max() < 2.5
    straight = LogisticRegression().fit(x[parts.train], y[parts.train]).score(x[parts.test], y[parts.test])
    near = KNeighborsClassifier(9).fit(x[parts.train], y[parts.train]).score(x[parts.test], y[parts.test])
    assert straight <= line
    assert near >= neighbors


def test_more_classes_and_more_noise() -> None:
    assert len(np.unique(PointsData(pattern="spirals", classes=4).load().columns["class"])) == 4
    assert PointsData(pattern="moons", classes=4).load().fields[2].classes == ("orange", "blue")
    exact = PointsData(pattern="circles", noise=0).load().columns
    away = np.hypot(exact["x"], exact["y"])
    np.testing.assert_allclose(away, (exact["class"] + 0.5) / 2, atol=1e-6)


@pytest.mark.parametrize(
    ("made", "pictures"),
    [(DigitPairs(items=800), ("first", "second")), (DigitTriplets(items=800), ("anchor", "positive", "negative"))],
    ids=["pairs", "triplets"],
)
def test_no_picture_is_in_two_parts(made: Source, pictures: tuple[str, ...]) -> None:
    dataset, parts = divided(made)
    seen = [{picture.tobytes() for name in pictures for picture in dataset.columns[name][part]} for _, part in parts]
    assert all(len(one) > 30 for one in seen)
    assert not (seen[0] & seen[1] or seen[1] & seen[2] or seen[0] & seen[2])


def test_pairs_are_what_they_say() -> None:
    found = DigitPairs(items=400).load()
    assert found.names is not None
    for name, same in zip(found.names, found.columns["same"], strict=True):
        one, other = name.split(" and ")
        assert (one == other) == bool(same)
    assert found.columns["same"].sum() == 200
    assert not (found.columns["first"] == found.columns["second"]).all(axis=(1, 2, 3)).any()


def test_triplets_are_nearer_to_their_own_digit() -> None:
    found = DigitTriplets(items=600).load().columns
    anchor = found["anchor"].astype(float)
    near = ((anchor - found["positive"]) ** 2).sum(axis=(1, 2, 3))
    far = ((anchor - found["negative"]) ** 2).sum(axis=(1, 2, 3))
    assert (near < far).mean() > 0.85


def test_the_picture_of_a_house_says_what_the_table_does_not() -> None:
    dataset, parts = divided(HousesData(items=1200))
    columns = dataset.columns
    facts = np.stack([np.nan_to_num(columns["age"], nan=50), columns["area"], columns["rooms"]], axis=1)
    table = np.concatenate([facts, np.eye(3)[columns["place"]] * columns["area"][:, None]], axis=1)
    pixels = columns["picture"].astype(float)
    # how green the ground is, and how bright the wall
    seen = np.stack([pixels[:, 1, -2].mean(axis=1), pixels[:, 0, 14:20, 8:16].mean(axis=(1, 2))], axis=1)
    both = np.concatenate([table, seen, seen * columns["area"][:, None]], axis=1)

    def score(x: np.ndarray) -> float:
        learned = LinearRegression().fit(x[parts.train], columns["price"][parts.train])
        return float(learned.score(x[parts.test], columns["price"][parts.test]))

    assert 0.5 < score(table) < score(both) - 0.05
    assert np.isnan(columns["age"]).sum() == dataset.field("age").missing > 5
    assert columns["price"].min() > 10
    assert np.bincount(columns["demand"], minlength=3).min() > 100


def test_people_have_taste() -> None:
    dataset, parts = divided(RatingsData())
    columns = dataset.columns
    pairs = columns["person"] * 1000 + columns["film"]
    assert len(np.unique(pairs)) == dataset.count == 8000
    assert set(np.unique(columns["stars"])) == {1, 2, 3, 4, 5}

    def error(code: np.ndarray) -> float:
        """Of guessing the mean of each code, learned on the training part."""
        sums = np.bincount(code[parts.train], columns["stars"][parts.train], minlength=code.max() + 1)
        counts = np.bincount(code[parts.train], minlength=code.max() + 1)
        mean = columns["stars"][parts.train].mean()
        guess = (sums + 2 * mean) / (counts + 2)
        return float(((guess[code[parts.test]] - columns["stars"][parts.test]) ** 2).mean())

    nothing, film = error(np.zeros(8000, np.int64)), error(columns["film"])
    taste = error(columns["person"] * 6 + columns["genre"])
    assert film < nothing - 0.1  # some films are better
    assert taste < nothing - 0.1  # and each person likes other kinds
    assert RatingsData(people=5, films=5).load().count == 12  # at most half of all pairs
