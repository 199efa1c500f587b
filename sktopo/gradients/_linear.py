"""Pullbacks of linear models: X @ coef_.T + intercept_."""

from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import (
    ARDRegression,
    BayesianRidge,
    ElasticNet,
    ElasticNetCV,
    HuberRegressor,
    Lars,
    LassoCV,
    LinearRegression,
    LogisticRegression,
    MultiTaskElasticNetCV,
    MultiTaskLassoCV,
    OrthogonalMatchingPursuit,
    OrthogonalMatchingPursuitCV,
    Perceptron,
    QuantileRegressor,
    Ridge,
    RidgeClassifier,
    RidgeClassifierCV,
    RidgeCV,
    SGDClassifier,
    SGDRegressor,
    TheilSenRegressor,
)
from sklearn.svm import LinearSVC, LinearSVR

from sktopo.gradients._pullbacks import register


@register(
    LinearDiscriminantAnalysis,
    LinearSVC,
    LogisticRegression,
    Perceptron,
    RidgeClassifier,
    RidgeClassifierCV,
    SGDClassifier,
)
def linear_classifier(classifier, X):
    """Scores, (n_samples,) of two classes, and the pullback."""
    coef = classifier.coef_
    if coef.ndim == 1:
        coef = coef[None]
    scores = X @ coef.T
    scores += classifier.intercept_
    if scores.shape[1] > 1:
        return scores, lambda grad: grad @ coef
    return scores[:, 0], lambda grad: grad[:, None] @ coef


@register(
    ARDRegression,
    BayesianRidge,
    ElasticNet,
    ElasticNetCV,
    HuberRegressor,
    Lars,
    LassoCV,
    LinearRegression,
    LinearSVR,
    MultiTaskElasticNetCV,
    MultiTaskLassoCV,
    OrthogonalMatchingPursuit,
    OrthogonalMatchingPursuitCV,
    QuantileRegressor,
    Ridge,
    RidgeCV,
    SGDRegressor,
    TheilSenRegressor,
)
def linear_regressor(regressor, X):
    """Predictions, and the pullback."""
    coef = regressor.coef_
    output = X @ coef.T + regressor.intercept_
    if output.ndim == 1:
        return output, lambda grad: grad[:, None] * coef
    return output, lambda grad: grad @ coef
