"""What displays share: their axes, and the estimator that they draw."""

from contextlib import suppress

from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from sktopo.gradients import unwrapped


class Display:
    """Something that is drawn on axes.

    Attributes
    ----------
    ax_, figure_ : matplotlib Axes and Figure
    """

    def _on(self, ax, **subplot_kw):
        """The axes to draw on, which are remembered; None stands for new ones."""
        import matplotlib.pyplot as plt

        if ax is None:
            _, ax = plt.subplots(subplot_kw=subplot_kw)
        self.ax_, self.figure_ = ax, ax.figure
        return ax


def fitted_with(attribute, estimator, display):
    """The fitted estimator, or the last step of a Pipeline, that has an attribute.

    Raises
    ------
    TypeError
        If it has not, whatever it is fitted to.
    NotFittedError
        If it is not fitted.
    """
    check_is_fitted(estimator)
    last = estimator
    with suppress(AttributeError):  # a search that has not refitted the best
        last = unwrapped(last)
        while isinstance(last, Pipeline):
            last = unwrapped(last[-1])
    if not hasattr(last, attribute):
        raise TypeError(
            f"The 'estimator' parameter of {display}.from_estimator must have a "
            f"{attribute!r} once it is fitted. Got {last!r}."
        )
    return last
