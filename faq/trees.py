"""Gradient-boosted trees, read from data and evaluated without a library."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec


class Tree(msgspec.Struct, frozen=True, array_like=True):
    """One tree: node 0 is the root; a child below zero is the leaf `~child`."""

    features: tuple[int, ...]
    thresholds: tuple[float, ...]
    lower: tuple[int, ...]  # where values up to the threshold go
    higher: tuple[int, ...]
    leaves: tuple[float, ...]


class Forest(msgspec.Struct, frozen=True):
    """Trees whose leaves add up to a logit."""

    names: tuple[str, ...]  # of the features, in order
    trees: tuple[Tree, ...]

    def logit(self, values: Sequence[float]) -> float:
        """Return the sum of the leaves that the values lead to."""
        total = 0.0
        for tree in self.trees:
            features, thresholds, lower, higher = tree.features, tree.thresholds, tree.lower, tree.higher
            node = 0 if features else -1
            while node >= 0:
                node = lower[node] if values[features[node]] <= thresholds[node] else higher[node]
            total += tree.leaves[~node]
        return total


def forest_from(data: bytes) -> Forest:
    """Return a forest written as JSON.

    Raises:
        msgspec.ValidationError: It is not one.
    """
    return msgspec.json.decode(data, type=Forest)


def planted(names: Sequence[str], trees: Sequence[dict[str, Any]]) -> Forest:
    """Return the forest of what LightGBM's `dump_model` gives for each tree."""
    return Forest(tuple(names), tuple(_tree(tree["tree_structure"]) for tree in trees))


def _tree(root: dict[str, Any]) -> Tree:
    features: list[int] = []
    thresholds: list[float] = []
    children: list[list[int]] = []
    leaves: list[float] = []

    def visit(node: dict[str, Any]) -> int:
        if "leaf_value" in node:
            leaves.append(round(node["leaf_value"], 4))
            return ~(len(leaves) - 1)
        number = len(features)
        features.append(node["split_feature"])
        thresholds.append(round(node["threshold"], 5))
        children.append([0, 0])
        children[number] = [visit(node["left_child"]), visit(node["right_child"])]
        return number

    visit(root)
    lower = tuple(pair[0] for pair in children)
    higher = tuple(pair[1] for pair in children)
    return Tree(tuple(features), tuple(thresholds), lower, higher, tuple(leaves))
