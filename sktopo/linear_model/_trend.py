"""Rows smoothed to a given number of maxima."""

import numpy as np
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.exceptions import ConvergenceWarning

from sktopo._fitting import fit_context, validate_params
from sktopo._progress import ProgressLine
from sktopo._samples import StatelessMixin
from sktopo._sklearn_compat import StrOptions
from sktopo._tables import check_one_table, validate_table
from sktopo._validation import N_JOBS, NON_NEGATIVE, POSITIVE_INT, warn_unused
from sktopo._warnings import warn_user
from sktopo._workers import even_slices, in_workers
from sktopo.linear_model._monotone_runs import count_maxima, fit_modes
from sktopo.linear_model._trend_problem import minimize_trend

_ONE_TABLE_HINT = (
    "Put the signals into one table, or transform each as a table of one row."
)
_SHORT = 500  # features up to which the exact fit costs about as much as the penalty
_ENOUGH = 4  # times n times the range of a row: a larger alpha changes nothing


class TopologicalTrend(
    StatelessMixin, OneToOneFeatureMixin, TransformerMixin, BaseEstimator
):
    """Smooth each row to a given number of maxima, or of minima.

    A row x is a signal, its features in order. ``method="least_squares"`` returns the
    closest function with at most ``n_modes`` maxima, for one maximum the unimodal
    regression of x [1]_::

        minimise ||x - w||^2    over all w with at most n_modes maxima

    ``method="penalty"`` goes down the squared error with a penalty on further maxima::

        ||x - w||^2 + alpha * E(1, 0, n_modes + 1; PD0(w))

    where PD0 is the persistence diagram of the superlevel sets of w on a path, and E
    the sum of the lifetimes of all its bars, one for each maximum, but the ``n_modes``
    longest [2]_. Neighbours of equal values are one maximum, and the ends of a row may
    be maxima or minima. Nothing is learned: each row is treated by itself, and a row
    that has no more maxima than it may have is returned as it is.

    Parameters
    ----------
    n_modes : int >= 1, default=1
        How many maxima a row may have.
    maxima : bool, default=True
        False stands for at most ``n_modes`` minima, in place of maxima.
    method : {"least_squares", "penalty"}, default="least_squares"
        - "least_squares": exact. For one maximum the time grows with the number n of
          features, for more of them time and memory grow with n^2: 10,000 features take
          some seconds.
        - "penalty": a local minimum, in a time of about n log n. Small maxima shrink,
          and all but ``n_modes`` vanish where alpha is large enough.
    alpha : float >= 0 or None, default=None
        Weight of the lifetimes for ``method="penalty"``, in units of the row; 0 leaves
        the row as it is. None stands for the norm of the differences of neighbours,
        ``np.linalg.norm(np.diff(x))``, for each row its own; of maxima that are noise
        it leaves few. The result for c x + d, c > 0, is then c w + d, as it is for
        ``method="least_squares"``.
    n_steps : int >= 1, default=1000
        Steps of ``method="penalty"`` at most, for each row.
    tol : float >= 0, default=1e-6
        Relative improvement of the objective of ``method="penalty"`` that counts as
        progress.
    n_jobs : int or None, default=None
        Rows are spread over so many workers.
    verbose : int >= 0, default=0
        1 shows one line that moves, 2 prints a line for each part of the rows.

    Attributes
    ----------
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (n_features,)
        Their names, where X has names.

    See Also
    --------
    TopologicalRidge : The same penalty on the weights of a linear model.
    sktopo.solvers.prox_of_total_variation : Total variation denoising.

    Notes
    -----
    What this offers is the number of maxima. As a denoiser, the exact fit usually has a
    larger error than total variation of the best strength, and on smooth signals a
    larger one than a Savitzky-Golay filter: between its extrema it is an isotonic
    regression, which has steps, and at a maximum it follows the noise, since nothing
    charges one high value. But it can follow any smoother: behind a Savitzky-Golay
    filter it removes the small maxima that this leaves, and changes little else.

    The exact fit is a dynamic programme over monotone runs, whose errors follow from
    each other as in [1]_. The penalty is minimised as by TopologicalRidge with
    ``topology="path"`` on the identity: a difference of convex functions, what is left
    of it in each step being total variation denoising. Of rows with at most 500
    features, and where ``n_modes=1``, the exact fit is one of the starts.

    References
    ----------
    .. [1] Q. F. Stout, "Unimodal regression via prefix isotonic regression",
       Computational Statistics and Data Analysis 53 (2008),
       :doi:`10.1016/j.csda.2008.08.005`.
    .. [2] R. Brüel-Gabrielsson et al., "A Topology Layer for Machine Learning",
       AISTATS 2020, section 3.1, :doi:`10.48550/arXiv.1905.12200`.

    Examples
    --------
    >>> import numpy as np
    >>> from sktopo import TopologicalTrend
    >>> X = np.array([[0.0, 3.0, 2.0, 4.0, 1.0, 2.0, 0.0]])
    >>> TopologicalTrend().fit_transform(X)
    array([[0. , 2.5, 2.5, 4. , 1.5, 1.5, 0. ]])
    >>> TopologicalTrend(2).fit_transform(X)
    array([[0. , 3. , 2. , 4. , 1.5, 1.5, 0. ]])
    >>> TopologicalTrend(method="penalty", alpha=0.5).fit_transform(X)
    array([[0.  , 2.75, 2.25, 4.  , 1.25, 1.75, 0.  ]])
    """

    _parameter_constraints = {
        "n_modes": [POSITIVE_INT],
        "maxima": ["boolean"],
        "method": [StrOptions({"least_squares", "penalty"})],
        "alpha": [NON_NEGATIVE, None],
        "n_steps": [POSITIVE_INT],
        "tol": [NON_NEGATIVE],
        "n_jobs": N_JOBS,
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        n_modes=1,
        *,
        maxima=True,
        method="least_squares",
        alpha=None,
        n_steps=1000,
        tol=1e-6,
        n_jobs=None,
        verbose=0,
    ):
        self.n_modes = n_modes
        self.maxima = maxima
        self.method = method
        self.alpha = alpha
        self.n_steps = n_steps
        self.tol = tol
        self.n_jobs = n_jobs
        self.verbose = verbose

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y=None):
        """Check the parameters and count the features; nothing else is learned.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
        y : None
            Ignored.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If X is no finite table, or a parameter cannot be.

        Warns
        -----
        UserWarning
            If a parameter is set that has no effect.
        """
        self._read(X, reset=True)
        if self.method == "least_squares":
            names = ("alpha", "n_steps", "tol")
            warn_unused(self, names, "where 'method' is 'least_squares'")
        return self

    def transform(self, X):
        """Smooth the rows.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples, n_features)
            float32 where X is, else float64.

        Raises
        ------
        ValueError
            If X is no finite table, or not one of the width that ``fit`` has seen.
        MemoryError
            If the errors of all runs of a row do not fit into memory.

        Warns
        -----
        ConvergenceWarning
            If the penalty has made ``n_steps`` steps without converging.
        """
        validate_params(self)  # it may be used without a fit, which checks them
        X = self._read(X, reset=False)
        line = ProgressLine(type(self).__name__, len(X), "row", self.verbose)
        # Some rows take longer than others.
        parts = even_slices(len(X), self.n_jobs, per_worker=4, line=line)
        jobs = ((X[rows],) for rows in parts)
        found = in_workers(self._smoothed, jobs, self.n_jobs, line, _count_rows)
        rows, n_unfinished = zip(*found, strict=True)
        if sum(n_unfinished):
            warn_user(
                f"{type(self).__name__} made n_steps={self.n_steps} steps without "
                f"converging in {sum(n_unfinished)} of {len(X)} rows. Raise n_steps "
                "or tol.",
                ConvergenceWarning,
            )
        return np.concatenate(rows)

    def _read(self, X, *, reset):
        check_one_table(X, type(self).__name__, _ONE_TABLE_HINT)
        return validate_table(self, X, dtype=(np.float64, np.float32), reset=reset)

    def _smoothed(self, X):
        """The smoothed rows, and how many of them have not converged."""
        smoothed, n_unfinished = np.empty_like(X), 0
        for row, out in zip(X, smoothed, strict=True):
            result, converged = self._smoothed_row(row.astype(np.float64))
            # Means of values lie among them, up to rounding.
            np.clip(result, row.min(), row.max(), out=out, casting="same_kind")
            n_unfinished += not converged
        return smoothed, n_unfinished

    def _smoothed_row(self, row):
        sign = 1 if self.maxima else -1
        if count_maxima(sign * row) <= self.n_modes:
            return row, True
        # A power of two changes no digits, and squares neither over- nor underflow.
        exponent = np.frexp(np.abs(row).max())[1]
        x = sign * np.ldexp(row, -exponent)
        if self.method == "least_squares":
            w, converged = self._exact_fit(x), True
        else:
            is_cheap = self.n_modes == 1 or x.size <= _SHORT
            result = minimize_trend(
                x,
                self._alpha(x, exponent),
                self.n_modes,
                {"max_iter": self.n_steps, "tol": self.tol, "verbose": 0},
                starts=[self._exact_fit(x)] if is_cheap else [],
            )
            w, converged = result.x, result.status == 0
        # Adding 0 makes -0 positive.
        return np.ldexp(sign * w, exponent) + 0.0, converged

    def _exact_fit(self, x):
        return fit_modes(x, self.n_modes, type(self).__name__)

    def _alpha(self, x, exponent):
        """The weight for a row that is divided by a power of two."""
        if self.alpha is None:
            return np.linalg.norm(np.diff(x))
        # More than this does no more: it outweighs all that could be fitted.
        most = _ENOUGH * x.size * np.ptp(x)
        with np.errstate(over="ignore"):
            return min(np.ldexp(float(self.alpha), -exponent), most)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags


def _count_rows(line, found):
    rows, _ = found
    line.advance(len(rows))
