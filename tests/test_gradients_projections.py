"""PCA and its kind, discriminant directions, and selected features."""

import numpy as np
import pytest
from _gradients import check_pullback
from sklearn.base import BaseEstimator
from sklearn.datasets import make_classification
from sklearn.decomposition import PCA, IncrementalPCA, TruncatedSVD
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.feature_selection import (
    RFE,
    RFECV,
    GenericUnivariateSelect,
    SelectFdr,
    SelectFpr,
    SelectFromModel,
    SelectFwe,
    SelectKBest,
    SelectorMixin,
    SelectPercentile,
    SequentialFeatureSelector,
    VarianceThreshold,
)
from sklearn.linear_model import Lasso, LinearRegression, LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from sktopo.gradients import value_and_pullback

X, Y = make_classification(
    60, 8, n_informative=5, n_classes=3, n_clusters_per_class=1, random_state=0
)


class EverySecond(SelectorMixin, BaseEstimator):
    def fit(self, X, y=None):
        self.n_features_in_ = X.shape[1]
        return self

    def _get_support_mask(self):
        return np.arange(self.n_features_in_) % 2 == 0


@pytest.mark.parametrize(
    "transformer",
    [
        PCA(3, random_state=0),
        PCA(),
        PCA(3, whiten=True, svd_solver="full"),
        IncrementalPCA(3),
        IncrementalPCA(3, whiten=True),
        TruncatedSVD(3, random_state=0),
        EverySecond(),
        GenericUnivariateSelect(mode="k_best", param=2),
        SelectFdr(),
        SelectFpr(),
        SelectFromModel(Lasso(0.1)),
        SelectFromModel(LogisticRegression(), prefit=False, max_features=2),
        SelectFwe(),
        SelectKBest(k=3),
        SelectPercentile(),
        SequentialFeatureSelector(Ridge(), n_features_to_select=2),
        VarianceThreshold(1.0),
    ],
    ids=repr,
)
def test_pullbacks_of_projections_agree_with_differences(transformer, rng):
    transformer.fit(X, Y)
    assert transformer.transform(X).shape[1] > 0
    check_pullback(transformer, X[:5], transformer.transform, rng)


def test_whitening_of_data_without_rank(rng):
    flat = rng.normal(size=(20, 2)) @ rng.normal(size=(2, 4))
    pca = PCA(whiten=True, svd_solver="covariance_eigh").fit(flat)
    output, pullback = value_and_pullback(pca, flat)
    assert np.isfinite(output).all()
    assert np.isfinite(pullback(np.ones_like(output))).all()
    good = output[:, :2], pca.transform(flat)[:, :2]
    np.testing.assert_allclose(*good, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("selector", [RFE, RFECV])
def test_elimination_gives_scores(selector, rng):
    classifier = selector(LogisticRegression()).fit(X, Y)
    check_pullback(classifier, X[:5], classifier.decision_function, rng)
    regressor = selector(LinearRegression()).fit(X, X[:, 0] - X[:, 3])
    check_pullback(regressor, X[:5], regressor.predict, rng)


@pytest.mark.parametrize(
    "step",
    [
        RFE(LogisticRegression(), n_features_to_select=3),
        LinearDiscriminantAnalysis(),
        LinearDiscriminantAnalysis(n_components=1),
        LinearDiscriminantAnalysis(solver="eigen", shrinkage=0.1),
    ],
    ids=repr,
)
def test_within_a_pipeline_they_transform(step, rng):
    model = make_pipeline(StandardScaler(), step, LogisticRegression()).fit(X, Y)
    check_pullback(model, X[:5], model.decision_function, rng)
    model = make_pipeline(StandardScaler(), step, FunctionTransformer()).fit(X, Y)
    check_pullback(model, X[:5], model.transform, rng)
    model = make_pipeline(StandardScaler(), step, "passthrough").fit(X, Y)
    check_pullback(model, X[:5], model.transform, rng)


def test_discriminant_analysis_without_transform():
    model = make_pipeline(FunctionTransformer(), LogisticRegression()).fit(X, Y)
    model.steps[0] = ("lda", LinearDiscriminantAnalysis(solver="lsqr").fit(X, Y))
    with pytest.raises(NotImplementedError, match="solver='lsqr'"):
        value_and_pullback(model, X)
