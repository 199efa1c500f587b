"""What estimators that change images share: parameters, reading, units and reports."""

import numbers
from copy import copy
from functools import partial

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils import Bunch
from sklearn.utils.validation import check_is_fitted

from sktopo._fitting import fit_context, validate_params
from sktopo._progress import ProgressLine, within
from sktopo._samples import SameColumnsMixin, described, read_samples
from sktopo._sklearn_compat import StrOptions
from sktopo._validation import (
    N_JOBS,
    NON_NEGATIVE_INT,
    POSITIVE,
    Range,
    check_clip,
    check_has_gradient,
)
from sktopo._workers import in_workers
from sktopo.base import DiagramFunctional
from sktopo.filtrations import FILTRATION_CONSTRAINT, as_filtration
from sktopo.functionals import PersistenceNorm, functionals_by_dimension
from sktopo.images._fidelity import FIDELITIES
from sktopo.images._full_image import value_of
from sktopo.images._units import Balance, Units, degree_of


class ImageOptimizer(SameColumnsMixin, TransformerMixin, BaseEstimator):
    """Changes every image by itself: topology_weight * F + the rest of fidelity.

    A subclass has the parameters below and defines ``_descend``.
    """

    _parameter_constraints = {
        "homology_dimensions": ["array-like", numbers.Integral],
        "functional": [DiagramFunctional, dict, None],
        "filtration": FILTRATION_CONSTRAINT,
        "maximize": ["boolean"],
        "fidelity": [StrOptions(set(FIDELITIES))],
        "topology_weight": [Range(numbers.Real, 0, 1, closed="both"), None],
        "clip": ["array-like", None],
        "learning_rate": [POSITIVE, None],
        "n_steps": [NON_NEGATIVE_INT],
        "image_shape": ["array-like", None],
        "n_jobs": N_JOBS,
        "verbose": ["verbose"],
        "callback": [callable, None],
    }

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X, y=None):
        """Check X against the parameters; nothing is learned of it.

        Parameters
        ----------
        X : array-like or list of array-like
            A batch, of one image ``[image]``: signals of shape (n_samples, n_features),
            for each row of a 2-D array is one, or flat images with ``image_shape``;
            images (n_samples, h, w); voxel grids (n_samples, d, h, w);
            or a list of grids, or of signals, of any sizes.
        y : None
            Ignored.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If X is no finite batch of grids, or parameters do not fit together.
        """
        samples = self._read(X, reset=True)
        self._prepare(samples.arrays[0], *self._components())
        return self

    def transform(self, X):
        """Optimise every image by itself.

        Parameters
        ----------
        X : array-like or list of array-like
            As in ``fit``.

        Returns
        -------
        ndarray of X's shape, or a list of arrays where X is a list
        """
        self._check_container()
        samples = self._read(X, reset=False)
        return samples.restore(self._optimized(samples.arrays).images)

    def optimize(self, X):
        """The same with what there is to know of it; nothing is stored.

        Parameters
        ----------
        X : array-like or list of array-like
            As in ``fit``.

        Returns
        -------
        Bunch
            ``images`` and ``loss_curves``, lists with an array for each image (the loss
            before each step where steps are random, else the least one so far, from the
            start on; of images below 1e-140 or so, whose squares are no numbers, in
            units in which their range is 255); ``functional_before``,
            ``functional_after`` and ``seconds``, arrays: F of the image itself and how
            long it took; and ``samples``, which says how X was read, such as "152
            signals of 192 samples" for a 2-D array.

        Warns
        -----
        UserWarning
            With pooling, where F of the pooled copies went the right way and F of the
            image did not: what is smaller than a window is not seen.

        Raises
        ------
        KeyboardInterrupt
            If it is interrupted; for a single image the exception's attribute
            ``result`` holds the image ``x`` and the losses ``history`` so far.
        """
        return self._optimized(self._read(X, reset=False).arrays)

    def _optimized(self, grids):
        validate_params(self)
        components = self._components()
        if len(grids) == 1:
            found = [self._optimize(grids[0], *components, self.n_jobs)]
        else:
            jobs = ((grid, *components, 1) for grid in grids)
            line = ProgressLine(type(self).__name__, len(grids), "image", self.verbose)
            # One line for all images, in place of one for each.
            one = copy(self).set_params(verbose=within(self.verbose))
            found = in_workers(one._optimize, jobs, self.n_jobs, line)
        self._warn(found)
        return Bunch(
            images=[one.x for one in found],
            loss_curves=[one.history for one in found],
            functional_before=np.array([one.before for one in found]),
            functional_after=np.array([one.after for one in found]),
            seconds=np.array([one.seconds for one in found]),
            samples=described(grids),
        )

    def _optimize(self, grid, filtration, functionals, n_jobs):
        clip = None if self.clip is None else tuple(map(float, self.clip))
        mask = filtration.mask
        seen = grid if mask is None else grid[~np.asarray(mask)]
        units = Units(grid, seen)
        scale = units.bounds(clip or (float(seen.min()), float(seen.max())))
        fidelity = FIDELITIES[self.fidelity](units.seen, scale)
        degree = degree_of(functionals.values())
        result = self._descend(
            units,
            {
                "filtration": filtration,
                "functionals": {
                    k: units.functional(one, degree) for k, one in functionals.items()
                },
                "fidelity": fidelity,
                "sign": -1.0 if self.maximize else 1.0,
                "balance": Balance(
                    self.topology_weight,
                    seen.size,
                    units.factor,
                    degree,
                    fidelity.degree,
                ),
            },
            clip=units.bounds(clip),
            image_of=partial(units.image_of, clip=clip),
            n_jobs=n_jobs,
        )
        result.before, result.after = (
            value_of(image, filtration, functionals) for image in (grid, result.x)
        )
        return result

    def _prepare(self, image, filtration, functionals):
        """What ``fit`` does once it has read X."""

    def _warn(self, found):
        """Warn of what has become of images."""

    def _descend(self, units, problem, *, clip, image_of, n_jobs):
        """Optimise one image in units of range 255; ``problem`` is what is minimised.

        Returns
        -------
        OptimizeResult
            With ``x`` in the units of the image, and ``seconds``.
        """
        raise NotImplementedError(f"{type(self).__name__} does not define _descend.")

    def _components(self):
        """Filtration and functional of each dimension, once they fit."""
        name = type(self).__name__
        check_clip(self.clip, name)
        bounds = () if self.clip is None else self.clip
        if self.fidelity == "cross_entropy" and np.isinf(bounds).any():
            raise ValueError(
                f"The 'clip' parameter of {name} must be finite with "
                f"fidelity='cross_entropy', whose 0 and 1 it is. Got {self.clip!r}."
            )
        filtration = as_filtration(self.filtration, name, of_grids=True)
        if filtration.takes_missing:
            raise ValueError(
                f"The 'filtration' parameter of {name} must have no mask, or an array: "
                f"pixels that are missing cannot be changed. Got {filtration!r}."
            )
        functional = PersistenceNorm() if self.functional is None else self.functional
        functionals = functionals_by_dimension(
            functional, self.homology_dimensions, name
        )
        for one in functionals.values():
            one.value_and_grad(np.empty((0, 2)))  # its parameters are checked here
            check_has_gradient(one, "functional", name)
        return filtration, functionals

    def _read(self, X, *, reset):
        if not reset:
            check_is_fitted(self)
        kind = as_filtration(self.filtration, type(self).__name__, of_grids=True)
        return read_samples(self, X, reset=reset, kind=kind, dtype=(np.float64,))
