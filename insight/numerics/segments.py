"""Groups of people who are alike, each told as a short rule.

People are standardised on what is known of them and grouped by k-means, the number of groups
chosen by the mean silhouette (Rousseeuw 1987). Each group is then described by the branch of a
small decision tree that finds it best, so that a person can read it, and adopt it as a rule:
`precision` is the share of whom the rule finds that belong to the group, `recall` the share of
the group that the rule finds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

MOST_GROUPS = 6
LOOKED_AT = 2_000
DEPTH = 3
LEAST_SHARE = 0.02


@dataclass(frozen=True, slots=True)
class Split:
    """One condition of a branch: the feature's place, and on which side of the threshold."""

    feature: int
    above: bool
    threshold: float


@dataclass(frozen=True, slots=True)
class Group:
    """A group of people who are alike: how many, and the rule that finds them best."""

    size: int
    splits: tuple[Split, ...]
    precision: float
    recall: float


@dataclass(frozen=True, slots=True)
class Groups:
    """The groups, the largest first, and how well apart they stand (mean silhouette, -1 to 1)."""

    groups: tuple[Group, ...]
    silhouette: float
    n: int


def find_groups(features: npt.ArrayLike, *, skewed: Sequence[int] = (), seed: int = 0) -> Groups:
    """Group people by their features, float (people, features), without gaps.

    `skewed` are the places of amounts and counts, whose few large values are drawn in by a
    logarithm. Returns no groups where fewer than 30 people differ in anything.
    """
    from sklearn.cluster import KMeans
    from sklearn.metrics import silhouette_score

    given = np.asarray(features, dtype=np.float64)
    scaled = given.copy()
    for place in skewed:
        scaled[:, place] = np.log1p(np.maximum(scaled[:, place], 0))
    spread = scaled.std(axis=0)
    scaled = (scaled - scaled.mean(axis=0))[:, spread > 0] / spread[spread > 0]
    if len(given) < 30 or not scaled.size:
        return Groups((), float("nan"), len(given))
    random = np.random.default_rng(seed)
    looked = random.permutation(len(given))[:LOOKED_AT]
    best: tuple[float, Ints] | None = None
    differ = len(np.unique(scaled[looked], axis=0))
    for count in range(2, min(MOST_GROUPS, differ - 1) + 1):
        labels = KMeans(count, n_init=4, random_state=seed).fit(scaled).labels_.astype(np.int64)
        if len(np.unique(labels[looked])) < 2:
            continue
        apart = float(silhouette_score(scaled[looked], labels[looked]))
        if best is None or apart > best[0]:
            best = apart, labels
    if best is None:
        return Groups((), float("nan"), len(given))
    groups = [_described(given, best[1] == label) for label in np.unique(best[1])]
    shown = [group for group in groups if group.size >= LEAST_SHARE * len(given)]
    return Groups(tuple(sorted(shown, key=lambda one: -one.size)), best[0], len(given))


def _described(given: Floats, inside: npt.NDArray[np.bool_]) -> Group:
    """Return the branch of a small tree that finds a group with the best F1."""
    from sklearn.tree import DecisionTreeClassifier

    tree = DecisionTreeClassifier(
        max_depth=DEPTH,
        class_weight="balanced",
        min_samples_leaf=max(5, len(given) // 200),
        random_state=0,
    ).fit(given, inside)
    nodes = tree.tree_
    reached = tree.decision_path(given).toarray().astype(bool)
    best, found = (-1.0, 0.0, 0.0), 0
    for node in range(nodes.node_count):
        here = reached[:, node]
        hits = float((here & inside).sum())
        precision, recall = hits / max(here.sum(), 1), hits / max(inside.sum(), 1)
        f1 = 2 * precision * recall / (precision + recall) if hits else 0.0
        if f1 > best[0]:
            best, found = (f1, float(precision), float(recall)), node
    splits: list[Split] = []
    node = found
    while node:
        left = np.flatnonzero(nodes.children_left == node)
        parent = int(left[0]) if left.size else int(np.flatnonzero(nodes.children_right == node)[0])
        splits.append(Split(int(nodes.feature[parent]), not left.size, nodes.threshold[parent]))
        node = parent
    return Group(int(inside.sum()), _shortest(splits[::-1]), best[1], best[2])


def _shortest(splits: list[Split]) -> tuple[Split, ...]:
    """Keep of several conditions on one side of one feature the tightest."""
    kept: dict[tuple[int, bool], Split] = {}
    for split in splits:
        key = (split.feature, split.above)
        held = kept.get(key)
        tighter = held is None or (split.threshold > held.threshold) == split.above
        if tighter:
            kept[key] = split
    return tuple(kept.values())
