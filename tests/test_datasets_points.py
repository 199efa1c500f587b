"""Point clouds have the shape that they are said to have."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from sktopo import datasets, persistence_diagrams
from sktopo.filtrations import WeakAlpha

MAKERS = [
    datasets.make_two_clusters,
    datasets.make_horseshoe,
    datasets.make_noisy_circle,
    datasets.make_chair,
]


def lifetimes(X, dimension):
    (bars,) = persistence_diagrams(X, WeakAlpha(), dimension, essential="drop")
    bars = bars[np.isfinite(bars).all(axis=1)]
    return np.sort(bars[:, 1] - bars[:, 0])[::-1]


@pytest.mark.parametrize("maker", MAKERS)
def test_the_seed_decides(maker):
    first, second = maker(50, random_state=1), maker(50, random_state=1)
    for a, b in zip(first, second, strict=True):
        assert_array_equal(a, b)
        assert len(a) == 50
    assert not np.array_equal(first[0], maker(50, random_state=2)[0])


def test_the_shapes_of_plane_clouds():
    X, labels = datasets.make_two_clusters(101, random_state=0)
    assert_array_equal(np.bincount(labels), [51, 50])
    assert lifetimes(X, 0)[0] > 2 * lifetimes(X, 0)[1]
    X, angle = datasets.make_horseshoe(random_state=0)
    # One hole, not yet closed: it is born when the gap is bridged.
    (bars,) = persistence_diagrams(X, WeakAlpha(), 1, essential="drop")
    longest = bars[np.argmax(bars[:, 1] - bars[:, 0])]
    assert 1.0 < longest[0] < 1.5
    assert np.hypot(*X.T).max() <= 3.4
    assert ((angle >= 0.2) & (angle <= 2 * np.pi - 0.2)).all()
    X, angle = datasets.make_noisy_circle(random_state=0)
    assert lifetimes(X, 1)[0] > 5 * lifetimes(X, 1)[1]
    distance = np.linalg.norm(
        X - np.column_stack([np.cos(angle), np.sin(angle)]), axis=1
    )
    assert distance.mean() == pytest.approx(0.05 * np.sqrt(np.pi / 2), rel=0.1)


def test_the_chair_is_connected_and_has_its_holes():
    X, part = datasets.make_chair(4000, random_state=0)
    assert_array_equal(np.unique(part), np.arange(9))
    assert (np.abs(X[:, :2]) <= 0.5).all()
    assert X[:, 2].min() >= 0
    assert X[:, 2].max() <= 2
    assert lifetimes(X, 0)[0] < 0.2
    # Two holes of the back; the spaces between the legs are larger than these bars.
    assert (lifetimes(X, 1) > 0.15).sum() >= 2


@pytest.mark.parametrize("maker", MAKERS)
def test_bad_parameters_are_named(maker):
    with pytest.raises(ValueError, match=f"'n_samples' parameter of {maker.__name__}"):
        maker(0)
    name = "spread" if maker is datasets.make_two_clusters else "noise"
    name = "width" if maker is datasets.make_horseshoe else name
    with pytest.raises(ValueError, match=f"lengths that {maker.__name__} takes"):
        maker(5, **{name: -1.0})
