"""Signals, images and voxel grids without short bars, or with a prescribed topology."""

from sktopo.simplification._corrector import TopologyCorrector
from sktopo.simplification._simplifier import PersistenceSimplifier

__all__ = ["PersistenceSimplifier", "TopologyCorrector"]
