"""Nystroem: features that approximate a kernel."""

import numpy as np
import pytest
from _gradients import check_pullback
from sklearn.kernel_approximation import Nystroem

from sktopo.gradients import value_and_pullback


@pytest.mark.parametrize(
    "transformer",
    [
        Nystroem(n_components=12, random_state=0),
        Nystroem(gamma=0.3, n_components=30, random_state=0),
        Nystroem(kernel="poly", degree=2, coef0=0.5, n_components=9, random_state=0),
        Nystroem(kernel="poly", n_components=9, random_state=0),
        Nystroem(kernel="sigmoid", gamma=0.1, n_components=9, random_state=0),
        Nystroem(kernel="linear", n_components=4, random_state=0),
    ],
    ids=str,
)
def test_pullback(rng, transformer):
    X = rng.normal(size=(30, 4))
    transformer.fit(X)
    check_pullback(transformer, X[:7] + 0.1, transformer.transform, rng)


def test_other_kernels_are_refused(rng):
    X = np.abs(rng.normal(size=(20, 3)))
    with pytest.raises(NotImplementedError, match="kernel='chi2'"):
        value_and_pullback(Nystroem(kernel="chi2", n_components=5).fit(X), X)
