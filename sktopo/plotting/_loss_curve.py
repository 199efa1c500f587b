"""How a fit went on."""

import numpy as np

from sktopo.plotting._display import Display, fitted_with


class LossCurveDisplay(Display):
    """What was minimised, after each step.

    It is best made by ``from_estimator``.

    Parameters
    ----------
    losses : array-like of shape (n_steps + 1,), or a dict of such
        Of one fit, or of several by their names.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    lines_ : list of matplotlib Line2D

    Examples
    --------
    >>> from sktopo import TopoPointOptimizer
    >>> from sktopo.datasets import make_noisy_circle
    >>> from sktopo.plotting import LossCurveDisplay
    >>> X, _ = make_noisy_circle(50, random_state=0)
    >>> optimizer = TopoPointOptimizer(max_iter=10).fit(X)
    >>> display = LossCurveDisplay.from_estimator(optimizer)
    >>> len(display.lines_[0].get_xdata())
    11
    """

    def __init__(self, losses):
        self.losses = losses

    @classmethod
    def from_estimator(cls, estimator, *, ax=None, **plot_params):
        """Draw the ``loss_curve_`` of a fitted estimator, or of several.

        Parameters
        ----------
        estimator : estimator with ``loss_curve_``, or a dict of such
        ax : matplotlib Axes or None, default=None
            Where to draw; None for new axes.
        **plot_params : dict
            For ``plot``.

        Returns
        -------
        LossCurveDisplay
        """
        is_one = not isinstance(estimator, dict)
        fits = {type(estimator).__name__: estimator} if is_one else estimator
        losses = {
            name: fitted_with("loss_curve_", fit, cls.__name__).loss_curve_
            for name, fit in fits.items()
        }
        return cls(losses).plot(ax, **plot_params)

    @classmethod
    def from_losses(cls, losses, *, ax=None, **plot_params):
        """Draw losses, such as the ``history`` of a solver.

        Parameters
        ----------
        losses : array-like of shape (n_steps + 1,), or a dict of such
        ax : matplotlib Axes or None, default=None
            Where to draw; None for new axes.
        **plot_params : dict
            For ``plot``.

        Returns
        -------
        LossCurveDisplay
        """
        return cls(losses).plot(ax, **plot_params)

    def plot(self, ax=None, *, log="auto"):
        """Draw the losses.

        Parameters
        ----------
        ax : matplotlib Axes or None, default=None
            Where to draw; None for new axes.
        log : bool or "auto", default="auto"
            Whether losses are shown on a logarithmic axis; "auto" where all are
            positive and the largest is ten times the smallest.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If losses have another shape.
        """
        has_names = isinstance(self.losses, dict)
        losses = self.losses if has_names else {"": self.losses}
        losses = {str(k): np.asarray(v, dtype=np.float64) for k, v in losses.items()}
        for loss in losses.values():
            if loss.ndim != 1:
                raise ValueError(
                    "The 'losses' of LossCurveDisplay must be of shape (n_steps + 1,), "
                    f"or a dict of such. Got shape {loss.shape}."
                )
        ax = self._on(ax)
        self.lines_ = [
            ax.plot(np.arange(loss.size), loss)[0] for loss in losses.values()
        ]
        every = np.concatenate([np.empty(0), *losses.values()])
        every = every[np.isfinite(every)]
        if log == "auto":
            low, high = every.min(initial=np.inf), every.max(initial=0.0)
            log = bool(0 < 10 * low < high)
        ax.set(xlabel="step", ylabel="loss", yscale="log" if log else "linear")
        if has_names:
            ax.legend(self.lines_, list(losses), fontsize="small")
        return self
