"""Pullbacks of features that approximate a kernel."""

from sklearn.kernel_approximation import Nystroem

from sktopo.gradients._kernels import KERNELS, kernel_and_pullback
from sktopo.gradients._pullbacks import register


@register(Nystroem)
def _nystroem(nystroem, X):
    if nystroem.kernel not in KERNELS:
        raise NotImplementedError(
            "value_and_pullback goes through a Nystroem whose kernel is 'linear', "
            f"'poly', 'rbf' or 'sigmoid'. Got kernel={nystroem.kernel!r}."
        )
    names = ("gamma", "degree", "coef0")
    given = {name: getattr(nystroem, name) for name in names}
    given = {name: value for name, value in given.items() if value is not None}
    values, pullback = kernel_and_pullback(
        nystroem.kernel,
        X,
        nystroem.components_,
        **{"gamma": 1 / X.shape[1], **given},
    )
    weights = nystroem.normalization_.T
    return values @ weights, lambda grad: pullback(grad @ weights.T)
