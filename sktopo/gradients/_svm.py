"""Pullbacks of support vector machines with kernels."""

from functools import lru_cache

import numpy as np
import scipy.sparse as sp
from sklearn.svm import SVC, SVR, NuSVC, NuSVR

from sktopo._sklearn_compat import gamma_of
from sktopo.gradients._kernels import KERNELS, kernel_and_pullback
from sktopo.gradients._pullbacks import register


@register(SVR, NuSVR)
def _regressor(svm, X):
    return _one_machine(svm, X)


@register(SVC, NuSVC)
def _classifier(svm, X):
    n_classes = len(svm.classes_)
    if n_classes == 2:
        return _one_machine(svm, X)
    margins, pullback = _pairwise_margins(svm, X, n_classes)
    if svm.decision_function_shape == "ovo":
        return margins, pullback
    scores, pullback_of_votes = _votes(margins, n_classes)
    return scores, lambda grad: pullback(pullback_of_votes(grad))


def _one_machine(svm, X):
    values, pullback = _kernel(svm, X)
    weights = svm.dual_coef_
    output = values @ weights[0]
    output += svm.intercept_
    return output, lambda grad: pullback(grad[:, None] * weights)


def _pairwise_margins(svm, X, n_classes):
    """The machine of the classes i < j weighs the support vectors of these two.

    Those of class i have their weights in row j - 1 of ``dual_coef_``, those of class j
    in row i.
    """
    values, pullback_of_kernel = _kernel(svm, X)
    first, second = _pairs(n_classes)
    ends = np.cumsum(svm.n_support_).tolist()
    own = [slice(a, b) for a, b in zip([0, *ends], ends, strict=False)]
    weights = [svm.dual_coef_[:, s] for s in own]
    parts = np.empty((len(X), n_classes, n_classes - 1))
    for c, s in enumerate(own):
        parts[:, c] = values[:, s] @ weights[c].T
    margins = parts[:, first, second - 1] + parts[:, second, first] + svm.intercept_

    def pullback(grad):
        grad_parts = np.empty_like(parts)
        grad_parts[:, first, second - 1] = grad
        grad_parts[:, second, first] = grad
        grad_values = [grad_parts[:, c] @ weights[c] for c in range(n_classes)]
        return pullback_of_kernel(np.concatenate(grad_values, axis=1))

    return margins, pullback


@lru_cache(maxsize=32)
def _pairs(n_classes):
    return np.triu_indices(n_classes, 1)


def _votes(margins, n_classes):
    """Each class's votes, and its sum s of margins as s / (3 (|s| + 1)) between ties.

    The votes are constant where no margin is zero.
    """
    wins, losses = _one_vs_one_incidence(n_classes)
    votes = (margins >= 0) @ wins + (margins < 0) @ losses
    total = margins @ (wins - losses)
    size = np.abs(total) + 1

    def pullback(grad):
        return (grad / (3 * size**2)) @ (wins - losses).T

    return votes + total / (3 * size), pullback


@lru_cache(maxsize=32)
def _one_vs_one_incidence(n_classes):
    first, second = _pairs(n_classes)
    return np.eye(n_classes)[first], np.eye(n_classes)[second]


def _kernel(svm, X):
    """Its values between the rows of X and the support vectors, and the pullback."""
    if svm.kernel not in KERNELS:
        raise NotImplementedError(
            f"value_and_pullback goes through a {type(svm).__name__} whose kernel is "
            f"'linear', 'poly', 'rbf' or 'sigmoid'. Got kernel={svm.kernel!r}."
        )
    vectors = svm.support_vectors_
    if sp.issparse(vectors):
        raise NotImplementedError(
            f"value_and_pullback goes through a {type(svm).__name__} that was fitted "
            "on dense data only. Fit it on X.toarray()."
        )
    return kernel_and_pullback(
        svm.kernel,
        X,
        vectors,
        gamma=gamma_of(svm),
        degree=svm.degree,
        coef0=svm.coef0,
    )
