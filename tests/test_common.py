"""scikit-learn's own checks, in full."""

import pytest
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks
from sklearn.utils.validation import check_is_fitted

from sktopo import (
    DiagramDistances,
    DirectionalPersistence,
    LatentOptimizer,
    PersistenceDiagrams,
    PersistenceEnergies,
    SlicedWassersteinKernel,
    STUMPImageOptimizer,
    TopoImageOptimizer,
    TopologicalAutoencoder,
    TopologicalDecoder,
    TopologicalEmbedding,
    TopologicalLogisticRegression,
    TopologicalLogisticRegressionCV,
    TopologicalMLPClassifier,
    TopologicalMLPRegressor,
    TopologicalProjection,
    TopologicalRidge,
    TopologicalRidgeCV,
    TopologicalTrend,
    TopoPointOptimizer,
)
from sktopo.attacks import TopologicalAttack
from sktopo.filtrations import Cubical
from sktopo.neural_network import TopologicalMapping
from sktopo.peaks import PeakFinder
from sktopo.pooling import RandomPooling
from sktopo.simplification import PersistenceSimplifier, TopologyCorrector

# The samples of these checks are smaller than a window, and not in [0, 1].
pytestmark = [
    pytest.mark.filterwarnings(f"ignore:{message}")
    for message in (
        "STUMPImageOptimizer changed F of the pooled copies",
        "X of TopologyCorrector ranges from",
    )
]


class OfSignals(TransformerMixin, BaseEstimator):
    """PersistenceDiagrams and a transformer of these in a row, as one estimator.

    Diagrams are no 2-D arrays, so scikit-learn's checks cannot be put to what takes
    them alone; behind PersistenceDiagrams it takes rows as signals. A Pipeline of the
    two would do but for two checks that no Pipeline passes: it fits its steps in place.
    """

    def __init__(self, transformer):
        self.transformer = transformer

    def fit(self, X, y=None):
        self.diagrams_ = PersistenceDiagrams(Cubical())
        self.pipeline_ = make_pipeline(self.diagrams_, clone(self.transformer)).fit(X)
        for name in ("n_features_in_", "feature_names_in_"):
            if hasattr(self.diagrams_, name):
                setattr(self, name, getattr(self.diagrams_, name))
        return self

    def transform(self, X):
        check_is_fitted(self)
        return self.pipeline_.transform(X)

    def get_feature_names_out(self, input_features=None):
        return self.pipeline_[-1].get_feature_names_out()


@parametrize_with_checks(
    [
        TopologicalRidge(),
        TopologicalRidgeCV(alphas=2, i0=[2], cv=2),
        TopologicalLogisticRegression(),
        TopologicalLogisticRegressionCV([1.0], i0=2, topology="values", l2=1.0, cv=2),
        TopologicalTrend(),
        PeakFinder(2),
        PersistenceSimplifier(1.0),
        TopologyCorrector(1),
        OfSignals(PersistenceEnergies()),
        DirectionalPersistence(),
        TopologicalAttack(LogisticRegression(), n_steps=5, clip=None),
        TopologicalMapping(max_iter=2),
        LatentOptimizer(PCA(1), n_steps=2),
        TopologicalDecoder(max_iter=2),
        TopologicalMLPClassifier(10, learning_rate=0.05, max_iter=20),
        TopologicalMLPRegressor(10, learning_rate=0.05, max_iter=20),
        TopologicalAutoencoder(1, max_iter=2),
        TopologicalEmbedding(1, learning_rate=0.01, max_iter=5),
        TopologicalProjection(1, filtration="vietoris_rips", max_iter=2),
        TopoImageOptimizer(n_steps=5),
        STUMPImageOptimizer(n_steps=5, pooling=RandomPooling(max_noise=0.1)),
        TopoPointOptimizer(filtration="vietoris_rips", max_iter=5),
    ]
)
def test_scikit_learn_checks(estimator, check):
    check(estimator)


@pytest.mark.slow
@parametrize_with_checks(
    [
        TopologicalTrend(2, maxima=False, method="penalty"),
        OfSignals(DiagramDistances("bottleneck")),
        OfSignals(SlicedWassersteinKernel()),
        DirectionalPersistence(n_jobs=2, homology_dimensions=0),
        LatentOptimizer(make_pipeline(StandardScaler(), PCA(1)), n_steps=2, n_jobs=2),
        TopoPointOptimizer(
            filtration="vietoris_rips", method="nadaraya_watson", max_iter=5
        ),
    ]
)
def test_scikit_learn_checks_of_variants(estimator, check):
    check(estimator)


NO_ARRAY = "diagrams are lists of arrays of different lengths, which it cannot compare"
CANNOT_APPLY = dict.fromkeys(
    [
        "check_estimators_pickle",
        "check_methods_sample_order_invariance",
        "check_methods_subset_invariance",
        "check_pipeline_consistency",
        "check_transformer_data_not_an_array",
        "check_transformer_general",
        "check_transformer_preserve_dtypes",
        "check_transformers_unfitted_stateless",
    ],
    NO_ARRAY,
)


@parametrize_with_checks(
    [PersistenceDiagrams(Cubical(), 0)],
    expected_failed_checks=lambda estimator: CANNOT_APPLY,
)
def test_scikit_learn_checks_that_apply_to_diagrams(estimator, check):
    check(estimator)
