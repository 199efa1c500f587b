"""A training step's topology loss on 64 images, against gudhi's CubicalComplex."""

import gudhi
import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from sktopo.filtrations import Cubical
from sktopo.functionals import PersistenceEnergy
from sktopo.objectives import PersistenceTerm

torch = pytest.importorskip("torch")

from sktopo.torch import topology_loss  # noqa: E402

TERM = PersistenceTerm(Cubical(superlevel=True), PersistenceEnergy(i0=2))


def images(kind):
    noise = np.random.default_rng(0).random((64, 28, 28))
    return noise if kind == "noise" else gaussian_filter(noise, (0, 1.5, 1.5))


def by_gudhi(X):
    """The same loss, with the cells of gudhi's pairs, image after image."""
    losses = []
    for x in X:
        complex_ = gudhi.CubicalComplex(top_dimensional_cells=-x.detach().numpy())
        complex_.compute_persistence()
        regular, _ = complex_.cofaces_of_persistence_pairs()
        pairs = torch.as_tensor(regular[0].reshape(-1, 2) if regular else [[]])
        births, deaths = x.T.ravel()[pairs].unbind(1)  # in Fortran order
        losses.append((births - deaths).sum())
    return torch.stack(losses).mean()


def step(loss, X):
    x = torch.tensor(X, requires_grad=True)
    value = loss(x)
    value.backward()
    return value.item(), x.grad


@pytest.mark.parametrize("kind", ["noise", "smooth"])
@pytest.mark.benchmark(group="a topology loss of 64 images")
def test_ours(benchmark, kind):
    X = images(kind)
    ours = step(lambda x: topology_loss(x, TERM, batched=True), X)
    theirs = step(by_gudhi, X)
    assert ours[0] == pytest.approx(theirs[0])
    assert torch.allclose(ours[1], theirs[1])
    benchmark(step, lambda x: topology_loss(x, TERM, batched=True), X)


@pytest.mark.parametrize("kind", ["noise", "smooth"])
@pytest.mark.benchmark(group="a topology loss of 64 images")
def test_gudhi(benchmark, kind):
    benchmark(step, by_gudhi, images(kind))
