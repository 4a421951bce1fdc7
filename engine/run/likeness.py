"""The arithmetic of learning what is alike: losses over pairs and triplets, neighbours, and points in the plane."""

from __future__ import annotations

import json
from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

NEIGHBOURS = 5


def info_nce(one: Tensor, other: Tensor, temperature: float) -> Tensor:
    """Each item has to find its other view among all views of the batch (NT-Xent, as in SimCLR): (batch, numbers)."""
    points = F.normalize(torch.cat([one, other]).float(), dim=1)
    near = points @ points.T / temperature  # (2 batch, 2 batch)
    near = near.masked_fill(torch.eye(len(near), dtype=torch.bool, device=near.device), -torch.inf)
    count = len(one)
    partner = torch.arange(2 * count, device=near.device).roll(count)
    return F.cross_entropy(near, partner)


def triplets(points: Tensor, classes: Tensor, margin: float) -> Tensor:
    """For every item the farthest of its class and the nearest of another (batch-hard); 0 where there are no such."""
    points = F.normalize(points.float(), dim=1)
    # the root of exactly 0 has no slope
    far = (2 - 2 * points @ points.T).clamp_min(1e-8).sqrt()  # (batch, batch)
    same = classes[:, None] == classes[None, :]
    itself = torch.eye(len(points), dtype=torch.bool, device=points.device)
    positive = far.masked_fill(~same | itself, -torch.inf).amax(1)
    negative = far.masked_fill(same, torch.inf).amin(1)
    good = torch.isfinite(positive) & torch.isfinite(negative)
    gaps = F.relu(torch.where(good, positive - negative, torch.zeros_like(positive)) + margin)
    return (gaps * good).sum() / good.sum().clamp_min(1)


def neighbours_right(known: Tensor, known_classes: Tensor, asked: Tensor, classes: Tensor) -> float:
    """The share of items whose nearest known items are mostly of their class."""
    near = F.normalize(asked.float(), dim=1) @ F.normalize(known.float(), dim=1).T
    best = near.topk(min(NEIGHBOURS, len(known)), dim=1).indices
    votes = F.one_hot(known_classes[best], int(known_classes.max()) + 1).sum(1)
    return float((votes.argmax(1) == classes).float().mean())


def plane(points: Tensor) -> Tensor:
    """Points of many numbers in the plane of their widest spread (PCA); always the same way round."""
    points = points.float().cpu()
    if points.shape[1] < 2 or len(points) < 3:
        return F.pad(points[:, :2], (0, max(0, 2 - points.shape[1])))
    centered = points - points.mean(0)
    _, _, axes = torch.pca_lowrank(centered, q=2, center=False)
    found = centered @ axes
    way = torch.sign((found**3).sum(0))
    return found * torch.where(way == 0, torch.ones_like(way), way)


def points_json(points: Tensor, labels: Tensor | None, classes: Sequence[str]) -> bytes:
    """Points in the plane for a plot: `points`, and where there are classes the `labels` of each and the names."""
    found = {
        "points": [[round(x, 5), round(y, 5)] for x, y in plane(points).tolist()],
        "labels": [] if labels is None else labels.tolist(),
        "classes": list(classes),
    }
    return json.dumps(found, ensure_ascii=False).encode()
