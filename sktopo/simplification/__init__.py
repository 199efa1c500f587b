"""Signals, images and voxel grids without the bars that are too short."""

from sktopo.simplification._simplifier import PersistenceSimplifier

__all__ = ["PersistenceSimplifier"]
