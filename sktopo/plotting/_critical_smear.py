"""Where bars are born and where they die."""

import numpy as np

from sktopo.inspection import critical_smear
from sktopo.plotting._display import Display


class CriticalSmearDisplay(Display):
    """An image in grey, births of bars in red, deaths in blue.

    It is best made by ``from_image``.

    Parameters
    ----------
    image : ndarray of shape (h, w) or (n,)
    birth_map, death_map : ndarray of the image's shape
        See ``sktopo.inspection.critical_smear``; sizes are shown, not signs.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    births_, deaths_ : matplotlib artists

    Examples
    --------
    >>> from sktopo.datasets import make_double_well
    >>> from sktopo.plotting import CriticalSmearDisplay
    >>> from sktopo.pooling import RandomPooling
    >>> display = CriticalSmearDisplay.from_image(
    ...     make_double_well(62), pooling=RandomPooling(max_noise=30, n_samples=20)
    ... )
    >>> display.ax_.get_legend_handles_labels()[1]
    ['birth', 'death']
    """

    def __init__(self, image, birth_map, death_map):
        self.image = image
        self.birth_map = birth_map
        self.death_map = death_map

    @classmethod
    def from_image(cls, image, functional=None, *, ax=None, **params):
        """Compute a critical smear and draw it.

        Parameters
        ----------
        image : array-like of shape (h, w) or (n,)
        functional : DiagramFunctional or None, default=None
            See ``sktopo.inspection.critical_smear``.
        ax : matplotlib Axes or None, default=None
            Where to draw; None for new axes.
        **params : dict
            For ``critical_smear``.

        Returns
        -------
        CriticalSmearDisplay
        """
        smear = critical_smear(image, functional, **params)
        return cls(np.asarray(image), smear.birth_map, smear.death_map).plot(ax)

    def plot(self, ax=None):
        """Draw the image and the maps.

        Parameters
        ----------
        ax : matplotlib Axes or None, default=None
            Where to draw; None for new axes.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If the image has three axes: show a slice of it and of the maps.
        """
        image = np.asarray(self.image)
        if image.ndim > 2:
            raise ValueError(
                "The 'image' of CriticalSmearDisplay must have one or two axes; of a "
                f"voxel grid show a slice. Got shape {image.shape}."
            )
        ax = self._on(ax)
        births, deaths = (_shares(m) for m in (self.birth_map, self.death_map))
        if image.ndim == 1:
            ax.plot(image, color="0.6")
            places = np.arange(image.size)
            low, height = image.min(), np.ptp(image) or 1.0
            self.births_ = ax.vlines(places, low, low + height * births, color="C3")
            self.deaths_ = ax.vlines(places, low, low + height * deaths, color="C0")
        else:
            ax.imshow(image, cmap="gray")
            self.births_ = ax.imshow(_tinted(births, (0.9, 0.1, 0.1)))
            self.deaths_ = ax.imshow(_tinted(deaths, (0.1, 0.3, 1.0)))
            ax.set(xticks=[], yticks=[])
        ax.plot([], [], "s", color="C3", label="birth")
        ax.plot([], [], "s", color="C0", label="death")
        ax.legend(fontsize="small")
        return self


def _shares(signed):
    """Sizes, as shares of the largest."""
    size = np.abs(signed)
    return size / (size.max() or 1.0)


def _tinted(shares, colour):
    """A colour as opaque as the shares say; their root brings small ones out."""
    tinted = np.empty((*shares.shape, 4))
    tinted[..., :3], tinted[..., 3] = colour, np.sqrt(shares)
    return tinted
