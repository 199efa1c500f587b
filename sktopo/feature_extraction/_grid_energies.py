"""Energies of many paths or images of one shape at once."""

import numpy as np

from sktopo.persistence import stacked_grid_bars, stacked_grid_diagrams


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
        self._settings = {"superlevel": superlevel, "essential": essential}

    def values(self, grids):
        """The energies.

        Parameters
        ----------
        grids : ndarray of float64 of shape (n_grids, n) or (n_grids, h, w)

        Returns
        -------
        ndarray of shape (n_grids * n_dimensions, n_energies)
        """
        bars, lengths = stacked_grid_diagrams(
            grids, self.homology_dimensions, **self._settings
        )
        return self.table.values(bars, lengths)

    def value_and_pullback(self, grids):
        """The energies, and the pullback of gradients in them.

        Parameters
        ----------
        grids : ndarray of float64 of shape (n_grids, n) or (n_grids, h, w)

        Returns
        -------
        energies : ndarray of shape (n_grids * n_dimensions, n_energies)
        pullback : callable
            From an array of the shape of ``energies`` to one of the shape of ``grids``.
        """
        bars, cells, lengths = self._bars(grids)
        energies, table_pullback = self.table.value_and_pullback(bars, lengths)

        def pullback(grad):
            grad_bars, used = table_pullback(grad), cells >= 0
            back = np.bincount(cells[used], grad_bars[used], grids.size)
            return back.reshape(grids.shape)

        return energies, pullback

    def _bars(self, grids):
        """The bars of all grids, pixels that made them, and bars of each diagram."""
        n_grids, n_pixels = len(grids), grids[0].size
        n_dimensions = len(self.homology_dimensions)
        parts = stacked_grid_bars(
            grids, "full", self.homology_dimensions, **self._settings
        )
        bars = np.concatenate([part.diagram for part in parts])
        cells = np.concatenate([part.indices for part in parts])
        diagram = np.concatenate(
            [
                part.indices[:, 0] // n_pixels * n_dimensions + k
                for k, part in enumerate(parts)
            ]
        )
        order = np.argsort(diagram, kind="stable")
        lengths = np.bincount(diagram, minlength=n_grids * n_dimensions)
        return bars[order], cells[order], lengths
