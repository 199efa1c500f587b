"""What all filtrations share: a strict order on the values, warm where it can be."""

import numpy as np
from sklearn.utils import check_random_state

from sktopo._sklearn_compat import StrOptions
from sktopo._validation import IN_SPACE, check_homology_dimensions
from sktopo.base import FilteredComplex, Filtration
from sktopo.persistence import sort_order

TIE_BREAKING_CONSTRAINTS = {
    "tie_breaking": [StrOptions({"index", "random"})],
    "random_state": ["random_state"],
}


class OrderedComplex(FilteredComplex):
    """A filtered complex that sorts its values when they are first needed."""

    def __init__(self, values, *, superlevel=False, priority=None, previous=None):
        self.values = values
        self.superlevel = superlevel
        values.flags.writeable = False
        self._priority = priority
        self._previous = None
        lent = None if previous is None else previous._order
        # The order of a masked grid has no place for some values.
        if lent is not None and lent.size == previous.values.size:
            self._previous = (previous.values, lent)
        self._order = None

    @property
    def order(self):
        if self._order is None:
            self._order = self._sort()
            self._order.flags.writeable = False
            self._previous = None
        return self._order

    def _sort(self):
        return sort_order(
            self.values,
            descending=self.superlevel,
            priority=self._priority,
            previous=self._previous,
        )

    def persistence_pairs(self, homology_dimensions):
        """Pair the cells.

        Parameters
        ----------
        homology_dimensions : int or tuple of int

        Returns
        -------
        list of PersistencePairs
            One for each dimension, in the order asked for.
        """
        dimensions = check_homology_dimensions(homology_dimensions, type(self).__name__)
        return self._pairs(dimensions)

    def bars(self, homology_dimensions, essential="drop"):
        """Pair the cells and gather the diagrams; see ``FilteredComplex.bars``.

        Raises
        ------
        ValueError
            If a dimension is one in which no such complex has homology.
        """
        found = super().bars(homology_dimensions, essential)
        if max(bars.dimension for bars in found) > IN_SPACE:
            check_homology_dimensions(
                homology_dimensions, self._what(), self._end_of_homology()
            )
        return found

    def _what(self):
        """What to call it in messages."""
        return type(self).__name__

    def _end_of_homology(self):
        """The dimension from which on there is no homology, where that is known."""
        return None

    def _pairs(self, homology_dimensions):
        raise NotImplementedError

    def __repr__(self):
        return f"<{type(self).__name__} of {self.values.size} values>"


class OrderedFiltration(Filtration):
    """A filtration whose ties are broken by index or at random."""

    _parameter_constraints = TIE_BREAKING_CONSTRAINTS

    def __init__(self, tie_breaking="index", random_state=None):
        self.tie_breaking = tie_breaking
        self.random_state = random_state

    def _priority(self, n_values, n_first=0):
        """A random order among ties; the first ``n_first`` values stay in front."""
        if self.tie_breaking == "index":
            return None
        priority = np.arange(n_values)
        rng = check_random_state(self.random_state)
        priority[n_first:] = n_first + rng.permutation(n_values - n_first)
        return priority

    def _own(self, previous, kind):
        """The previous complex, where it is one that can lend its order."""
        return previous if isinstance(previous, kind) else None
