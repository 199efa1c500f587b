"""x -> (number, gradient in x): terms that add, scale, and go into a solver."""

from sktopo.base import SumTerm
from sktopo.objectives._betti_matching import BettiMatchingTerm, betti_matching
from sktopo.objectives._composed import ComposedTerm
from sktopo.objectives._grouping import GroupingTerm
from sktopo.objectives._log_loss import LogLossTerm
from sktopo.objectives._persistence_term import PersistenceTerm, as_term
from sktopo.objectives._pooled_persistence import PooledPersistenceTerm
from sktopo.objectives._sampling import Subsampling
from sktopo.objectives._squared_error import SquaredErrorTerm
from sktopo.objectives._subsampled import SubsampledTerm

__all__ = [
    "BettiMatchingTerm",
    "ComposedTerm",
    "GroupingTerm",
    "LogLossTerm",
    "PersistenceTerm",
    "PooledPersistenceTerm",
    "SquaredErrorTerm",
    "SubsampledTerm",
    "Subsampling",
    "SumTerm",
    "as_term",
    "betti_matching",
]
