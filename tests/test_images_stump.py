"""The steps of STUMP: against a plain reference, and in any company."""

import numpy as np
import pytest
from _images import smooth_noise
from numpy.testing import assert_allclose, assert_array_equal

from sktopo import STUMPImageOptimizer
from sktopo.filtrations import Cubical
from sktopo.functionals import PersistenceNorm
from sktopo.images._fidelity import FIDELITIES, SquaredFidelity
from sktopo.images._stump import StumpProblem
from sktopo.objectives import PersistenceTerm
from sktopo.pooling import WEIGHTS, RandomPooling


def reference(image, model):
    """Every pixel moves in every step; windows are pooled and spread by loops."""
    pooling = model.pooling
    cover = pooling.cover(image.shape)
    weights = pooling.window_weights(cover)
    rng = np.random.default_rng(np.random.SeedSequence(model.seed_).spawn(1)[0])
    functional = PersistenceNorm() if model.functional is None else model.functional
    term = PersistenceTerm(model.filtration, functional, model.homology_dimensions)
    start = cover.laid_out(image)
    x, mean, square = start.copy(), np.zeros(start.size), np.zeros(start.size)
    alpha = model.topology_weight
    alpha = 1 - 1 / image.size if alpha is None else alpha
    sign = -1 if model.maximize else 1
    losses = []
    for age in range(1, model.n_steps + 1):
        (pooled,) = weights.draw(rng).pool(cover.windows(x.astype(np.float32)))
        value, grad = term.value_and_grad(pooled.reshape(cover.shape))
        losses.append(
            alpha * sign * value + (1 - alpha) * ((x - start) ** 2).sum() / image.size
        )
        total = np.zeros(x.size)
        spread = weights.spread(np.arange(cover.size), grad.ravel())
        np.add.at(total, cover.places, alpha * sign * spread)
        total += (1 - alpha) * 2 * (x - start) / image.size
        mean = 0.9 * mean + 0.1 * total
        square = 0.999 * square + 0.001 * total**2
        size = np.sqrt(square / (1 - 0.999**age)) + 1e-8
        x = x - model.learning_rate * (mean / (1 - 0.9**age)) / size
    return cover.grid(x), np.array(losses)


@pytest.mark.parametrize(
    "params",
    [
        {"pooling": RandomPooling()},
        {
            "maximize": True,
            "functional": PersistenceNorm(2),
            "pooling": RandomPooling(max_noise=20.0, weights="uniform"),
        },
        {
            "pooling": RandomPooling(weights="vertex"),
            "homology_dimensions": (0, 1),
            "filtration": Cubical(superlevel=True),
        },
        {
            "pooling": RandomPooling(weights="mean", max_noise=5.0),
            "filtration": Cubical(connectivity="face"),
        },
        {
            "pooling": RandomPooling(stride=2, max_noise=10.0),
            "topology_weight": 0.5,
            "homology_dimensions": 1,
        },
        {
            "functional": PersistenceNorm(region=(-np.inf, 200, 2, np.inf)),
            "filtration": Cubical(connectivity="freudenthal"),
            "pooling": RandomPooling(),
        },
    ],
    ids=str,
)
@pytest.mark.parametrize("shape", [(24, 30), (25, 22)])
def test_touched_pixels_are_all_that_move(params, shape):
    image = smooth_noise(shape)
    model = STUMPImageOptimizer(n_steps=40, learning_rate=0.5, random_state=0, **params)
    found = model.fit([image]).optimize([image])
    moved, losses = reference(image, model)
    assert not np.allclose(moved, image)
    assert_allclose(found.images[0], moved, rtol=0, atol=1e-12)
    assert_allclose(found.loss_curves[0], losses, rtol=1e-12)
    assert_array_equal(image, smooth_noise(shape))


@pytest.mark.parametrize("n_weightings", [None, 30])
@pytest.mark.parametrize("stride", [None, 2])
@pytest.mark.parametrize("weights", WEIGHTS)
def test_gradients_through_every_pooling(weights, stride, n_weightings):
    image = smooth_noise((13, 14))
    pooling = RandomPooling(
        3,
        stride,
        weights=weights,
        max_noise=5.0,
        n_samples=2,
        n_weightings=n_weightings,
    )
    problem = StumpProblem(
        image,
        Cubical(),
        {0: PersistenceNorm(2)},
        SquaredFidelity(image, (0, 1)),
        1.0,
        None,
        pooling,
    )
    cover = problem.cover

    def sample(x):
        """The same draws in every call."""
        ((function, rngs),) = problem.jobs(0, 1)
        return function(cover.windows(cover.laid_out(x)), rngs)

    grads = np.zeros((2, cover.layout.size // cover.block, cover.block))
    for grad, (_, blocks, slopes) in zip(grads, sample(image)):
        grad[blocks] = slopes
    way = np.random.default_rng(0).normal(size=image.shape)
    ahead, behind = sample(image + 1e-4 * way), sample(image - 1e-4 * way)
    for grad, (high, *_), (low, *_) in zip(grads, ahead, behind):
        slope = cover.laid_out(way) @ grad.ravel()
        assert (high - low) / 2e-4 == pytest.approx(slope, rel=1e-4, abs=1e-3)
        assert np.abs(grad).max() > 1


@pytest.mark.parametrize("superlevel", [False, True])
def test_plain_gradients_are_those_of_the_term(superlevel):
    image = smooth_noise((20, 20))
    model = STUMPImageOptimizer(
        functional=PersistenceNorm(2),
        filtration=Cubical(superlevel=superlevel),
        pooling=1,
        topology_weight=1.0,
        n_steps=1,
        learning_rate=1.0,
    )
    moved = model.fit([image]).transform([image])[0]
    term = PersistenceTerm(Cubical(superlevel=superlevel), PersistenceNorm(p=2))
    grad = term.value_and_grad(image)[1]
    assert_allclose(moved - image, -np.sign(grad), atol=1e-6)


@pytest.mark.parametrize("side", ["birth", "death"])
def test_one_side_of_the_bars_moves(side):
    image = smooth_noise((20, 20))
    common = {"pooling": 1, "topology_weight": 1.0, "n_steps": 1, "learning_rate": 1.0}
    functional = PersistenceNorm(side=side)
    model = STUMPImageOptimizer(functional=functional, **common).fit([image])
    moved = model.transform([image])[0] - image
    grad = PersistenceTerm(Cubical(), PersistenceNorm(side=side)).value_and_grad(image)
    assert_array_equal(moved != 0, grad[1] != 0)
    # Short bars: births rise, deaths fall.
    assert (moved[moved != 0] > 0).all() == (side == "birth")


@pytest.mark.parametrize("combine", ["mean", "min_norm"])
@pytest.mark.parametrize("n_weightings", [None, 64])
def test_samples_of_a_step_in_threads(combine, n_weightings):
    image = smooth_noise((20, 23))
    model = STUMPImageOptimizer(
        pooling=RandomPooling(
            max_noise=10.0, n_samples=4, combine=combine, n_weightings=n_weightings
        ),
        n_steps=10,
        learning_rate=0.5,
        random_state=0,
    ).fit([image])
    one = model.optimize([image])
    two = model.set_params(n_jobs=2).optimize([image])
    assert_array_equal(one.images[0], two.images[0])
    assert_array_equal(one.loss_curves[0], two.loss_curves[0])
    assert one.loss_curves[0].shape == (10,)
    assert not np.allclose(one.images[0], image)


@pytest.mark.parametrize("weights", WEIGHTS)
def test_a_bank_goes_the_same_way_as_fresh_draws(weights):
    image = smooth_noise((32, 33))
    model = STUMPImageOptimizer(
        pooling=RandomPooling(weights=weights, max_noise=5.0),
        n_steps=200,
        learning_rate=0.5,
        random_state=0,
    ).fit([image])
    fresh = model.optimize([image])
    banked = model.set_params(pooling__n_weightings=512).optimize([image])
    for curve in (*fresh.loss_curves, *banked.loss_curves):
        assert curve[-20:].mean() < 0.8 * curve[:20].mean()
    ends = [r.loss_curves[0][-20:].mean() for r in (fresh, banked)]
    assert abs(ends[0] - ends[1]) < 0.25 * fresh.loss_curves[0][:20].mean()


def test_gradients_of_the_fidelities():
    image = smooth_noise((6, 7)) / 255
    start, h = image.ravel(), 1e-6
    values = np.clip(
        start + np.random.default_rng(0).uniform(-0.1, 0.1, 42), 0.02, 0.98
    )
    for fidelity in FIDELITIES.values():
        term = fidelity(image, (0.0, 1.0))

        def value(x, term=term):
            return term.value_and_grad(x, start)[0]

        slopes = [
            (value(values + h * e) - value(values - h * e)) / (2 * h)
            for e in np.eye(42)
        ]
        inside = (start > 1e-3) & (start < 0.999)
        assert_allclose(
            term.value_and_grad(values, start)[1][inside],
            np.array(slopes)[inside],
            rtol=1e-4,
        )
        assert_allclose(term.value_and_grad(start, start)[1], 0, atol=1e-12)
    entropy = FIDELITIES["cross_entropy"](image, (0.0, 1.0))
    share = np.clip(values, 1e-6, 1 - 1e-6)
    goal = np.clip(start, 1e-6, 1 - 1e-6)
    slow = -np.mean(goal * np.log(share) + (1 - goal) * np.log(1 - share))
    assert entropy.value_and_grad(values, start)[0] == pytest.approx(slow)


@pytest.mark.parametrize("stride", [None, 1, 2])
def test_steps_without_a_bar(stride):
    flat = np.ones((1, 9, 8))
    model = STUMPImageOptimizer(pooling=RandomPooling(3, stride), n_steps=5)
    assert_array_equal(model.fit_transform(flat), flat)
    # All bars go, and then nothing moves.
    pits = np.full((12, 12), 9.0)
    pits[2:4, 2:4] = pits[8:10, 8:10] = 0.0
    model.set_params(
        functional=PersistenceNorm(side="death"),
        pooling=RandomPooling(2, weights="mean"),
        learning_rate=0.5,
        n_steps=200,
    )
    found = model.fit([pits]).optimize([pits])
    assert found.loss_curves[0][-1] < 0.3 * found.loss_curves[0][0]


def test_windows_that_see_nothing_are_told(rng):
    """A window as large as the image: F of the copies is 0 from the start."""
    image = rng.random((24, 36))
    for pooling in (24, 40):
        model = STUMPImageOptimizer(n_steps=5, pooling=pooling, random_state=0)
        with pytest.warns(UserWarning, match="copies from 0 to 0, but F of the image"):
            model.fit([image]).optimize([image])


def test_masks_are_for_whole_images():
    mask = np.zeros((6, 6), dtype=bool)
    model = STUMPImageOptimizer(filtration=Cubical(mask=mask))
    with pytest.raises(ValueError, match="windows are drawn from all pixels"):
        model.fit(np.ones((1, 6, 6)))
