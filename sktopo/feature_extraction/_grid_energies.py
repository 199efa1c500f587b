"""Energies of many paths or images of one shape at once."""

import numpy as np

from sktopo.persistence import (
    gather_diagram,
    stacked_grid_diagrams,
    stacked_grid_pairs,
)


class GridEnergies:
    """The energies of a table, of each of many grids and of each dimension.

    Parameters
    ----------
    table : EnergyTable
    homology_dimensions : tuple of int
    superlevel : bool
    essential : {"drop", "extremum"}
    """

    def __init__(self, table, homology_dimensions, superlevel, essential):
        self.table = table
        self.homology_dimensions = homology_dimensions
        self.superlevel = superlevel
        self.essential = essential

    def values(self, grids):
        """The energies.

        Parameters
        ----------
        grids : ndarray of float64 of shape (n_grids, n) or (n_grids, h, w)

        Returns
        -------
        ndarray of shape (n_grids * n_dimensions, n_energies)
        """
        dimensions = self.homology_dimensions
        sign = -1.0 if self.superlevel else 1.0
        values = sign * grids
        diagrams = stacked_grid_diagrams(values, dimensions)
        lengths = np.array([len(diagram) for diagram in diagrams])
        bars = np.concatenate(diagrams)
        if self.essential == "extremum":
            never = np.flatnonzero(np.isinf(bars[:, 1]))
            # In H0 alone, one in each grid.
            last = values.reshape(len(grids), -1).max(axis=1)
            bars[never, 1] = last.repeat(len(dimensions)).repeat(lengths)[never]
        bars *= sign
        return self.table.values(bars, lengths)

    def value_and_pullback(self, grids):
        """The energies, and the way back for their gradients.

        Parameters
        ----------
        grids : ndarray of float64 of shape (n_grids, n) or (n_grids, h, w)

        Returns
        -------
        energies : ndarray of shape (n_grids * n_dimensions, n_energies)
        pullback : callable
            From an array of the shape of ``energies`` to one of the shape of ``grids``.
        """
        bars, cells, lengths = self._cells(grids)
        energies, pull = self.table.value_and_pullback(bars, lengths)

        def pullback(grad):
            grad_bars, used = pull(grad), cells >= 0
            back = np.bincount(cells[used], grad_bars[used], grids.size)
            return back.reshape(grids.shape)

        return energies, pullback

    def _cells(self, grids):
        """The bars of all grids, pixels that made them, and bars of each diagram."""
        n_grids, n_pixels = len(grids), grids[0].size
        n_dimensions = len(self.homology_dimensions)
        flat = grids.reshape(n_grids, n_pixels)
        last = None
        if self.essential == "extremum":
            # Of equal pixels the last one enters last.
            backwards = flat[:, ::-1]
            end = backwards.argmin(1) if self.superlevel else backwards.argmax(1)
            last = np.arange(1, n_grids + 1) * n_pixels - 1 - end
        cells, diagram = [], []
        for k, pairs in enumerate(
            stacked_grid_pairs(
                grids, "full", self.homology_dimensions, descending=self.superlevel
            )
        ):
            born = pairs.essential
            never = np.full(born.size, -1) if last is None else last[born // n_pixels]
            cells.append(pairs.finite)
            cells.append(np.stack([born, never], axis=1))
            diagram += [one[:, 0] // n_pixels * n_dimensions + k for one in cells[-2:]]
        cells, diagram = np.concatenate(cells), np.concatenate(diagram)
        # One order of the bars of a diagram, whatever it stands beside.
        birth, death = cells.T % n_pixels
        order = np.argsort((diagram * n_pixels + birth) * n_pixels + death)
        lengths = np.bincount(diagram, minlength=n_grids * n_dimensions)
        cells = cells[order]
        return gather_diagram(flat.ravel(), cells, self.superlevel), cells, lengths
