"""The door to torch: gradients of every term, batches, types, modules, layers."""

import subprocess
import sys

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.datasets import load_digits
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from sktopo import DirectionalPersistence, PersistenceDiagrams, PersistenceEnergies
from sktopo.filtrations import (
    Alpha,
    Cubical,
    DTMRips,
    LowerStar,
    VietorisRips,
    WeakAlpha,
)
from sktopo.functionals import (
    BottleneckToTarget,
    PersistenceEnergy,
    PersistenceNorm,
    WassersteinToTarget,
)
from sktopo.objectives import (
    BettiMatchingTerm,
    ComposedTerm,
    GroupingTerm,
    LogLossTerm,
    PersistenceTerm,
    PooledPersistenceTerm,
    SquaredErrorTerm,
    SubsampledTerm,
    Subsampling,
)
from sktopo.simplification import CorrectionTerm, TopologyCorrector

torch = pytest.importorskip("torch", reason="torch is not installed")

from sktopo.torch import FeatureLayer, TopologyLoss, topology_loss  # noqa: E402

RNG = np.random.default_rng(3)
IMAGE, SIGNAL, CLOUD = RNG.random((5, 6)), RNG.random(12), RNG.random((9, 2))
ENERGY = PersistenceEnergy(p=2, i0=2)
PAIRS = np.arange(12).reshape(6, 2)
ONE_PEAK = PersistenceTerm(Cubical(superlevel=True), PersistenceEnergy(i0=2))


def loops(filtration):
    return PersistenceTerm(filtration, {0: ENERGY, 1: PersistenceNorm()})


TERMS = {
    "images": (loops(Cubical()), IMAGE),
    "face": (loops(Cubical(superlevel=True, connectivity="face")), IMAGE),
    "torus": (loops(Cubical(periodic=True)), IMAGE),
    "voxels": (PersistenceTerm(Cubical(), ENERGY, (0, 2)), RNG.random((4, 4, 5))),
    "signals": (PersistenceTerm(Cubical(), ENERGY, 0, "extremum"), SIGNAL),
    "graph": (
        PersistenceTerm(LowerStar([(i, i + 1) for i in range(11)]), ENERGY),
        SIGNAL,
    ),
    "rips": (loops(VietorisRips()), CLOUD),
    "dtm": (loops(DTMRips(4)), CLOUD),
    "weak alpha": (loops(WeakAlpha()), CLOUD),
    "alpha": (loops(Alpha()), CLOUD),
    "wasserstein": (
        PersistenceTerm(Cubical(), WassersteinToTarget([[0.1, np.inf], [0.2, 0.7]])),
        IMAGE,
    ),
    "bottleneck": (
        PersistenceTerm(Cubical(), BottleneckToTarget([[0.1, np.inf], [0.2, 0.9]])),
        IMAGE,
    ),
    "squares": (SquaredErrorTerm(IMAGE**2), IMAGE),
    "sum": (loops(Cubical()) - 0.5 * SquaredErrorTerm(IMAGE**2), IMAGE),
    "grouping": (GroupingTerm(CLOUD, scale=0.5), CLOUD + 0.1 * RNG.random((9, 2))),
    "composed": (
        ComposedTerm(PersistenceTerm(Cubical(), ENERGY), RNG.random((8, 5))),
        SIGNAL[:5],
    ),
    "log loss": (LogLossTerm([0, 1, 1, 0], RNG.normal(size=(4, 3))), SIGNAL[:3]),
    "pooled": (
        PooledPersistenceTerm(
            LowerStar([(i, i + 1) for i in range(5)]),
            PAIRS,
            PersistenceNorm(),
            max_noise=0.1,
            random_state=0,
        ),
        SIGNAL,
    ),
    "subsampled": (
        SubsampledTerm(loops(WeakAlpha()), Subsampling(7, n_samples=2), random_state=0),
        CLOUD,
    ),
    "matching": (BettiMatchingTerm(IMAGE[::-1] > 0.5), IMAGE),
    "correction": (CorrectionTerm(TopologyCorrector(1, 0)), IMAGE),
}


@pytest.mark.parametrize("name", TERMS)
def test_gradients_of_every_term(name):
    term, x = TERMS[name]
    x = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda x: topology_loss(x, term), x, eps=1e-7)
    value, grad = term.value_and_grad(x.detach().numpy())
    loss = topology_loss(x, term)
    loss.backward()
    assert loss.item() == pytest.approx(value)
    assert_allclose(x.grad.numpy(), grad)


def test_every_term_is_tried():
    from sktopo import objectives, simplification

    classes = {type(term).__name__ for term, _ in TERMS.values()}
    for module in (objectives, simplification):
        assert {name for name in module.__all__ if name.endswith("Term")} <= classes


@pytest.mark.parametrize("n_jobs", [None, 2])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_batches_are_samples_one_by_one(dtype, n_jobs):
    X = torch.tensor(RNG.random((5, 7, 8)), dtype=dtype, requires_grad=True)
    single = torch.stack([topology_loss(x, ONE_PEAK) for x in X])
    (expected,) = torch.autograd.grad(single.sum(), X)
    for reduction, reduced in (
        ("none", single),
        ("sum", single.sum()),
        ("mean", single.mean()),
    ):
        loss = topology_loss(
            X, ONE_PEAK, batched=True, reduction=reduction, n_jobs=n_jobs
        )
        assert loss.dtype == dtype
        assert_allclose(loss.detach(), reduced.detach(), rtol=1e-6)
        (grad,) = torch.autograd.grad(loss.sum(), X)
        share = 5 if reduction == "mean" else 1
        assert_allclose(share * grad, expected, rtol=1e-6)
    clouds = torch.tensor(RNG.random((3, 9, 2)), dtype=dtype, requires_grad=True)
    found = topology_loss(clouds, loops(WeakAlpha()), batched=True, reduction="none")
    for value, cloud in zip(found, clouds):
        assert value.item() == pytest.approx(
            topology_loss(cloud, loops(WeakAlpha())).item()
        )


def test_one_object_used_twice_before_backward():
    loss = TopologyLoss(ONE_PEAK)
    a, b = (torch.tensor(x, requires_grad=True) for x in (IMAGE, IMAGE[::-1].copy()))
    (3 * loss(a) + loss(b) * loss(a)).backward()
    value, grad = ONE_PEAK.value_and_grad(IMAGE)
    assert_allclose(a.grad, (3 + ONE_PEAK(IMAGE[::-1])) * grad)
    assert_allclose(b.grad, value * ONE_PEAK.value_and_grad(IMAGE[::-1])[1])


def test_gradients_reach_the_parameters_of_a_network():
    torch.manual_seed(0)
    network = torch.nn.Linear(4, 30)
    loss = TopologyLoss(ONE_PEAK, batched=True)
    optimizer = torch.optim.Adam(network.parameters(), lr=0.05)
    codes = torch.randn(8, 4)
    losses = []
    for _ in range(60):
        optimizer.zero_grad()
        value = loss(network(codes).reshape(-1, 5, 6))
        value.backward()
        optimizer.step()
        losses.append(value.item())
    assert losses[-1] < 0.2 * losses[0]


def test_narrow_floats_and_no_gradients():
    x = torch.tensor(IMAGE, dtype=torch.bfloat16, requires_grad=True)
    loss = topology_loss(x, ONE_PEAK)
    loss.backward()
    assert loss.dtype == x.grad.dtype == torch.bfloat16
    assert loss.item() == pytest.approx(ONE_PEAK(IMAGE), rel=0.05)
    before = IMAGE.copy()
    with torch.no_grad():
        assert not topology_loss(torch.tensor(IMAGE), ONE_PEAK).requires_grad
    assert_array_equal(IMAGE, before)
    twice = torch.tensor(IMAGE, requires_grad=True)
    (grad,) = torch.autograd.grad(
        topology_loss(twice, ONE_PEAK) ** 2, twice, create_graph=True
    )
    with pytest.raises(RuntimeError, match="once_differentiable"):
        grad.sum().backward()


def test_features_as_layers():
    X, y = load_digits(return_X_y=True)
    X, y = X[:60], y[:60]
    for estimator in (
        DirectionalPersistence(image_shape=(8, 8)).fit(X),
        make_pipeline(
            PersistenceDiagrams(image_shape=(8, 8)),
            PersistenceEnergies(p=(1, 2), q=(0,)),
        ).fit(X),
        make_pipeline(
            DirectionalPersistence(image_shape=(8, 8)),
            StandardScaler(),
            LogisticRegression(max_iter=2000),
        ).fit(X, y),
    ):
        layer = FeatureLayer(estimator)
        x = X[:3] + 0.1 * RNG.random((3, 64))
        rows = torch.tensor(x, requires_grad=True)
        output = layer(rows)
        method = "transform" if hasattr(estimator, "transform") else "decision_function"
        assert_allclose(output.detach(), getattr(estimator, method)(x))
        weights = torch.tensor(RNG.normal(size=output.shape))
        (output * weights).sum().backward()
        step = 1e-6 * RNG.normal(size=x.shape)
        ahead, behind = (
            (layer(torch.tensor(x + s * step)) * weights).sum().item() for s in (1, -1)
        )
        assert (rows.grad.numpy() * step).sum() == pytest.approx(
            (ahead - behind) / 2, rel=1e-4
        )
    assert layer(rows.float()).dtype == torch.float32
    assert "LogisticRegression" in repr(layer)


def test_features_of_what_changes_in_place():
    X, y = load_digits(n_class=2, return_X_y=True)
    layer = FeatureLayer(SVC().fit(X, y))
    grads = []
    for changes in (False, True):
        leaf = torch.tensor(X[:4], requires_grad=True)
        rows = leaf * 1
        output = layer(rows)
        if changes:
            rows.mul_(-3)
        output.sum().backward()
        grads.append(leaf.grad)
    assert_array_equal(*grads)


def test_masks_and_views():
    mask = np.eye(5, 6, dtype=bool)
    term = PersistenceTerm(Cubical(mask=mask), PersistenceNorm())
    x = torch.tensor(np.stack([IMAGE, -IMAGE]))
    values = topology_loss(x, term, batched=True, reduction="none")
    assert_allclose(values, [term(IMAGE), term(-IMAGE)])
    assert topology_loss(x[0].T.contiguous().T, term).item() == term(IMAGE)


def test_bad_input_is_named():
    x = torch.tensor(IMAGE)
    for call, error, message in (
        (lambda: topology_loss(IMAGE, ONE_PEAK), TypeError, "x of topology_loss must"),
        (lambda: topology_loss(x > 0, ONE_PEAK), TypeError, "Got torch.bool"),
        (lambda: topology_loss(x, ENERGY), ValueError, "'term' parameter of"),
        (
            lambda: topology_loss(x[:0], ONE_PEAK, batched=True),
            ValueError,
            "first axis",
        ),
        (lambda: TopologyLoss(ONE_PEAK, reduction="max"), ValueError, "'reduction'"),
        (lambda: topology_loss(x / 0, ONE_PEAK), ValueError, "NaN|infinity"),
        (lambda: topology_loss(x[0, 0], ONE_PEAK), ValueError, "Cubical.build"),
        (lambda: FeatureLayer(StandardScaler), TypeError, "'estimator' parameter"),
        (lambda: FeatureLayer(StandardScaler())(x), NotFittedError, "StandardScaler"),
        (lambda: FeatureLayer(StandardScaler())(IMAGE), TypeError, "x of FeatureLayer"),
    ):
        with pytest.raises(error, match=message):
            call()


def test_sktopo_does_not_import_torch():
    code = "import sys, sktopo, sktopo.plotting; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
