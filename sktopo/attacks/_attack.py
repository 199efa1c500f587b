"""Adversarial examples of any classifier that gradients go through."""

import hashlib
import numbers

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin, clone, is_classifier
from sklearn.utils import Bunch
from sklearn.utils.validation import check_is_fitted

from sktopo._fitting import fit_context, validate_params
from sktopo._progress import ProgressLine
from sktopo._samples import ARRAYS, SameColumnsMixin, read_classes, read_samples
from sktopo._sklearn_compat import HasMethods, Options, StrOptions
from sktopo._validation import (
    FRACTION,
    N_JOBS,
    NON_NEGATIVE_INT,
    POSITIVE,
    POSITIVE_INT,
    drawn_seed,
)
from sktopo._workers import even_slices, in_workers
from sktopo.attacks._budget import BUDGETS, budget_for, warn_of_range
from sktopo.attacks._goal import Goal, with_feature_names
from sktopo.attacks._search import descend, flip_pixels


class TopologicalAttack(SameColumnsMixin, TransformerMixin, BaseEstimator):
    """Change images a little, so that a classifier takes them for something else.

    Steps along the gradient of the classifier's loss with respect to its input, through
    persistence features too [1]_ [2]_ ::

        v <- momentum * v + grad / ||grad||_1
        x <- project(x - step * direction(v))

    where direction is the sign for ``norm=inf``, and the projection keeps x within
    ``eps`` of the original and within the range ``clip``. The steps shrink from
    ``step_size`` to a tenth of it. ``norm=0`` sets one pixel
    after the other to an end of its range: of those with the largest gradients the one
    that helps most.

    Every row is attacked by itself, and has the same answer alone and in any batch.

    Parameters
    ----------
    estimator : classifier
        Also a Pipeline; ``sktopo.gradients.value_and_pullback`` has to go through it. A
        clone of it is fitted; put one that is fitted into
        ``sklearn.frozen.FrozenEstimator``.
    target : {"random", "untargeted"}, default="random"
        The class that is aimed at where ``generate`` is not told: one at random, other
        than the one that is predicted for the row, or whichever other one is nearest.
    norm : {inf, 2, 0}, default=inf
        What ``eps`` bounds: the change of every pixel, the Euclidean length of the
        change, or the number of pixels that change.
    eps : float > 0, or array-like of the shape of a sample, default=0.3
        How much may change. A number of pixels for ``norm=0``. For ``norm=inf`` it may
        have a budget >= 0 for each feature.
    step_size : float > 0 or None, default=None
        Length of the first step. None is ``eps / 10``, or more where ``n_steps`` are
        too few to go as far as ``eps``. Not used for ``norm=0``.
    n_steps : int >= 1, default=100
        Steps at most, from every start. Not used for ``norm=0``.
    momentum : float in [0, 1), default=0.9
        What is kept of earlier gradients. Not used for ``norm=0``.
    clip : tuple of 2 floats or None, default=(0, 1)
        Range of the values, which is to be that of the data. A pixel that starts
        outside of it may stay, or move towards it.
    mask : array-like of bool, of the shape of a sample, or None, default=None
        Which pixels may change; None is all of them.
    n_restarts : int >= 0, default=0
        Further starts within the budget, drawn at random, if the original as a start
        has no success. Not used for ``norm=0``.
    random_state : int, RandomState instance or None, default=None
        Seed of targets and starts; each row's also come from what it holds.
    n_jobs : int or None, default=None
        Rows are spread over so many workers.
    verbose : int >= 0, default=0
        1 shows one line that moves, 2 prints a line for each part of the rows.

    Attributes
    ----------
    estimator_ : classifier
        The fitted one.
    classes_ : ndarray of shape (n_classes,)
        Its classes.
    seed_ : int
        Of all draws.
    sample_shape_ : tuple of int
        Of a row or an image.
    n_features_in_ : int
        Number of columns, where X is a 2-D array.

    References
    ----------
    .. [1] R. Brüel-Gabrielsson et al., "A Topology Layer for Machine Learning",
       AISTATS 2020, section 3.3, :doi:`10.48550/arXiv.1905.12200`.
    .. [2] Y. Dong et al., "Boosting Adversarial Attacks with Momentum", CVPR 2018,
       :doi:`10.1109/CVPR.2018.00957`.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sktopo.attacks import TopologicalAttack
    >>> X, y = load_digits(return_X_y=True)
    >>> X = X / 16
    >>> attack = TopologicalAttack(
    ...     LogisticRegression(max_iter=500), eps=0.3, random_state=0
    ... ).fit(X[:1000], y[:1000])
    >>> found = attack.generate(X[1000:1050])
    >>> bool(found.success.mean() > 0.9)
    True
    >>> labels = attack.estimator_.predict(found.X)
    >>> bool((labels == found.target)[found.success].all())
    True
    """

    _parameter_constraints = {
        "estimator": [HasMethods(["fit", "predict"])],
        "target": [StrOptions({"random", "untargeted"})],
        "norm": [Options(numbers.Real, set(BUDGETS))],
        "eps": [POSITIVE, "array-like"],
        "step_size": [POSITIVE, None],
        "n_steps": [POSITIVE_INT],
        "momentum": [FRACTION],
        "clip": ["array-like", None],
        "mask": ["array-like", None],
        "n_restarts": [NON_NEGATIVE_INT],
        "random_state": ["random_state"],
        "n_jobs": N_JOBS,
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        estimator,
        *,
        target="random",
        norm=np.inf,
        eps=0.3,
        step_size=None,
        n_steps=100,
        momentum=0.9,
        clip=(0, 1),
        mask=None,
        n_restarts=0,
        random_state=None,
        n_jobs=None,
        verbose=0,
    ):
        self.estimator = estimator
        self.target = target
        self.norm = norm
        self.eps = eps
        self.step_size = step_size
        self.n_steps = n_steps
        self.momentum = momentum
        self.clip = clip
        self.mask = mask
        self.n_restarts = n_restarts
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.verbose = verbose

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X, y):
        """Fit a clone of the estimator.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Or what else the estimator takes, such as (n_samples, h, w).
        y : array-like of shape (n_samples,)

        Returns
        -------
        self

        Raises
        ------
        TypeError
            If the estimator is no classifier.
        ValueError
            If X and y are not finite or do not fit together, or parameters do not.

        Warns
        -----
        UserWarning
            If X is not within ``clip``; also in ``transform`` and ``generate``.
        """
        name = type(self).__name__
        if not is_classifier(self.estimator):
            raise TypeError(
                f"The 'estimator' parameter of {name} must be a classifier. "
                f"Got {self.estimator!r} instead."
            )
        X = self._read(X, reset=True).arrays
        self._budget(X.shape[1:])
        warn_of_range(X, self.clip, name)
        y = read_classes(X, y, name)
        self.estimator_ = clone(self.estimator).fit(with_feature_names(self, X), y)
        self.classes_ = self.estimator_.classes_
        if len(self.classes_) < 2:
            raise ValueError(
                f"{name} needs a classifier of 2 or more classes. Got one class, "
                f"{self.classes_[0]!r}."
            )
        # An estimator without a gradient is named here, before anything is attacked.
        Goal(self.estimator_, self.classes_[0], False).evaluate(X[0])
        self.seed_ = drawn_seed(self.random_state)
        return self

    def transform(self, X):
        """Adversarial versions of X, towards what ``target`` says.

        Parameters
        ----------
        X : array-like
            As in ``fit``.

        Returns
        -------
        ndarray of X's shape
        """
        self._check_container()
        samples = self._read(X, reset=False)
        warn_of_range(samples.arrays, self.clip, type(self).__name__)
        return samples.restore(self._generated(samples.arrays).X)

    def generate(self, X, y_target=None):
        """Adversarial versions of X.

        Parameters
        ----------
        X : array-like
            As in ``fit``.
        y_target : array-like of shape (n_samples,) or None, default=None
            Class that each row is to be taken for. None leaves it to ``target``.

        Returns
        -------
        Bunch
            ``X``, the adversarial versions, of an array of X's shape: where an attack
            has no success, the row of the least loss; ``success`` (is the row taken for
            the target?), ``n_iter``, ``perturbation`` (their change) and ``target``,
            where an untargeted attack tells what the row was taken for at first.

        Raises
        ------
        ValueError
            If X does not fit the estimator, or y_target has not one of its classes for
            every row.
        """
        X = self._read(X, reset=False).arrays
        warn_of_range(X, self.clip, type(self).__name__)
        return self._generated(X, y_target)

    def _generated(self, X, y_target=None):
        validate_params(self)
        budget = self._budget(X.shape[1:])
        targets = self._targets(X, y_target)
        is_untargeted = y_target is None and self.target == "untargeted"
        line = ProgressLine(type(self).__name__, len(X), "row", self.verbose)
        # Some rows take longer than others.
        parts = even_slices(len(X), self.n_jobs, per_worker=8, line=line)
        jobs = ((X[rows], targets[rows], is_untargeted, budget) for rows in parts)
        found = in_workers(self._attack_all, jobs, self.n_jobs, line, _tell_success)
        rows = [row for chunk in found for row in chunk]
        found = np.stack([row.x for row in rows])
        return Bunch(
            X=found,
            success=np.array([row.success for row in rows]),
            n_iter=np.array([row.nit for row in rows]),
            perturbation=found - X,
            target=targets,
        )

    def _budget(self, shape):
        limits = {key: getattr(self, key) for key in ("norm", "eps", "clip", "mask")}
        return budget_for(shape, **limits, owner=type(self).__name__)

    def _attack_all(self, X, targets, is_untargeted, budget):
        return [
            self._attack(x, Goal(self.estimator_, label, is_untargeted), budget(x))
            for x, label in zip(X, targets, strict=True)
        ]

    def _attack(self, x, goal, budget):
        if self.norm == 0:
            return flip_pixels(goal, budget)
        step = self.step_size
        if step is None:
            step = np.multiply(self.eps, max(1 / 10, 3 / self.n_steps))
        return descend(
            goal, budget, step, self.n_steps, self.momentum, self._starts(x, budget)
        )

    def _starts(self, x, budget):
        yield x
        rng = self._generator(x)
        for _ in range(self.n_restarts):
            yield budget.draw(rng)

    def _targets(self, X, y_target):
        if y_target is not None:
            y_target = np.asarray(y_target)
            is_known = y_target.shape == (len(X),) and np.isin(y_target, self.classes_)
            if not np.all(is_known):
                raise ValueError(
                    f"y_target of {type(self).__name__} must have one of classes_, "
                    f"{self.classes_}, for each of the {len(X)} rows. Got {y_target!r}."
                )
            return y_target
        # Row after row, so that a row's target is the same in any batch.
        predict = self.estimator_.predict
        predicted = [predict(with_feature_names(self.estimator_, x[None])) for x in X]
        predicted = np.concatenate(predicted)
        if self.target == "untargeted":
            return predicted
        code = np.searchsorted(self.classes_, predicted)
        n_classes = len(self.classes_)
        turn = [self._generator(x).integers(1, n_classes) for x in X]
        return self.classes_[(code + turn) % n_classes]

    def _generator(self, x):
        """The random stream of a row: of the seed, and of what the row holds."""
        # A zero has one sign.
        digest = hashlib.blake2b((x + 0.0).tobytes(), digest_size=8).digest()
        return np.random.default_rng([self.seed_, int.from_bytes(digest, "little")])

    def _read(self, X, *, reset):
        if not reset:
            check_is_fitted(self)
        return read_samples(
            self, X, reset=reset, kind=ARRAYS, dtype=(np.float64,), one_shape=True
        )

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        return tags


def _tell_success(line, rows):
    n_found = sum(row.success for row in rows)
    line.advance(len(rows), success=f"{n_found} of {len(rows)}")
