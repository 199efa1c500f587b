"""Weights as the function whose persistence is penalised."""

import numbers

import numpy as np
from scipy.sparse import issparse

from sktopo.diagrams import persistence_pairs
from sktopo.filtrations import Cubical
from sktopo.plotting._display import Display, fitted_with

_MOST_NAMES = 30  # that can be read on an axis


class WeightsDisplay(Display):
    """The weights of a linear model: as a curve, as an image, or on a line.

    Marked are the maxima of the weights with the longest bars of H0 of their superlevel
    sets, those which a penalty with ``i0`` one larger leaves alone. It is best made by
    ``from_estimator``.

    Parameters
    ----------
    weights : array-like of shape (n_features,) or (h, w)
    kind : {"path", "image", "values"}, default="path"
        A curve over the index of the feature, with its maxima; an image, with its
        maxima; or points on a line, of which no maximum is marked.
    n_maxima : int or None, default=None
        How many maxima are marked; None for none.
    names : sequence of str or None, default=None
        Of the features, for up to 30 of them.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    weights_ : matplotlib artist
    maxima_ : matplotlib artist or None

    Examples
    --------
    >>> from sktopo import TopologicalRidge
    >>> from sktopo.datasets import make_structured_regression
    >>> from sktopo.plotting import WeightsDisplay
    >>> X, y, coef = make_structured_regression(80, "boxcar", random_state=0)
    >>> model = TopologicalRidge(alpha=1.0, topology="path", i0=2).fit(X, y)
    >>> display = WeightsDisplay.from_estimator(model)
    >>> len(display.maxima_.get_offsets())
    1
    """

    def __init__(self, weights, kind="path", n_maxima=None, names=None):
        self.weights = weights
        self.kind = kind
        self.n_maxima = n_maxima
        self.names = names

    @classmethod
    def from_estimator(cls, estimator, *, output=0, kind=None, ax=None, **plot_params):
        """Draw the weights of a fitted linear model.

        Parameters
        ----------
        estimator : estimator with ``coef_``
            Such as TopologicalRidge or TopologicalLogisticRegressionCV; of these the
            kind and the number of maxima are known. Any other linear model will do.
        output : int, default=0
            Which row of ``coef_``, where there are several.
        kind : {"path", "image", "values"}, tuple of int or None, default=None
            A tuple is the shape of an image. None is that of the estimator's
            ``topology``, or "path" where that is no curve, image or set of values.
        ax : matplotlib Axes or None, default=None
            Where to draw; None for new axes.
        **plot_params : dict
            For ``plot``.

        Returns
        -------
        WeightsDisplay
        """
        estimator = fitted_with("coef_", estimator, cls.__name__)
        coef = estimator.coef_
        coef = np.atleast_2d(coef.toarray() if issparse(coef) else coef)
        if not 0 <= output < len(coef):
            raise ValueError(
                f"The 'output' parameter of {cls.__name__}.from_estimator must "
                f"be in the range [0, {len(coef)}), a row of coef_. Got {output}."
            )
        topology = getattr(estimator, "topology", None)
        n_maxima = _free_maxima(estimator, topology)
        if kind is None:
            is_read = isinstance(topology, str) or np.shape(topology) == (2,)
            kind = topology if is_read else "path"
        weights = coef[output]
        if not isinstance(kind, str):
            weights, kind = weights.reshape(tuple(kind)), "image"
        names = getattr(estimator, "feature_names_in_", None)
        return cls(weights, kind, n_maxima, names).plot(ax, **plot_params)

    def plot(self, ax=None, **style):
        """Draw the weights.

        Parameters
        ----------
        ax : matplotlib Axes or None, default=None
            Where to draw; None for new axes.
        **style : dict
            For the curve, the image or the points.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If the kind is none of the three, or does not fit the shape of the weights.
        """
        weights = np.asarray(self.weights, dtype=np.float64)
        ndims = {"path": 1, "values": 1, "image": 2}
        if not isinstance(self.kind, str) or weights.ndim != ndims.get(self.kind):
            raise ValueError(
                "The 'kind' of WeightsDisplay must be 'path' or 'values' for weights "
                "of one axis, and 'image' for two. "
                f"Got {self.kind!r} and shape {weights.shape}."
            )
        ax, self.maxima_ = self._on(ax), None
        if self.kind == "values":
            place = np.zeros(weights.size)
            self.weights_ = ax.scatter(weights, place, **{"marker": "|", **style})
            ax.axhline(0, color="0.8", lw=1, zorder=0)
            ax.set(xlabel="weight", yticks=[])
            for weight, name in zip(weights, self._shown_names(weights), strict=False):
                ax.annotate(
                    name, (weight, 0), (0, 8), textcoords="offset points", rotation=60
                )
            return self
        if self.kind == "path":
            (self.weights_,) = ax.plot(weights, **style)
            ax.axhline(0, color="0.8", lw=1, zorder=0)
            ax.set(xlabel="feature", ylabel="weight")
            names = self._shown_names(weights)
            if len(names):
                ax.set_xticks(range(len(names)), names, rotation=60, ha="right")
        else:
            size = np.abs(weights).max(initial=0.0) or 1.0
            style = {"cmap": "RdBu_r", "vmin": -size, "vmax": size, **style}
            self.weights_ = ax.imshow(weights, **style)
            ax.set(xticks=[], yticks=[])
            self.figure_.colorbar(self.weights_, ax=ax, label="weight")
        if self.n_maxima:
            (bars,) = persistence_pairs(weights, Cubical(superlevel=True), 0)
            maxima = bars.births[: self.n_maxima]
            y, x = (weights[maxima[:, 0]], maxima[:, 0])
            if self.kind == "image":
                y, x = maxima.T
            label = "longest bars of H0"
            self.maxima_ = ax.scatter(x, y, color="C3", zorder=3, s=25, label=label)
            ax.legend(fontsize="small")
        return self

    def _shown_names(self, weights):
        if self.names is None or weights.size > _MOST_NAMES:
            return ()
        return self.names


def _free_maxima(estimator, topology):
    """How many maxima the penalty of an estimator leaves alone; None for no number."""
    is_named = isinstance(topology, str)
    counts = topology == "path" if is_named else np.ndim(topology) == 1
    dimensions = np.atleast_1d(getattr(estimator, "homology_dimensions", ()))
    if not counts or not estimator.superlevel or 0 not in dimensions:
        return None
    i0 = getattr(estimator, "i0_", estimator.i0)
    i0 = i0.get(0) if isinstance(i0, dict) else i0
    return (int(i0) - 1 or None) if isinstance(i0, numbers.Integral) else None
