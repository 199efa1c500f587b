"""When to end a training: once the loss of rows kept back no longer falls."""

import numpy as np


class EarlyStopping:
    """A callback for a solver that keeps the best parameters, and ends the run.

    Parameters
    ----------
    loss : callable
        From parameters to the loss of what was kept back, or None where nothing was.
    every : int
        Steps of a pass, after each of which the loss is taken.
    patience : int
        Passes without a better loss after which the run ends.

    Attributes
    ----------
    best_x : ndarray or None
    values : list of float
        The loss after each pass.
    """

    def __init__(self, loss, *, every, patience):
        self._loss, self._every, self._patience = loss, every, patience
        self.best_x, self.values = None, []

    def __call__(self, result):
        """Note a step; True ends the run."""
        if result.nit % self._every:
            return False
        value = self._loss(result.x)
        if value is None:
            return False
        if value < min(self.values, default=np.inf):
            self.best_x = result.x
        self.values.append(value)
        return len(self.values) - 1 - int(np.argmin(self.values)) >= self._patience
