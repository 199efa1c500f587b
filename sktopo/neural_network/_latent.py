"""Codes that move until the samples made of them have a topology."""

import numbers

import numpy as np
from sklearn.base import (
    BaseEstimator,
    ClassNamePrefixFeaturesOutMixin,
    TransformerMixin,
    clone,
)
from sklearn.utils import Bunch
from sklearn.utils.validation import check_is_fitted

from sktopo._fitting import fit_context
from sktopo._progress import ProgressLine
from sktopo._sklearn_compat import HasMethods, StrOptions
from sktopo._tables import check_one_table, validate_table
from sktopo._validation import (
    N_JOBS,
    NON_NEGATIVE,
    NON_NEGATIVE_INT,
    POSITIVE,
    drawn_seed,
)
from sktopo._workers import in_workers
from sktopo.filtrations import FILTRATION_CONSTRAINT
from sktopo.neural_network._decoding import (
    check_codes,
    check_generator,
    column_spreads,
    has_encoder,
    samples_and_pullback,
)
from sktopo.neural_network._latent_problem import LatentProblem
from sktopo.neural_network._sample_objective import SampleObjective
from sktopo.solvers import Adam


class LatentOptimizer(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """Move latent codes until the samples made of them have the topology asked for.

    For each code z_0 of a generator g, Adam minimises [1]_ ::

        objective(g(z)) / r^d + fidelity_weight * ||g(z) - g(z_0)||^2 / r^2

    from z_0 on, or with ``fidelity="codes"`` the squared change of the code in place of
    that of the sample, in units of the spread of the codes. r is the range of
    the sample g(z_0) and d the degree of the objective: 1 for E(1, 0, i0). So neither
    the units of the samples nor those of the codes matter.

    Parameters
    ----------
    generator : estimator
        A transformer with an ``inverse_transform``, such as PCA, NMF or a Pipeline of
        these, or a regressor from codes to samples, such as MLPRegressor;
        ``sktopo.gradients`` has to go through it. A clone is fitted; put one that is
        ready into a FrozenEstimator.
    objective : Term, DiagramFunctional or None, default=None
        What is to become small: a functional of the sample's diagrams, or a Term in the
        sample itself, such as PooledPersistenceTerm. None is ``PersistenceEnergy(p=1,
        q=0, i0=2)``: one component in place of several.
    filtration : Filtration or None, default=None
        Of a functional. None is ``Cubical(superlevel=True)``.
    homology_dimensions : int or tuple of int, default=0
        The diagrams of a functional.
    fidelity : {"samples", "codes"}, default="samples"
        Which changes are counted.
    fidelity_weight : float >= 0, default=0.1
        How much.
    image_shape : tuple of int or None, default=None
        Read the samples as images or voxel grids; without it they are signals.
    clip : tuple of 2 floats or None, default=None
        Range of the samples, to which they are cut before the objective sees them.
    learning_rate : float > 0, default=0.05
        Of Adam, in standard deviations of the codes.
    n_steps : int >= 0, default=200
        Steps for each code.
    random_state : int, RandomState instance or None, default=None
        Of an objective that is random. Each code gets the same draws.
    n_jobs : int or None, default=None
        Workers of joblib, over which the codes are spread.
    verbose : int >= 0, default=0
        1 shows one line that moves, 2 prints a line for each code.

    Attributes
    ----------
    generator_ : estimator
        The fitted generator.
    spread_ : ndarray of shape (n_components,)
        Standard deviations of the codes of the training data.
    seed_ : int
        Of the draws.
    n_features_in_ : int
        Number of columns of X.

    References
    ----------
    .. [1] R. Brüel-Gabrielsson et al., "A Topology Layer for Machine Learning",
       AISTATS 2020, section 3.2, :doi:`10.48550/arXiv.1905.12200`.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.datasets import load_digits
    >>> from sklearn.decomposition import PCA
    >>> from sktopo.neural_network import LatentOptimizer
    >>> X = load_digits().data / 16
    >>> model = LatentOptimizer(PCA(10), image_shape=(8, 8), clip=(0, 1)).fit(X)
    >>> codes = np.random.default_rng(0).normal(size=(3, 10)) * model.spread_
    >>> moved = model.optimize(codes)
    >>> bool((moved.objective_after < 0.1 * moved.objective_before).all())
    True
    >>> moved.samples.shape
    (3, 64)
    """

    _parameter_constraints = {
        "generator": [HasMethods(["fit"])],
        "objective": [HasMethods(["value_and_grad"]), None],
        "filtration": [*FILTRATION_CONSTRAINT, None],
        "homology_dimensions": ["array-like", numbers.Integral],
        "fidelity": [StrOptions({"samples", "codes"})],
        "fidelity_weight": [NON_NEGATIVE],
        "image_shape": ["array-like", None],
        "clip": ["array-like", None],
        "learning_rate": [POSITIVE],
        "n_steps": [NON_NEGATIVE_INT],
        "random_state": ["random_state"],
        "n_jobs": N_JOBS,
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        generator,
        objective=None,
        *,
        filtration=None,
        homology_dimensions=0,
        fidelity="samples",
        fidelity_weight=0.1,
        image_shape=None,
        clip=None,
        learning_rate=0.05,
        n_steps=200,
        random_state=None,
        n_jobs=None,
        verbose=0,
    ):
        self.generator = generator
        self.objective = objective
        self.filtration = filtration
        self.homology_dimensions = homology_dimensions
        self.fidelity = fidelity
        self.fidelity_weight = fidelity_weight
        self.image_shape = image_shape
        self.clip = clip
        self.learning_rate = learning_rate
        self.n_steps = n_steps
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.verbose = verbose

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X, y=None):
        """Fit the generator, and see how far its codes are spread.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Samples, for a transformer; codes, for a regressor.
        y : array-like of shape (n_samples, n_outputs) or None, default=None
            The samples of the codes, for a regressor.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If ``image_shape`` does not fit the samples.
        NotImplementedError
            If no gradient of the generator is known.
        """
        name = type(self).__name__
        check_generator(self.generator, name)
        X = self._validated(X, reset=True)
        objective = SampleObjective(self)
        self.generator_ = clone(self.generator).fit(X, y)
        codes = self._encoded(X)
        self.spread_ = column_spreads(codes)
        self._n_features_out = codes.shape[1]
        samples, _ = samples_and_pullback(self.generator_, codes[:1])
        objective.check(samples[0])
        self.seed_ = drawn_seed(self.random_state)
        return self

    def transform(self, X):
        """Move codes.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Samples, whose codes are moved, or for a regressor codes.

        Returns
        -------
        ndarray of shape (n_samples, n_components)
            Codes.
        """
        check_is_fitted(self)
        codes = self._encoded(self._validated(X, reset=False))
        return self.optimize(codes).codes

    def generate(self, Z):
        """Make samples of codes that are moved first.

        Parameters
        ----------
        Z : array-like of shape (n_samples, n_components)
            Codes.

        Returns
        -------
        ndarray of shape (n_samples, n_features)
        """
        return self.optimize(Z).samples

    def optimize(self, Z):
        """Move codes, and tell how it went.

        Each code is moved by itself: the answer is the same in any batch and order.

        Parameters
        ----------
        Z : array-like of shape (n_samples, n_components)
            Codes.

        Returns
        -------
        Bunch
            ``codes`` and ``samples``, where they have moved to; ``objective_before``
            and ``objective_after``, of every sample; and ``loss_curves``, a list of
            arrays with the loss of each step. The best of all steps is kept, or the
            last one where the objective is random.
        """
        check_is_fitted(self)
        Z = check_codes(Z, self.spread_.size, self)
        problem = LatentProblem(
            self.generator_,
            SampleObjective(self),
            spread=self.spread_,
            fidelity=self.fidelity,
            weight=self.fidelity_weight,
            seed=self.seed_,
        )
        solver = Adam(self.learning_rate, max_iter=self.n_steps)
        jobs = ((problem, solver, z) for z in Z)
        line = ProgressLine(type(self).__name__, len(Z), "code", self.verbose)
        found = in_workers(_moved, jobs, self.n_jobs, line, _tell_objective)
        before, after, curves, codes = zip(*found, strict=True)
        codes = np.stack(codes)
        return Bunch(
            codes=codes,
            samples=samples_and_pullback(self.generator_, codes)[0],
            objective_before=np.array(before),
            objective_after=np.array(after),
            loss_curves=list(curves),
        )

    def _validated(self, X, reset):
        check_one_table(X, type(self).__name__, "Flatten images, and set image_shape.")
        return validate_table(self, X, dtype=[np.float64, np.float32], reset=reset)

    def _encoded(self, X):
        if has_encoder(self.generator_):
            X = self.generator_.transform(X)
        return np.asarray(X, dtype=np.float64)


def _moved(problem, solver, z):
    """The objective before and after, the loss curve, and where a code has moved to."""
    before, after, result = problem.minimize(solver, z)
    return before, after, result.history, problem.code_of(z, result.x)


def _tell_objective(line, moved):
    before, after, *_ = moved
    line.advance(objective=f"{before:.4g} -> {after:.4g}")
