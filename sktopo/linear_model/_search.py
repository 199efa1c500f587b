"""The strengths of a model, chosen by cross-validation along warm-started paths."""

import inspect
import numbers
from copy import copy
from typing import NamedTuple

import numpy as np
from sklearn.base import is_classifier
from sklearn.metrics import check_scoring
from sklearn.model_selection import check_cv

from sktopo._fitting import FitTasks
from sktopo._progress import ProgressLine, within
from sktopo._sklearn_compat import (
    CallbackSupportMixin,
    StrOptions,
    without_callbacks,
)
from sktopo._validation import N_JOBS, NON_NEGATIVE, POSITIVE_INT, check_int
from sktopo._warnings import warn_user
from sktopo._workers import blas_threads_for, in_workers
from sktopo.base import Term
from sktopo.linear_model._base import check_strengths
from sktopo.linear_model._regression import count_unfinished

SEARCH_CONSTRAINTS = {
    "alphas": [POSITIVE_INT, "array-like"],
    "i0": [POSITIVE_INT, dict, "array-like", StrOptions({"auto"})],
    "l2": [NON_NEGATIVE, "array-like", StrOptions({"auto"})],
    "one_standard_error": ["boolean"],
    "cv": ["cv_object"],
    "scoring": [str, callable, None],
    "n_jobs": N_JOBS,
}
_I0S = (2, 3, 4, 5, 6)
_STANDARD_ERRORS = 2.5  # by which a penalty has to be better than none
_L2_DECADES = 10  # of the grid on which the best norm alone is looked for


class _Grid(NamedTuple):
    """What is tried: every l2 with every penalty, one for each i0, and every alpha."""

    l2s: np.ndarray
    i0s: list
    penalties: list
    alphas: np.ndarray


class StrengthSearch(CallbackSupportMixin):
    """Tries a grid of ``l2``, ``i0`` and ``alphas`` on folds, and keeps the best.

    What it is mixed into has ``_data(X, y, sample_weight)``, an object with the methods
    of Regression, and the parameters of SEARCH_CONSTRAINTS. ``_l2_shares`` are tried of
    the norm that is best without a penalty, of ``_l2s_per_decade``, and
    ``_default_score`` is the scoring that None stands for.
    """

    def _choose(self, X, y, sample_weight):
        """Choose the strengths, and fit with them.

        Sets everything but ``coef_`` and ``intercept_``, which are returned.
        """
        folds = self._folds(X, y, sample_weight)
        data = self._for_a_job()._data(X, y, sample_weight)
        l2s = self._l2s(data, folds, X, y, sample_weight)
        grid = self._grid(data, X.shape[1], l2s)
        jobs = [
            (self._for_a_job(), fold, grid, l2) for fold in folds for l2 in grid.l2s
        ]
        line = ProgressLine(type(self).__name__, len(jobs), "path", self.verbose)
        with FitTasks(self, len(jobs)) as tasks:
            line.also(tasks.note)
            found = in_workers(_scores, jobs, self.n_jobs, line)
        scores = np.stack([scores for scores, _ in found])
        scores = scores.reshape(len(folds), len(grid.l2s), *scores.shape[1:])
        self.scores_ = np.moveaxis(scores, 0, -1)
        self.l2s_, self.i0s_, self.alphas_ = grid.l2s, grid.i0s, grid.alphas
        best = self._best()
        with blas_threads_for(X.size):
            return self._refit(data, grid, best, sum(n for _, n in found), len(jobs))

    def _for_a_job(self):
        """A copy that a job may give weights to, without a line of progress."""
        job = without_callbacks(copy(self))
        # Folds are arrays, whatever names the columns of the user have.
        vars(job).pop("feature_names_in_", None)
        return job.set_params(verbose=within(self.verbose))

    def _folds(self, X, y, sample_weight):
        """The data of every fold, in two parts."""
        splits = check_cv(self.cv, y, classifier=is_classifier(self)).split(X, y)
        folds = [_Fold(X, y, sample_weight, *split) for split in splits]
        name = type(self).__name__
        if not folds:
            raise ValueError(
                f"The 'cv' parameter of {name} must make a split at least. "
                f"Got {self.cv!r} instead."
            )
        if not all(fold.has_weight for fold in folds):
            raise ValueError(
                f"sample_weight of {name}.fit must be positive somewhere in both "
                "parts of every fold. Got zeros only."
            )
        return folds

    def _l2s(self, data, folds, X, y, sample_weight):
        """Weights of the squared norm to try, in falling order."""
        if not (isinstance(self.l2, str) and self.l2 == "auto"):
            return np.unique(check_strengths(self.l2, "l2", type(self).__name__))[::-1]
        n_l2s = _L2_DECADES * self._l2s_per_decade + 1
        l2s = data.most_l2() * np.logspace(0, -_L2_DECADES, n_l2s)
        if not l2s[-1] > 0:
            return np.zeros(1)
        best = self._best_norm(X, y, sample_weight, l2s)
        if best is not None:
            return best * np.array(self._l2_shares)
        jobs = ((self._for_a_job(), fold, l2s) for fold in folds)
        scores = in_workers(_norm_scores, jobs, self.n_jobs)
        means = np.mean(scores, axis=0)
        best = 0 if np.isnan(means).all() else int(np.nanargmax(means))
        return l2s[best] * np.array(self._l2_shares)

    def _best_norm(self, X, y, sample_weight, l2s):
        """The best without a penalty, where there is a better way than the folds."""
        return None

    def _grid(self, data, n_weights, l2s):
        name = type(self).__name__
        if isinstance(self.topology, Term):
            i0s = [None]
        elif isinstance(self.i0, str) and self.i0 == "auto":
            i0s = [i0 for i0 in _I0S if i0 <= max(2, n_weights)]
        elif isinstance(self.i0, (dict, numbers.Integral)):
            i0s = [self.i0]
        else:
            for i0 in (i0s := list(self.i0)):
                check_int(i0, "i0", name, 1)
            if not i0s:
                raise ValueError(
                    f"The 'i0' parameter of {name} must be 'auto', an int, a dict, or "
                    f"a list of ints. Got {self.i0!r} instead."
                )
            i0s = sorted({int(i0) for i0 in i0s})
        penalties = [
            self._penalty(n_weights, 1.0, 2 if i0 is None else i0)[1] for i0 in i0s
        ]
        self._warn_of_unused()
        if not isinstance(self.alphas, numbers.Integral):
            alphas = check_strengths(self.alphas, "alphas", name)
            return _Grid(l2s, i0s, penalties, alphas)
        alphas = data.strengths(penalties[0], self._degree, int(self.alphas))
        # Without a penalty: what ridge regression would do.
        return _Grid(l2s, i0s, penalties, np.append(alphas, 0.0))

    def _best(self):
        """Where the best mean score is; of equal ones, the strongest penalty."""
        name = type(self).__name__
        # From the largest alpha down, then the fewest free bars, then the largest l2.
        scores = np.moveaxis(self.scores_, 2, 0).swapaxes(1, 2)
        means = scores.mean(axis=-1)
        if np.isnan(means).all():
            raise ValueError(
                f"The 'scoring' parameter of {name} must give a number for some "
                "strengths. Got nan for all of them; folds may be too small for it."
            )
        if np.isnan(means).any():
            warn_user(
                f"{name} leaves out strengths whose mean score is nan.",
            )
        top = np.nanargmax(means)
        if self.one_standard_error and scores.shape[-1] > 1:
            spread = scores.reshape(-1, scores.shape[-1])[top].std(ddof=1)
            least = means.flat[top] - spread / np.sqrt(scores.shape[-1])
            top = np.flatnonzero(means >= least)[0]
        elif self.alphas_[-1] == 0 and isinstance(self.alphas, numbers.Integral):
            is_auto = isinstance(self.l2, str)
            norms = means[-1, 0] if not is_auto else means[-1, 0, :1]
            if not np.isnan(norms).all():
                plain = (len(means) - 1) * means[0].size + int(np.nanargmax(norms))
                top = _or_no_penalty(scores, top, plain)
        alpha, i0, l2 = np.unravel_index(top, means.shape)
        self.best_score_ = float(means.flat[top])
        self._warn_of_edges(alpha, i0, l2)
        return int(l2), int(i0), int(alpha)

    def _warn_of_edges(self, alpha, i0, l2):
        """Warn where the best lies on the edge of what the user has given to try."""
        edges = []
        if not isinstance(self.alphas, numbers.Integral):
            edges += [("alphas", self.alphas_, alpha, self.alphas_[-1] > 0)]
        if not isinstance(self.l2, (str, numbers.Real)):
            edges += [("l2", self.l2s_, l2, self.l2s_[-1] > 0)]
        if self.alphas_[alpha] > 0 and len(self.i0s_) > 1:
            # One end alone: there is no bar before the first.
            edges += [("i0", [None, *self.i0s_], i0 + 1, True)]
        for parameter, tried, index, has_lower_end in edges:
            ends = [0, len(tried) - 1] if has_lower_end else [0]
            if len(tried) > 1 and index in ends:
                warn_user(
                    f"The best value of {parameter!r} for {type(self).__name__}, "
                    f"{tried[index]}, is on the edge of what was tried. Set "
                    f"{parameter!r} to a list that goes on from there.",
                )

    def _refit(self, data, grid, best, n_unfinished, n_paths):
        """Follow the path of all data to the chosen strengths."""
        l2, i0, alpha = best
        self.alpha_, self.l2_ = float(grid.alphas[alpha]), float(grid.l2s[l2])
        self.i0_ = grid.i0s[i0]
        penalties = grid.penalties[: i0 + 1]
        *_, path = data.paths(penalties, grid.alphas[: alpha + 1], self.l2_)
        if self.alpha_ > 0:
            path[-1] = data.improved(path[-1], penalties[-1], self.alpha_, self.l2_)
        n_unfinished += sum(map(count_unfinished, path))
        n_problems = n_paths * len(grid.penalties) * len(grid.alphas) + len(path)
        self._warn_of(n_unfinished, n_problems * len(path[-1]))
        self.n_iter_ = max(1, *(result.nit for result in path[-1]))
        return data.unpacked(path[-1])


def _or_no_penalty(scores, top, plain):
    """The best, unless it is no better than one without a penalty.

    Of many choices one is better by chance: the best has to be so by some standard
    errors of the differences between folds. Folds that are hard have large scores and
    large differences, so these are relative to the size of both scores.
    """
    flat = scores.reshape(-1, scores.shape[-1])
    gains, size = flat[top] - flat[plain], np.abs(flat[top]) + np.abs(flat[plain])
    gains = gains / np.where(size > 0, size, 1.0)
    error = gains.std(ddof=1) / np.sqrt(gains.size) if gains.size > 1 else 0.0
    return top if gains.mean() > _STANDARD_ERRORS * error else plain


class _Fold:
    """Rows to learn from and rows to score on, with their weights."""

    def __init__(self, X, y, sample_weight, train, test):
        self.train, self.test = (X[train], y[train]), (X[test], y[test])
        self.weight, self.test_weight = None, None
        self.has_weight = True
        if sample_weight is not None:
            self.weight, self.test_weight = sample_weight[train], sample_weight[test]
            self.has_weight = self.weight.any() and self.test_weight.any()

    def data(self, model):
        """The data to learn from."""
        return model._data(*self.train, self.weight)

    def scores(self, model, models):
        """The scores of coefficients and intercepts, an array."""
        scorer, part = check_scoring(model, model.scoring or model._default_score), {}
        if self.test_weight is not None and _takes_weights(scorer):
            part = {"sample_weight": self.test_weight}
        scores = []
        for coef, intercept in models:
            model.coef_, model.intercept_ = coef, intercept
            scores.append(scorer(model, *self.test, **part))
        return np.array(scores, dtype=np.float64)


def _scores(model, fold, grid, l2):
    """Scores of one fold, shape (n_i0s, n_alphas); how many fits are unfinished."""
    data = fold.data(model)
    scores, n_unfinished = [], 0
    for path in data.paths(grid.penalties, grid.alphas, l2):
        n_unfinished += sum(map(count_unfinished, path))
        scores.append(fold.scores(model, map(data.unpacked, path)))
    return np.stack(scores), n_unfinished


def _norm_scores(model, fold, l2s):
    """Scores of one fold without a penalty, for each weight of the squared norm."""
    return fold.scores(model, fold.data(model).ridge_path(l2s))


def _takes_weights(scorer):
    parameters = inspect.signature(scorer).parameters.values()
    return any(p.name in ("sample_weight", "kwargs") for p in parameters)
