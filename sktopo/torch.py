"""Interface to PyTorch: terms as losses, and persistence features as layers.

It needs ``pip install "sktopo[torch]"``; nothing else in sktopo imports torch. What is
computed is computed by numpy: tensors of other devices are copied, and derivatives are
those of first order.
"""

import numpy as np

from sktopo._sklearn_compat import StrOptions, validate_parameter_constraints
from sktopo._validation import N_JOBS
from sktopo._workers import in_even_chunks
from sktopo.base import Term
from sktopo.gradients import value_and_pullback

try:
    import torch
    from torch.autograd.function import once_differentiable
except ImportError as error:
    raise ImportError(
        'sktopo.torch needs PyTorch: pip install "sktopo[torch]", or the CPU build '
        "from https://pytorch.org."
    ) from error

__all__ = ["FeatureLayer", "TopologyLoss", "topology_loss"]

_CONSTRAINTS = {
    "term": [Term],
    "batched": ["boolean"],
    "reduction": [StrOptions({"mean", "sum", "none"})],
    "n_jobs": N_JOBS,
}


def topology_loss(x, term, *, batched=False, reduction="mean", n_jobs=None):
    """A term of a tensor, as a loss that gradients go through.

    Parameters
    ----------
    x : torch.Tensor
        One sample, in the shape that the term takes; or a batch of them along the first
        axis. Of images (n, 1, h, w) take ``x[:, 0]``. Of float32 or float64; narrower
        floats are computed in float32.
    term : Term
        Such as :class:`~sktopo.objectives.PersistenceTerm`, or a sum of terms.
    batched : bool, default=False
        Whether x is a batch. Images of one shape are paired all at once.
    reduction : {"mean", "sum", "none"}, default="mean"
        What is made of the values of a batch. Of one sample the value itself is
        returned.
    n_jobs : int or None, default=None
        The samples of a batch are spread over so many workers of joblib; this pays
        where each takes milliseconds. The result is the same.

    Returns
    -------
    torch.Tensor
        A number, or of shape (n_samples,) where nothing is reduced; of the type and on
        the device of x.

    Raises
    ------
    TypeError
        If x is no tensor of real floats.
    ValueError
        If a parameter cannot be, a batch has no first axis, or the term cannot take a
        sample.

    Examples
    --------
    Two peaks, and the saddle between them that would make them one:

    >>> import torch
    >>> from sktopo.filtrations import Cubical
    >>> from sktopo.functionals import PersistenceEnergy
    >>> from sktopo.objectives import PersistenceTerm
    >>> from sktopo.torch import topology_loss
    >>> one_peak = PersistenceTerm(Cubical(superlevel=True), PersistenceEnergy(i0=2),
    ...                            essential="extremum")
    >>> x = torch.tensor([0.0, 3, 1, 5, 2], requires_grad=True)
    >>> loss = topology_loss(x, one_peak)
    >>> loss.backward()
    >>> loss.item(), x.grad
    (2.0, tensor([ 0.,  1., -1.,  0.,  0.]))
    """
    _check(term, batched, reduction, n_jobs, "topology_loss")
    return _loss(x, term, batched, reduction, n_jobs, "topology_loss")


class TopologyLoss(torch.nn.Module):
    """A term as a module: see :func:`topology_loss`.

    Parameters
    ----------
    term : Term
    batched : bool, default=False
        Whether inputs are batches.
    reduction : {"mean", "sum", "none"}, default="mean"
        What is made of the values of a batch.
    n_jobs : int or None, default=None
        Workers of joblib for a batch.

    Examples
    --------
    >>> import torch
    >>> from sktopo.filtrations import Cubical
    >>> from sktopo.functionals import PersistenceNorm
    >>> from sktopo.objectives import PersistenceTerm
    >>> from sktopo.torch import TopologyLoss
    >>> loss = TopologyLoss(PersistenceTerm(Cubical(), PersistenceNorm()), batched=True)
    >>> loss(torch.tensor([[0.0, 2, 1, 3], [5, 5, 5, 5]]))
    tensor(0.5000)
    """

    def __init__(self, term, *, batched=False, reduction="mean", n_jobs=None):
        super().__init__()
        _check(term, batched, reduction, n_jobs, "TopologyLoss")
        self.term = term
        self.batched = batched
        self.reduction = reduction
        self.n_jobs = n_jobs

    def forward(self, x):
        """The loss of x; see :func:`topology_loss`."""
        return _loss(
            x, self.term, self.batched, self.reduction, self.n_jobs, "TopologyLoss"
        )

    def extra_repr(self):
        """What stands in the printed module."""
        return f"{self.term!r}, batched={self.batched}, reduction={self.reduction!r}"


class FeatureLayer(torch.nn.Module):
    """A fitted estimator as a layer: its output, with gradients in its input.

    What :func:`~sktopo.gradients.value_and_pullback` goes through can be one:
    :class:`~sktopo.DirectionalPersistence`, :class:`~sktopo.PersistenceEnergies`, a
    Pipeline that scales and projects their features, or a classifier on top. The
    estimator has nothing to learn here.

    Parameters
    ----------
    estimator : estimator
        A fitted one.

    Examples
    --------
    >>> import torch
    >>> from sklearn.datasets import load_digits
    >>> from sktopo import DirectionalPersistence
    >>> from sktopo.torch import FeatureLayer
    >>> X = load_digits().data[:20]
    >>> features = DirectionalPersistence(image_shape=(8, 8)).fit(X)
    >>> network = torch.nn.Sequential(FeatureLayer(features), torch.nn.LazyLinear(10))
    >>> network(torch.tensor(X, dtype=torch.float32)).shape
    torch.Size([20, 10])
    """

    def __init__(self, estimator):
        super().__init__()
        if isinstance(estimator, type) or not hasattr(estimator, "fit"):
            raise TypeError(
                "The 'estimator' parameter of FeatureLayer must be a fitted estimator. "
                f"Got {estimator!r} instead."
            )
        self.estimator = estimator

    def forward(self, x):
        """The output of the estimator.

        Parameters
        ----------
        x : torch.Tensor of shape (n_samples, ...)

        Returns
        -------
        torch.Tensor of shape (n_samples,) or (n_samples, n_outputs)
        """
        _check_tensor(x, "FeatureLayer")
        return _Output.apply(x, self.estimator)

    def extra_repr(self):
        """What stands in the printed module."""
        return repr(self.estimator)


def _check(term, batched, reduction, n_jobs, owner):
    params = {
        "term": term,
        "batched": batched,
        "reduction": reduction,
        "n_jobs": n_jobs,
    }
    validate_parameter_constraints(_CONSTRAINTS, params, owner)


def _check_tensor(x, owner):
    if not isinstance(x, torch.Tensor) or not x.is_floating_point():
        kind = x.dtype if isinstance(x, torch.Tensor) else type(x).__name__
        raise TypeError(f"x of {owner} must be a tensor of floats. Got {kind} instead.")


def _loss(x, term, batched, reduction, n_jobs, owner):
    _check_tensor(x, owner)
    if not batched:
        return _Value.apply(x, term, None, _value_and_grad)
    if x.ndim == 0 or len(x) == 0:
        raise ValueError(
            f"x of {owner} must hold samples along its first axis. Got shape "
            f"{tuple(x.shape)}."
        )
    values = _Value.apply(x, term, n_jobs, _values_and_grads)
    return values if reduction == "none" else getattr(values, reduction)()


def _as_numpy(x):
    """The entries of a tensor, of float32 or float64; not to be changed."""
    x = x.detach().cpu().resolve_neg()
    return (x if x.dtype == torch.float64 else x.float()).numpy()


def _values_and_grads(X, term, n_jobs):
    found = in_even_chunks(_of_chunk, X, n_jobs, term)
    values, grads = zip(*found, strict=True)
    return values, np.stack(grads)


def _of_chunk(X, start, term):
    return list(zip(*term.batch_value_and_grad(X), strict=True))


def _value_and_grad(x, term, n_jobs):
    return term.value_and_grad(x)


class _Value(torch.autograd.Function):
    """The values of a term at samples, with gradients that belong to this call."""

    @staticmethod
    def forward(ctx, x, term, n_jobs, evaluate):
        values, grads = evaluate(_as_numpy(x), term, n_jobs)
        if ctx.needs_input_grad[0]:
            ctx.save_for_backward(x.new_tensor(grads))
        return x.new_tensor(values)

    @staticmethod
    @once_differentiable
    def backward(ctx, grad_values):
        (grads,) = ctx.saved_tensors
        ones = (1,) * (grads.ndim - grad_values.ndim)
        return grads * grad_values.reshape(*grad_values.shape, *ones), None, None, None


class _Output(torch.autograd.Function):
    """The output of an estimator, with the pullback of this call."""

    @staticmethod
    def forward(ctx, x, estimator):
        # The pullback may keep what it was given, and x may change in place.
        output, ctx.pullback = value_and_pullback(estimator, _as_numpy(x).copy())
        return x.new_tensor(output)

    @staticmethod
    @once_differentiable
    def backward(ctx, grad_output):
        grad = ctx.pullback(grad_output.detach().cpu().double().numpy())
        return grad_output.new_tensor(grad), None
