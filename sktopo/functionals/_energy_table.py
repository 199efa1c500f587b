"""All the energies E(p, q, i0) of many diagrams at once."""

import numpy as np

from sktopo.functionals._checked import largest_of_each
from sktopo.functionals._energy import PersistenceEnergy, check_midpoints
from sktopo.functionals._power import power_and_slope
from sktopo.persistence import longest_first


class EnergyTable:
    """E(p, q, i0) for every p, q and i0 of three lists, of many diagrams in one pass.

    The numbers of PersistenceEnergy, one column for each combination: i0 changes
    slowest, then p, then q.

    Parameters
    ----------
    p, q, i0 : array-like of numbers, or a number
    owner : str
        Who has these parameters, for messages.
    scale : {None, "root", "log"}, default=None
        What is made of an energy E: nothing, ``sign(E) |E|^(1 / (p + q))`` (E itself
        for p = q = 0), or ``sign(E) log(1 + |E|)``.

    Raises
    ------
    ValueError
        If one of them is no non-empty sequence of distinct numbers that
        PersistenceEnergy may have.
    """

    def __init__(self, p, q, i0, owner, scale=None):
        self.p, self.q, self.i0 = (
            _checked(name, value, owner)
            for name, value in (("p", p), ("q", q), ("i0", i0))
        )
        self._owner, self._scale = owner, scale

    @property
    def names(self):
        """Names of the columns."""
        return [
            f"p{_short(p)}_q{_short(q)}_i{i}"
            for i in self.i0
            for p in self.p
            for q in self.q
        ]

    def values(self, bars, lengths):
        """The energies of diagrams that stand one behind the other.

        Parameters
        ----------
        bars : ndarray of shape (n_bars, 2)
            All the diagrams; births finite and no NaN. Essential bars count for i0 and
            add nothing, bars without lifetime neither do nor add.
        lengths : ndarray of int of shape (n_diagrams,)
            Bars of each of them.

        Returns
        -------
        ndarray of shape (n_diagrams, n_i0 * n_p * n_q)

        Raises
        ------
        ValueError
            If a midpoint is negative while a q is not an integer, or if a power
            overflows.
        """
        bars, exponent = self._in_units(bars, lengths)
        return self._scaled(self._evaluate(bars, lengths)[0], exponent)[0]

    def value_and_pullback(self, bars, lengths):
        """The same, and a function that pulls gradients back to the bars.

        Parameters
        ----------
        bars : ndarray of shape (n_bars, 2)
        lengths : ndarray of int of shape (n_diagrams,)

        Returns
        -------
        energies : ndarray of shape (n_diagrams, n_i0 * n_p * n_q)
        pullback : callable
            Takes an array of the shape of ``energies`` and returns one of the shape of
            ``bars``.
        """
        bars, exponent = self._in_units(bars, lengths)
        energies, counting = self._evaluate(bars, lengths)
        energies, scale_slope = self._scaled(energies, exponent)
        here, signed, middle, place, diagram, length, power = counting

        def pullback(grad):
            weights = (grad * scale_slope).reshape(
                -1, self.i0.size, self.p.size, self.q.size
            )
            counted = place[:, None] >= self.i0
            # How much each E(p, q) of a bar counts, over all i0 that see it.
            weight = np.einsum("bipq,bi->bpq", weights[diagram], counted)
            length_slope = _slopes(np.abs(signed), self.p, diagram)
            power_slope = _slopes(middle, self.q, diagram)
            slope = np.einsum("bp,bp->b", _times(weight, power), length_slope)
            slope *= np.sign(signed)
            shift = np.einsum("bp,bp->b", _times(weight, power_slope), length) / 2
            grad_bars = np.zeros((len(bars), 2))
            grad_bars[here, 0], grad_bars[here, 1] = shift - slope, shift + slope
            return grad_bars

        return energies, pullback

    def _in_units(self, bars, lengths):
        """Each diagram over a power of two: no power of what has a root vanishes.

        Returns
        -------
        bars : ndarray of shape (n_bars, 2)
        exponent : ndarray of int of shape (n_diagrams,), or 0
        """
        if self._scale != "root":
            return bars, 0
        diagram = np.repeat(np.arange(len(lengths)), lengths)
        largest = np.zeros(len(lengths))
        size = np.where(np.isfinite(bars), np.abs(bars), 0.0).max(axis=1, initial=0.0)
        np.maximum.at(largest, diagram, size)
        _, exponent = np.frexp(largest)
        return np.ldexp(bars, -exponent[diagram, None]), exponent

    def _scaled(self, energies, exponent):
        """What is made of the energies, and its derivative in those units."""
        if self._scale is None:
            return energies, 1.0
        size, sign = np.abs(energies), np.sign(energies)
        if self._scale == "log":
            return sign * np.log1p(size), 1 / (1 + size)
        degree = np.tile(np.add.outer(self.p, self.q).ravel(), self.i0.size)
        has_root = degree > 0
        power = 1 / np.where(has_root, degree, 1.0)
        values = sign * size**power
        # The root has no slope where E is zero, and the diagram's unit times its
        # derivative in the bars over that unit is the derivative.
        slopes = np.zeros(size.shape)
        np.divide(power * np.abs(values), size, out=slopes, where=size > 0)
        values[:, has_root] = np.ldexp(
            values[:, has_root], np.reshape(exponent, (-1, 1))
        )
        return values, slopes

    def _evaluate(self, bars, lengths):
        signed = bars[:, 1] - bars[:, 0]
        lifetime = np.abs(signed)
        diagram = np.repeat(np.arange(len(lengths)), lengths)
        here = np.flatnonzero(np.isfinite(lifetime) & (lifetime > 0))
        place = np.ones(len(bars), dtype=np.intp)
        if self.i0.max() > 1:
            # Place 1 is the longest bar of a diagram.
            starts = np.cumsum(lengths) - lengths
            order = longest_first(bars, diagram)
            place[order] = 1 + np.arange(len(bars)) - starts[diagram]
        middle = bars[here].mean(axis=1)
        for q in self.q.tolist():
            check_midpoints(middle, q, self._owner)
        signed, place, diagram = signed[here], place[here], diagram[here]
        with np.errstate(over="ignore", invalid="ignore"):
            length, power = _powers(np.abs(signed), self.p), _powers(middle, self.q)
            terms = length[:, :, None] * power[:, None, :]
            terms = terms.reshape(here.size, self.p.size * self.q.size)
            energies = [
                _sums(terms, diagram, place >= first, len(lengths)) for first in self.i0
            ]
        energies = np.hstack(energies)
        if not np.isfinite(energies).all():
            raise ValueError(
                f"{self._owner} overflows: the lifetimes or midpoints are too large "
                "for their powers. Rescale the data, or take smaller p and q."
            )
        return energies, (here, signed, middle, place, diagram, length, power)


def _sums(terms, diagram, counted, n_diagrams):
    """Sums over the counted bars of each diagram; ``diagram`` is sorted."""
    if not counted.all():
        used = np.flatnonzero(counted)
        terms, diagram = terms.take(used, axis=0), diagram.take(used)
    counts = np.bincount(diagram, minlength=n_diagrams)
    some = np.flatnonzero(counts)
    sums = np.zeros((n_diagrams, terms.shape[1]))
    if some.size:
        starts = (np.cumsum(counts) - counts).take(some)
        sums[some] = np.add.reduceat(terms, starts, axis=0)
    return sums


def _times(matrices, vectors):
    return np.matmul(matrices, vectors[:, :, None])[:, :, 0]


def _are_small_integers(exponents):
    return exponents.max() <= 16 and (exponents == exponents.astype(np.intp)).all()


def _powers(x, exponents):
    """X to each of the exponents, as columns."""
    if _are_small_integers(exponents):
        # Products are far cheaper than powers.
        columns = np.vander(x, int(exponents.max()) + 1, increasing=True)
        return columns[:, exponents.astype(np.intp)]
    return x[:, None] ** exponents


def _slopes(x, exponents, diagram):
    """Their derivatives; those without a bound are cut for each diagram by itself."""
    if _are_small_integers(exponents):
        return exponents * _powers(x, np.maximum(exponents - 1, 0))
    largest = largest_of_each(np.abs(x), diagram)
    slopes = [power_and_slope(x, e, largest)[1] for e in exponents.tolist()]
    return np.stack(slopes, axis=1)


def _checked(name, given, owner):
    try:
        values = np.atleast_1d(given)
        if values.dtype.kind == "u":
            values = values.astype(np.int64)  # one less than 0 is to be -1
        if values.ndim != 1 or values.size == 0:
            raise ValueError("It is no sequence of numbers.")
        if np.unique(values).size < values.size:
            raise ValueError("It repeats a number.")
        for value in values.tolist():
            # The functional of one number knows what it may be.
            PersistenceEnergy(**{name: value})._check_params()
    except ValueError as error:
        raise ValueError(
            f"The {name!r} parameter of {owner} must be a non-empty sequence of "
            f"distinct numbers. Got {given!r}: {error}"
        ) from error
    return values


def _short(number):
    return f"{number:g}" if float(f"{number:g}") == number else repr(float(number))
