"""Orders in, index pairs out.

Every function takes the permutation that sorts the values of a complex into its
filtration, and returns PersistencePairs of indices into these values. Inside, each
value is replaced by its rank: births and deaths then come back as ranks, that is, as
the cells themselves, from any code that computes a persistence diagram.

``SimplexOrder`` is the exception: it reduces the matrices itself, and tells which
simplices have to move with a birth or a death.
"""

from sktopo.persistence._bars import (
    ESSENTIAL,
    FINITE,
    NEVER,
    Bars,
    PersistencePairs,
    longest_first,
)
from sktopo.persistence._basins import (
    DUAL_CONNECTIVITY,
    neighbours,
    nondegenerate,
)
from sktopo.persistence._branches import (
    graph_branches,
    grid_branches,
    grid_regions,
    tree_branches,
)
from sktopo.persistence._critical_cells import moved_components, moved_regions
from sktopo.persistence._flag import flag_memory, flag_pairs, weighted_flag_pairs
from sktopo.persistence._flooding import (
    flooded_graph_ranks,
    flooded_ranks,
    flooded_ranks_from_above,
)
from sktopo.persistence._grid import (
    CONNECTIVITIES,
    grid_diagrams,
    grid_pairs,
    unsorted_grid_pairs,
)
from sktopo.persistence._image_persistence import image_persistence_pairs
from sktopo.persistence._order import (
    inverse_permutation,
    last_of,
    ranks_of,
    sort_order,
)
from sktopo.persistence._reduction import SimplexOrder
from sktopo.persistence._simplicial import row_key, simplicial_pairs, unique_rows
from sktopo.persistence._stacked_grids import stacked_grid_bars, stacked_grid_diagrams

__all__ = [
    "CONNECTIVITIES",
    "DUAL_CONNECTIVITY",
    "ESSENTIAL",
    "FINITE",
    "NEVER",
    "Bars",
    "PersistencePairs",
    "SimplexOrder",
    "flag_memory",
    "flag_pairs",
    "flooded_graph_ranks",
    "flooded_ranks",
    "flooded_ranks_from_above",
    "graph_branches",
    "grid_branches",
    "grid_diagrams",
    "grid_pairs",
    "grid_regions",
    "image_persistence_pairs",
    "inverse_permutation",
    "last_of",
    "longest_first",
    "moved_components",
    "moved_regions",
    "neighbours",
    "nondegenerate",
    "ranks_of",
    "row_key",
    "simplicial_pairs",
    "sort_order",
    "stacked_grid_bars",
    "stacked_grid_diagrams",
    "tree_branches",
    "unique_rows",
    "unsorted_grid_pairs",
    "weighted_flag_pairs",
]
