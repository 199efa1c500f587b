"""Pullbacks of what reduces the number of features."""

import numpy as np
from sklearn.base import is_classifier, is_regressor
from sklearn.decomposition import PCA, IncrementalPCA, TruncatedSVD
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.feature_selection import RFE, SelectorMixin

from sktopo._sklearn_compat import n_directions_of
from sktopo.gradients._pullbacks import register, register_step, value_and_pullback


@register(PCA, IncrementalPCA)
def _pca(pca, X):
    output, pullback = _projected(X - pca.mean_, pca.components_)
    if not pca.whiten:
        return output, pullback
    scale = np.sqrt(pca.explained_variance_)
    scale = np.maximum(scale, np.finfo(scale.dtype).eps)
    return output / scale, lambda grad: pullback(grad / scale)


@register(TruncatedSVD)
def _truncated_svd(svd, X):
    return _projected(X, svd.components_)


@register_step(LinearDiscriminantAnalysis)
def _discriminant_directions(lda, X):
    if lda.solver == "lsqr":
        raise NotImplementedError(
            "LinearDiscriminantAnalysis has no transform with solver='lsqr' "
            "(use 'svd' or 'eigen')."
        )
    directions = lda.scalings_[:, : n_directions_of(lda)].T
    return _projected(X - lda.xbar_ if lda.solver == "svd" else X, directions)


def _projected(X, components):
    return X @ components.T, lambda grad: grad @ components


@register(SelectorMixin)
@register_step(RFE)
def _selector(selector, X):
    kept = selector.get_support(indices=True)

    def pullback(grad):
        back = np.zeros(X.shape)
        back[:, kept] = grad
        return back

    return X[:, kept], pullback


@register(RFE)
def _recursive_elimination(selector, X):
    output, pullback = _selector(selector, X)
    if not (is_classifier(selector) or is_regressor(selector)):
        return output, pullback
    output, pullback_of_scores = value_and_pullback(selector.estimator_, output)
    return output, lambda grad: pullback(pullback_of_scores(grad))
