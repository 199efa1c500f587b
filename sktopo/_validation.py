"""Checks of parameters, cheap enough for a loop."""

import math
import numbers
import sys
from functools import partial
from inspect import signature
from operator import is_

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state

from sktopo._arrays import as_float64
from sktopo._sklearn_compat import Interval, validate_parameter_constraints
from sktopo._warnings import warn_user


class Range(Interval):
    """A range of numbers, of which a bool is none."""

    def is_satisfied_by(self, val):
        if isinstance(val, (bool, np.bool_)):
            return False
        # Bounds of a range may lie beyond those of a smaller type.
        val = float(val) if isinstance(val, np.floating) else val
        return super().is_satisfied_by(val)


# Ranges of parameters. The square of a number up to the largest is a number, too.
LARGEST = 1e150
NON_NEGATIVE = Range(numbers.Real, 0, LARGEST, closed="both")
POSITIVE = Range(numbers.Real, 0, LARGEST, closed="right")
# Of what is only compared with data.
NON_NEGATIVE_LEVEL = Range(numbers.Real, 0, sys.float_info.max, closed="both")
FRACTION = Range(numbers.Real, 0, 1, closed="left")
NON_NEGATIVE_INT = Range(numbers.Integral, 0, None, closed="left")
POSITIVE_INT = Range(numbers.Integral, 1, None, closed="left")
IN_SPACE = 2  # the largest dimension of homology in space
N_JOBS = [POSITIVE_INT, Range(numbers.Integral, None, -1, closed="right"), None]


class ValidatedParams(BaseEstimator):
    """A component with parameters that is used in loops.

    The constraints are scikit-learn's; a set of values that has passed is not checked
    again until one of them is replaced.
    """

    _parameter_constraints: dict = {}
    _pickles_memory = False

    def _check_params(self):
        values = tuple(getattr(self, name) for name in self._parameter_constraints)
        passed = self.__dict__.get("_passed_params", ())
        if len(values) == len(passed) and all(map(is_, values, passed)):
            return
        self._validate_params()
        self._passed_params = values

    def _remembered(self, name, compute, *inputs):
        """What ``compute()`` has made of the same objects before, or makes of them."""
        memory = self.__dict__.setdefault("_memory", {})
        known = memory.get(name)
        if known is None or not all(map(is_, known[0], inputs)):
            known = memory[name] = inputs, compute()
        return known[1]

    def _array(self, name):
        """A parameter as a finite float64 array; one that is one is checked once."""
        given = getattr(self, name)
        what = f"The {name!r} parameter of {type(self).__name__}"
        read = partial(as_float64, given, what, finite=True)
        if isinstance(given, np.ndarray) and given.dtype == np.float64:
            return self._remembered(name, read, given)
        # What is converted does not follow changes in place.
        return read()

    def _validate_params(self):
        validate_parameter_constraints(
            self._parameter_constraints,
            self.get_params(deep=False),
            caller_name=type(self).__name__,
        )

    def _parts(self):
        """Components inside of a parameter, such as a list: {prefix: component}."""
        return {}

    def get_params(self, deep=True):
        params = super().get_params(deep=deep)
        if deep:
            for prefix, part in self._parts().items():
                for name, value in part.get_params().items():
                    params[f"{prefix}__{name}"] = value
        return params

    def set_params(self, **params):
        own = [name for name in self._get_param_names() if name in params]
        super().set_params(**{name: params.pop(name) for name in own})
        for prefix, part in self._parts().items():
            start = f"{prefix}__"
            for key in [key for key in params if key.startswith(start)]:
                part.set_params(**{key.removeprefix(start): params.pop(key)})
        for key in params:
            if not hasattr(getattr(self, key.partition("__")[0], None), "set_params"):
                raise ValueError(
                    f"Invalid parameter {key!r} for {type(self).__name__}: it has "
                    f"{sorted(self.get_params())}."
                )
        return super().set_params(**params)

    def __getstate__(self):
        state = super().__getstate__()
        state.pop("_passed_params", None)
        if not self._pickles_memory:
            state.pop("_memory", None)
        return state


def as_component(given, kind, owner, name, shorthand):
    """A component, also from the value of its first parameter.

    Parameters
    ----------
    given : object
    kind : type
        The component's class.
    owner, name : str
        Whose parameter it is, and what that is called.
    shorthand : type or tuple of type
        What may stand for the first parameter.

    Raises
    ------
    TypeError
        If it is neither.
    """
    if not isinstance(given, kind):
        if isinstance(given, bool) or not isinstance(given, shorthand):
            first = next(iter(kind._parameter_constraints))
            raise TypeError(
                f"The {name!r} parameter of {owner} must be a {kind.__name__}, or its "
                f"{first!r} alone. Got {given!r} instead."
            )
        given = kind(given)
    given._check_params()
    return given


def warn_unused(component, names, why):
    """Warn of parameters that are set, though something else leaves them no effect.

    Parameters
    ----------
    component : object
        One with ``get_params``.
    names : sequence of str
        Those without an effect.
    why : str
        What goes behind "has no effect".
    """
    defaults = signature(type(component)).parameters
    values = component.get_params(deep=False)
    set_names = [
        name
        for name in names
        if values[name] is not defaults[name].default
        and not np.array_equal(values[name], defaults[name].default)
    ]
    if set_names:
        listed = " and ".join(map(repr, set_names))
        s, has = ("s", "have") if len(set_names) > 1 else ("", "has")
        warn_user(
            f"The {listed} parameter{s} of {type(component).__name__} {has} no effect "
            f"{why}.",
        )


def drawn_seed(random_state):
    """A seed for what is drawn later, from a random state or a seed."""
    return int(check_random_state(random_state).randint(np.iinfo(np.int32).max))


def is_int(value, least=0):
    """Whether a value is an int of at least ``least``, which no bool is."""
    is_number = isinstance(value, numbers.Integral) and not isinstance(value, bool)
    return is_number and value >= least


def check_int(value, name, owner, least):
    """Raise ValueError where a value is no int of at least ``least``."""
    if not is_int(value, least):
        raise ValueError(
            f"The {name!r} parameter of {owner} must be an int in the range [{least}, "
            f"inf). Got {value!r} instead."
        )


def check_essential(essential, owner):
    """Raise ValueError where what becomes of essential bars is misspelt."""
    if essential not in ("drop", "extremum"):
        raise ValueError(
            f"The 'essential' parameter of {owner} must be 'extremum' or 'drop'. "
            f"Got {essential!r} instead."
        )


def check_has_gradient(functional, name, owner):
    """Raise ValueError where a functional only counts bars, and moves nothing."""
    if isinstance(functional, ValidatedParams):
        functional._check_params()
    if not getattr(functional, "has_gradient", True):
        raise ValueError(
            f"The {name!r} parameter of {owner} must have a gradient, which the number "
            f"of bars has not. Got {functional!r}."
        )


def check_n_jobs(n_jobs, owner):
    """Raise ValueError where a number of workers is none."""
    validate_parameter_constraints(
        {"n_jobs": N_JOBS}, {"n_jobs": n_jobs}, caller_name=owner
    )


def check_verbose(verbose, owner):
    """Raise ValueError where a verbosity is none."""
    validate_parameter_constraints(
        {"verbose": ["verbose"]}, {"verbose": verbose}, caller_name=owner
    )


def check_rate(rate, owner):
    """Raise ValueError where a rate is no finite number."""
    if not isinstance(rate, numbers.Real) or not math.isfinite(rate):
        raise ValueError(
            f"The 'rate' parameter of {owner} must be a finite number. "
            f"Got {rate!r} instead."
        )


def bounds_around(start, clip):
    """Bounds of values within ``clip``; what starts outside may stay, and no further.

    Parameters
    ----------
    start : ndarray
    clip : tuple of 2 floats, or None

    Returns
    -------
    low, high : ndarray of start's shape
    """
    low, high = (-np.inf, np.inf) if clip is None else clip
    return np.minimum(start, low), np.maximum(start, high)


def check_clip(clip, owner):
    """Raise ValueError where bounds of values are neither None nor two in order."""
    if clip is None:
        return
    bounds = as_float64(clip, f"The 'clip' parameter of {owner}")
    if bounds.shape != (2,) or not bounds[0] < bounds[1]:
        raise ValueError(
            f"The 'clip' parameter of {owner} must be (low, high) with low < high. "
            f"Got {clip!r} instead."
        )


def check_homology_dimensions(homology_dimensions, owner, end=None):
    """Return the dimensions as a tuple of ints.

    Parameters
    ----------
    homology_dimensions : int or tuple of int
    owner : str
    end : int or None, default=None
        The dimension from which on there is no homology. Those up to ``IN_SPACE`` are
        no error, so that what is made for voxel grids takes images and signals.

    Raises
    ------
    ValueError
        If there is none, one is repeated, or one is not an integer >= 0 and below the
        end.
    """
    if isinstance(homology_dimensions, numbers.Integral):
        homology_dimensions = (homology_dimensions,)
    try:
        dimensions = tuple(homology_dimensions)
    except TypeError:
        dimensions = ()
    # Plain ints pass at once: this is asked for every complex.
    are_plain = set(map(type, dimensions)) == {int}
    are_ints = are_plain or all(map(is_int, dimensions))
    is_sound = dimensions and are_ints and min(dimensions) >= 0
    if not is_sound or len(set(dimensions)) < len(dimensions):
        raise ValueError(
            f"The 'homology_dimensions' parameter of {owner} must be distinct ints in "
            f"the range [0, inf). Got {homology_dimensions!r} instead."
        )
    if end is not None and max(dimensions) >= max(end, IN_SPACE + 1):
        raise ValueError(
            f"The 'homology_dimensions' parameter must be below {end} for {owner}. "
            f"Got {homology_dimensions!r} instead."
        )
    return dimensions if are_plain else tuple(map(int, dimensions))
