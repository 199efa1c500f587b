"""What the examples on features share: handwritten digits."""

import sys
from pathlib import Path

from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

sys.path.append(str(Path(__file__).parents[1]))
from shared import SHORT, save, stored

__all__ = ["SHORT", "digits", "save"]


def digits(n_train, n_test):
    """Images (n, h, w) from 0 to 1 and their labels, to train on and to test on.

    MNIST where it is at hand, or else the smaller digits of scikit-learn.
    """
    found = None if SHORT else stored("mnist.npz")
    if found is None:
        X, y = load_digits(return_X_y=True)
        X, X_test, y, y_test = train_test_split(
            X.reshape(-1, 8, 8) / 16, y, random_state=0
        )
    else:
        X, X_test = found["x_train"] / 255, found["x_test"] / 255
        y, y_test = found["y_train"], found["y_test"]
    n_train, n_test = (300, 60) if SHORT else (n_train, n_test)
    return X[:n_train], y[:n_train], X_test[:n_test], y_test[:n_test]
