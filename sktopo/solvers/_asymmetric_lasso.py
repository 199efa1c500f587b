"""The asymmetric lasso, a quadratic plus weighted absolute values: exactly."""

from abc import ABC, abstractmethod

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve, norm

_RIDGE = 1e-11  # of the mean diagonal: far below what data determine, above rounding
_TOLERANCE = 1e-9  # of the largest moment: a KKT violation that is rounding
_MAX_CROSSINGS = 64  # points of a line search: more of them lie too close to matter
_MAX_REFINEMENTS = 5  # an inverse that is known to some digits needs two or three
_SOLVES = 20  # linear systems of the first round; nearly right signs need fewer
_SMALL_SOLVES = 20  # as many times more, where the systems are small
_RELAXATION = 1.6  # over-relaxation that [2]_ recommends: 1.5 to 1.8
_STEPS = 100  # of ADMM in the first round: until signs are nearly right
_BALANCE_AT = (10, 20, 40, 80, 160, 320)  # ever rarer, so that the method converges


def minimize_asymmetric_lasso(quadratic, moment, up, down, x0=None, max_rounds=6):
    """Minimise x' Q x - 2 q' x + sum of up_i (x_i)+ and down_i (-x_i)+.

    The lasso is the case up = down. On the coordinates that are not zero the problem is
    a linear system, and an active set finds out which these are [1]_: exactly, and in
    few steps from a start whose signs are nearly right. Where it is not done after
    some systems, an alternating direction method [2]_ improves the start; both get
    more steps in every round.

    Parameters
    ----------
    quadratic : ndarray of shape (n, n) or Quadratic
        Q, symmetric and positive semidefinite.
    moment : ndarray of shape (n,)
        The vector q.
    up, down : ndarray of shape (n,)
        Costs of positive and of negative coordinates, up + down >= 0.
    x0 : ndarray of shape (n,) or None, default=None
        The start; None is zero.
    max_rounds : int, default=6

    Returns
    -------
    x : ndarray of shape (n,)
    converged : bool

    References
    ----------
    .. [1] H. Lee, A. Battle, R. Raina and A. Y. Ng, "Efficient sparse coding
       algorithms", NIPS 2006 (feature-sign search).
    .. [2] S. Boyd, N. Parikh, E. Chu, B. Peleato and J. Eckstein, "Distributed
       optimization and statistical learning via the alternating direction method of
       multipliers", Foundations and Trends in Machine Learning 3 (2011),
       :doi:`10.1561/2200000016`.

    Examples
    --------
    >>> import numpy as np
    >>> from sktopo.solvers import minimize_asymmetric_lasso
    >>> moment, cost = np.array([3.0, 0.2]), np.ones(2)
    >>> x, converged = minimize_asymmetric_lasso(np.eye(2), moment, cost, cost)
    >>> x, converged
    (array([2.5, 0. ]), True)
    """
    n = moment.size
    x = np.zeros(n) if x0 is None else np.array(x0, dtype=np.float64)
    if not isinstance(quadratic, Quadratic):
        quadratic = DenseQuadratic(quadratic)
    if np.count_nonzero(x) > quadratic.rank:
        # Some solution has no more of them, and would be reached one by one.
        x[:] = 0.0
    problem = _AsymmetricLasso(quadratic, moment, up, down)
    for k in range(max_rounds):
        if k > 0:
            better = _admm(problem, x, _STEPS * 2 ** (k - 1))
            if problem.change(x, better) < 0:
                x = better
        n_solves = _SOLVES * 2**k * (_SMALL_SOLVES if problem.is_wide else 1)
        x, converged = _by_active_set(problem, x, n_solves)
        if converged:
            break
    return x, converged


class Quadratic(ABC):
    """A form x' Q x of a symmetric, positive semidefinite Q, which need not be formed.

    Attributes
    ----------
    rank : int
        A bound on the rank of Q.

    Examples
    --------
    >>> import numpy as np
    >>> from sktopo.solvers import DenseQuadratic, Quadratic
    >>> isinstance(DenseQuadratic(np.eye(2)), Quadratic)
    True
    """

    @abstractmethod
    def apply(self, x):
        """Compute Q x, for x of shape (n,)."""

    @abstractmethod
    def block(self, active):
        """Form the block of Q with these rows and columns, sorted indices."""

    def solve(self, active, right, tolerance):
        """Solve Q x = right on the active coordinates, x being zero elsewhere.

        Parameters
        ----------
        active : ndarray of int
        right : ndarray of shape (n,)
        tolerance : float
            A residual that is rounding, for methods that refine.

        Returns
        -------
        ndarray of shape (n,)
        """
        x = np.zeros(right.size)
        if active.size:
            x[active] = _solution(self.block(active), right[active])
        return x


class DenseQuadratic(Quadratic):
    """A matrix, and perhaps its inverse.

    Parameters
    ----------
    gram : ndarray of shape (n, n)
    inverse : ndarray of shape (n, n) or None, default=None
        With it, systems in which few coordinates are zero are small ones in these.

    Examples
    --------
    >>> import numpy as np
    >>> from sktopo.solvers import DenseQuadratic
    >>> DenseQuadratic(np.eye(3)).rank
    3
    """

    def __init__(self, gram, inverse=None):
        self.gram, self.inverse = gram, inverse
        self.rank = len(gram)

    def apply(self, x):
        """Multiply."""
        return self.gram @ x

    def block(self, active):
        """Take the block out of the matrix."""
        return self.gram[np.ix_(active, active)]

    def solve(self, active, right, tolerance):
        """Solve with the block, or with what the inverse has for the other ones."""
        if self.inverse is None or 2 * active.size <= right.size:
            return super().solve(active, right, tolerance)
        is_zero = np.ones(right.size, dtype=bool)
        is_zero[active] = False
        zero = np.flatnonzero(is_zero)
        rows = self.inverse[zero]
        factor = _factor(rows[:, zero]) if zero.size else None
        x, left = np.zeros(right.size), np.where(is_zero, 0.0, right)
        for _ in range(_MAX_REFINEMENTS):
            # What is left shrinks by the errors of the inverse each time.
            step = self.inverse @ left
            if zero.size:
                step -= cho_solve(factor, step[zero], check_finite=False) @ rows
                step[zero] = 0.0
            x += step
            left = np.where(is_zero, 0.0, right - self.apply(x))
            if np.abs(left).max() <= 1e-3 * tolerance:
                break
        return x


class _AsymmetricLasso:
    """The objective, and its minimum where the signs are known."""

    def __init__(self, quadratic, moment, up, down):
        self.quadratic, self.moment = quadratic, moment
        self.up, self.down = up, down
        size = np.abs(moment).max(initial=0.0)
        self.tolerance = _TOLERANCE * max(size, np.finfo(float).tiny)
        # Many coordinates that violate the conditions then stand for the same few.
        self.is_wide = 2 * quadratic.rank < moment.size
        self.n_solves = 0

    def grad(self, x):
        """The gradient of the quadratic."""
        return 2 * (self.quadratic.apply(x) - self.moment)

    def nonsmooth(self, x):
        """The weighted absolute values, summed over the last axis."""
        return np.maximum(x, 0) @ self.up + np.maximum(-x, 0) @ self.down

    def change(self, x, new):
        """What the objective changes by from x to a new point."""
        step = new - x
        curvature = step @ self.quadratic.apply(step)
        smooth = self.grad(x) @ step + curvature
        return smooth + self.nonsmooth(new) - self.nonsmooth(x)

    def minimum(self, sign):
        """The minimum of what the objective is for coordinates of these signs."""
        self.n_solves += 1
        slope = np.where(sign > 0, self.up, -self.down)
        right = np.where(sign != 0, self.moment - slope / 2, 0.0)
        return self.quadratic.solve(np.flatnonzero(sign), right, self.tolerance)


def _by_active_set(problem, x, n_solves):
    """Feature-sign search [1]_: the objective falls in every step.

    Coordinates whose sign the solution contradicts are set to zero and the rest is
    solved again, until no sign is contradicted; where that does not lower the
    objective, a line search goes toward the first solution. Once the active coordinates
    satisfy the KKT conditions, those at zero that violate them enter, all of them while
    that helps and else the one that violates them most.
    """
    tolerance, one_by_one = problem.tolerance, False
    end = problem.n_solves + n_solves
    while problem.n_solves <= end:
        grad = problem.grad(x)
        # Violations of the KKT conditions: of zeros, by how much the gradient exceeds
        # the subdifferential; of active coordinates, the gradient of the objective.
        above, below = -grad - problem.up, grad - problem.down
        of_zeros = np.where(x == 0, np.maximum(above, below), 0.0)
        slope = np.where(x > 0, grad + problem.up, grad - problem.down)
        of_active = np.abs(slope[x != 0]).max(initial=0.0)
        if of_zeros.max(initial=0.0) <= tolerance and of_active <= tolerance:
            return x, True
        # With the active ones stationary, a single entering one surely helps.
        enters = (of_active <= 100 * tolerance) & (of_zeros > tolerance)
        if one_by_one or problem.is_wide:
            enters &= np.arange(x.size) == np.argmax(of_zeros)
        sign = np.sign(x)
        sign[enters] = np.where(above[enters] > 0, 1.0, -1.0)

        goal = problem.minimum(sign)
        new = _consistent(problem, sign, goal, end)
        gain = -problem.change(x, new)
        if not gain > 0:
            new, gain = _line_search(problem, x, goal, grad)
        if not gain > 0:
            if one_by_one:
                # Rounding is all that is left, or the start is no good.
                return x, max(of_zeros.max(), of_active) <= 100 * tolerance
            one_by_one = True
            continue
        one_by_one = False
        x = new
    return x, False


def _consistent(problem, sign, goal, end):
    """The minimum once all coordinates that contradict their signs are zero."""
    while problem.n_solves <= end:
        kept = np.where(np.sign(goal) == sign, sign, 0.0)
        if np.array_equal(kept, sign):
            break
        sign, goal = kept, problem.minimum(kept)
    return goal


def _line_search(problem, x, goal, grad):
    """The best of the goal and of the points where a coordinate passes zero."""
    step = goal - x
    passes = (x != 0) & (np.sign(goal) != np.sign(x))
    times = np.append(-x[passes] / step[passes], 1.0)
    if times.size > _MAX_CROSSINGS:
        shares = np.linspace(0, 1, _MAX_CROSSINGS)
        times = np.quantile(times, shares, method="nearest")
    points = x + times[:, None] * step
    points[np.abs(points) <= 1e-13 * np.abs(x)] = 0.0
    curvature = step @ problem.quadratic.apply(step)
    smooth = times * (grad @ step) + times**2 * curvature
    change = smooth + problem.nonsmooth(points) - problem.nonsmooth(x)
    best = int(np.argmin(change))
    return points[best], -change[best]


def _admm(problem, x, n_steps):
    """The alternating direction method of multipliers, over-relaxed [2]_.

    The penalty parameter starts where a cost moves a coordinate by about its size, and
    is balanced so that neither the primal nor the dual residual lags behind.
    """
    up, down, moment = problem.up, problem.down, problem.moment
    size, cost = np.abs(x).mean(), (up + down).mean() / 2
    gram = problem.quadratic.block(np.arange(x.size))
    rho = cost / size if size > 0 and cost > 0 else np.trace(gram) / x.size
    z, factor = x, None
    dual = np.clip(-problem.grad(x), -down, up)
    for k in range(n_steps):
        if factor is None:
            factor = _factor(2 * gram + rho * np.eye(x.size))
        x = cho_solve(factor, 2 * moment + rho * z - dual, check_finite=False)
        mixed = _RELAXATION * x + (1 - _RELAXATION) * z
        last, argument = z, mixed + dual / rho
        z = np.where(
            argument > 0,
            np.maximum(argument - up / rho, 0.0),
            np.minimum(argument + down / rho, 0.0),
        )
        dual = dual + rho * (mixed - z)
        if k in _BALANCE_AT:
            primal = _share(x - z, z)
            lag = _share(rho * (z - last), dual)
            if primal > 3 * lag or lag > 3 * primal:
                rho *= np.clip(np.sqrt(primal / max(lag, 1e-12)), 0.1, 10.0)
                factor = None
    return z


def _share(part, whole):
    part, whole = np.linalg.norm(part), np.linalg.norm(whole)
    return part / (part + whole) if part > 0 else 0.0


def _solution(gram, right):
    """Solve a system, without the ridge of its factor where the matrix has full rank.

    Only then does the refinement make the residual much smaller.
    """
    factor = _factor(gram)
    x = cho_solve(factor, right, check_finite=False)
    left = right - gram @ x
    refined = x + cho_solve(factor, left, check_finite=False)
    is_better = norm(right - gram @ refined) < 0.01 * norm(left)
    return refined if is_better else x


def _factor(gram):
    """A Cholesky factor of a matrix that rounding may have made indefinite."""
    size = np.abs(gram).max()
    ridge = max(_RIDGE * np.trace(gram) / len(gram), 1e-15 * size, 1e-200)
    while True:
        try:
            return cho_factor(gram + ridge * np.eye(len(gram)), check_finite=False)
        except LinAlgError:
            # It ends: a ridge of len(gram) times the largest entry is enough.
            ridge *= 100
