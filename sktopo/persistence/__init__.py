"""Orders in, index pairs out.

Every function takes the permutation that sorts the values of a complex into its
filtration, and returns PersistencePairs of indices into these values. Inside, each
value is replaced by its rank: births and deaths then come back as ranks, that is, as
the cells themselves, from any code that computes a persistence diagram.

``SimplexOrder`` is the exception: it reduces the matrices itself, and tells which
simplices have to move with a birth or a death.
"""

from sktopo.persistence._diagram import (
    NEVER,
    gather_diagram,
    index_pairs,
    longest_first,
    scatter_gradient,
)
from sktopo.persistence._flag import flag_memory, flag_pairs
from sktopo.persistence._grid import (
    CONNECTIVITIES,
    grid_pairs,
    stacked_grid_diagrams,
    stacked_grid_pairs,
)
from sktopo.persistence._order import ranks_of, sort_order
from sktopo.persistence._reduction import SimplexOrder
from sktopo.persistence._simplicial import row_key, simplicial_pairs

__all__ = [
    "CONNECTIVITIES",
    "NEVER",
    "SimplexOrder",
    "flag_memory",
    "flag_pairs",
    "gather_diagram",
    "grid_pairs",
    "index_pairs",
    "longest_first",
    "ranks_of",
    "row_key",
    "scatter_gradient",
    "simplicial_pairs",
    "sort_order",
    "stacked_grid_diagrams",
    "stacked_grid_pairs",
]
