"""Signals, images and voxel grids without short bars, or with a prescribed topology."""

from sktopo.simplification._correction_term import CorrectionTerm
from sktopo.simplification._corrector import TopologyCorrector
from sktopo.simplification._simplifier import PersistenceSimplifier

__all__ = ["CorrectionTerm", "PersistenceSimplifier", "TopologyCorrector"]
