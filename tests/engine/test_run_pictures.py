"""Sheets of pictures and frames of play show what they are told."""

from __future__ import annotations

import io

import numpy as np
import pytest
import torch
from PIL import Image

from engine.data.source_environment import WORLDS
from engine.run.pictures import frame, grid


def pixels(png: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(png)) as opened:
        return np.asarray(opened.convert("RGB")).astype(int)


def test_pictures_stand_row_by_row_and_small_ones_are_enlarged():
    pictures = torch.linspace(0, 1, 6).reshape(6, 1, 1, 1).expand(6, 1, 4, 4)
    sheet = pixels(grid(pictures, 3))
    high, wide = sheet.shape[:2]
    assert wide > 500 and abs(wide / high - 3 / 2) < 0.1
    seen = [
        sheet[int(high * (row + 0.5) / 2), int(wide * (column + 0.5) / 3), 0] for row in (0, 1) for column in range(3)
    ]
    assert seen == [0, 51, 102, 153, 204, 255]


def test_colors_stay_and_what_is_out_of_range_is_cut():
    picture = torch.tensor([2.0, 0.5, -1.0]).reshape(1, 3, 1, 1).expand(1, 3, 8, 8)
    sheet = pixels(grid(picture))
    assert sheet[sheet.shape[0] // 2, sheet.shape[1] // 2].tolist() == [255, 128, 0]


def test_channels_without_colors_are_shown_as_their_mean():
    picture = torch.tensor([0.0, 1.0]).reshape(1, 2, 1, 1).expand(1, 2, 8, 8)
    sheet = pixels(grid(picture))
    assert abs(sheet[sheet.shape[0] // 2, sheet.shape[1] // 2] - 128).max() <= 1


def blue(name: str, seen: list[float]) -> tuple[float, float]:
    """Where the blue of a frame lies on average: from the left and from the top."""
    shown = pixels(frame(name, seen, "wait", 3))
    rows, columns = np.nonzero((shown[..., 2] > 180) & (shown[..., 0] < 90))
    return float(columns.mean()), float(rows.mean())


def test_the_cart_moves_and_the_pole_falls():
    middle, _ = blue("CartPole-v1", [0, 0, 0, 0])
    right, upright = blue("CartPole-v1", [1.2, 0, 0, 0])
    leaning, lower = blue("CartPole-v1", [1.2, 0, 0.8, 0])
    assert right > middle + 100 and leaning > right + 20 and lower > upright + 10


def test_the_car_climbs_and_the_arms_swing_up():
    assert blue("MountainCar-v0", [0.4, 0])[0] > blue("MountainCar-v0", [-0.5, 0])[0] + 100
    hanging, up = [1, 0, 1, 0, 0, 0], [-1, 0, 1, 0, 0, 0]
    assert blue("Acrobot-v1", up)[1] < blue("Acrobot-v1", hanging)[1] - 100


@pytest.mark.parametrize("name", [*WORLDS, "something new"])
def test_every_environment_has_a_frame(name):
    count = len(WORLDS[name].seen) if name in WORLDS else 5
    assert pixels(frame(name, [0.1] * count, "wait", 1)).shape == (640, 960, 3)
