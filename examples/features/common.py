"""What the examples on features share: digits, and tables of accuracies."""

import sys
from pathlib import Path

from sklearn.datasets import load_digits
from sklearn.model_selection import cross_val_score, train_test_split

sys.path.append(str(Path(__file__).parents[1]))
from shared import SHORT, save, stored

__all__ = ["SHORT", "accuracies", "digits", "save"]


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


def accuracies(title, models, data_of, noises):
    """Print and return the accuracy of models over 5 folds, at some levels of noise.

    ``data_of(noise)`` makes the data, X and y.
    """
    scores = {name: [] for name in models}
    for noise in noises:
        X, y = data_of(noise)
        for name, model in models.items():
            scores[name].append(cross_val_score(model, X, y, cv=5).mean())
    print(f"\n{title + ', noise of':28s}" + "".join(f"{noise:8g}" for noise in noises))
    for name, row in scores.items():
        print(f"{name:28s}" + "".join(f"{score:8.3f}" for score in row))
    return scores
