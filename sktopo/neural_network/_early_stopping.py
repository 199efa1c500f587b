"""When to end a training: once the loss of validation rows no longer falls."""

import numpy as np


class EarlyStopping:
    """A callback for a solver that keeps the best parameters, and ends the run.

    Parameters
    ----------
    loss : callable
        From parameters to the loss of the validation rows.
    every : int
        Steps of an epoch, after each of which the loss is taken.
    patience : int
        Epochs without a better loss after which the run ends.

    Attributes
    ----------
    best_x : ndarray or None
    values : list of float
        The loss after each epoch.
    """

    def __init__(self, loss, *, every, patience):
        self._loss, self._every, self._patience = loss, every, patience
        self.best_x, self.values = None, []

    def __call__(self, result):
        """Note a step; True ends the run."""
        if result.nit % self._every:
            return False
        value = self._loss(result.x)
        if value < min(self.values, default=np.inf):
            self.best_x = result.x
        self.values.append(value)
        return len(self.values) - 1 - int(np.argmin(self.values)) >= self._patience

    def best(self, result):
        """The best parameters, which are the result's where no loss was taken."""
        return result.x if self.best_x is None else self.best_x
