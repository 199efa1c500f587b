"""Images: sizes, ranges, and the bars that their docstrings promise."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import ndimage

from sktopo import datasets, persistence_diagrams
from sktopo.filtrations import Cubical

MAKERS = [
    (datasets.make_double_well, 310),
    (datasets.make_sampled_circle, 210),
    (datasets.make_blobs_with_bridges, 256),
]


def bars(image, dimension):
    """Finite bars, longest first."""
    (diagram,) = persistence_diagrams(image, Cubical(), (dimension,), essential="drop")
    diagram = diagram[np.isfinite(diagram[:, 1])]
    return diagram[np.argsort(diagram[:, 0] - diagram[:, 1], kind="stable")]


@pytest.mark.parametrize(("maker", "size"), MAKERS)
def test_images_are_grey_and_repeat(maker, size):
    image = maker(random_state=3)
    assert image.shape == (size, size)
    assert image.dtype == np.float64
    assert 0 <= image.min() < 1
    assert 254 < image.max() <= 255
    assert_array_equal(image, maker(random_state=3))
    assert maker(60, random_state=3).shape == (60, 60)


@pytest.mark.parametrize("n", [60, 310])
def test_double_well(n):
    image = datasets.make_double_well(n)
    assert_allclose(bars(image, 0), [[42.5, 171.3]], rtol=0.05)
    assert len(bars(image, 1)) == 0
    noisy = datasets.make_double_well(n, noise=5.0, random_state=0)
    assert np.std(noisy - image) == pytest.approx(5, rel=0.05)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("n", [60, 210])
def test_sampled_circle(n, seed):
    image = datasets.make_sampled_circle(n, random_state=seed)
    found = bars(image, 1)
    assert_allclose(found[0], [198, 255], rtol=0.05)
    assert (np.diff(found[1:]) < 10).all()
    # The ring is around the middle.
    assert image[n // 3 : -n // 3, n // 3 : -n // 3].max() > 254


@pytest.mark.parametrize("seed", range(6))
def test_blobs_with_bridges(seed):
    image = datasets.make_blobs_with_bridges(random_state=seed)
    lifetimes = np.diff(bars(image, 0)).ravel()
    assert lifetimes.size == 14
    assert lifetimes[0] == pytest.approx(212, rel=0.05)
    assert lifetimes[-1] == pytest.approx(51, rel=0.05)
    assert lifetimes[-1] > 50
    assert lifetimes.sum() == pytest.approx(2091, rel=0.05)
    assert (np.diff(bars(image, 1)) < 10).all()
    few = datasets.make_blobs_with_bridges(100, n_blobs=5, random_state=seed)
    assert len(bars(few, 0)) == 4


@pytest.mark.parametrize(("maker", "size"), MAKERS)
@pytest.mark.parametrize("n", [3, 10.5, "large"])
def test_images_have_a_least_size(maker, size, n):
    with pytest.raises(ValueError, match=f"'n' parameter of {maker.__name__} must be"):
        maker(n)


@pytest.mark.parametrize(
    ("maker", "params", "message"),
    [
        (datasets.make_double_well, {"noise": -1.0}, "make_double_well takes must be"),
        (datasets.make_sampled_circle, {"n_points": 2}, "'n_points' parameter of"),
        (datasets.make_sampled_circle, {"jitter": np.inf}, "must be in the range"),
        (datasets.make_blobs_with_bridges, {"n_blobs": 1}, "'n_blobs' parameter of"),
    ],
)
def test_bad_parameters_are_named(maker, params, message):
    with pytest.raises(ValueError, match=message):
        maker(**params)


@pytest.mark.slow
@pytest.mark.parametrize("n", [32, 90, 128])
def test_vessels_are_one_tree_with_gaps(n):
    eight = np.ones((3, 3))
    for seed in range(10):
        image, mask = datasets.make_vessels(n, noise=0.0, random_state=seed)
        assert image.shape == mask.shape == (n, n)
        assert 0.01 < mask.mean() < 0.4
        outside = np.pad(~mask, 1, constant_values=True)
        assert ndimage.label(mask, eight)[1] == ndimage.label(outside)[1] == 1
        whole, same = datasets.make_vessels(n, n_gaps=0, noise=0.0, random_state=seed)
        assert_array_equal(mask, same)
        assert whole[mask].mean() > image[mask].mean() - 0.2
    noisy, _ = datasets.make_vessels(n, noise=0.5, random_state=0)
    clear, _ = datasets.make_vessels(n, noise=0.0, random_state=0)
    assert np.std(noisy - clear) == pytest.approx(0.5, rel=0.1)
    whole, mask = datasets.make_vessels(n, n_gaps=0, noise=0.0, random_state=0)
    assert whole[mask].mean() > whole[~mask].mean() + 0.3
    with pytest.raises(ValueError, match="'n_gaps' parameter of make_vessels"):
        datasets.make_vessels(n_gaps=-1)
    with pytest.raises(ValueError, match="'n' parameter of make_vessels"):
        datasets.make_vessels(16)


def test_membranes_are_walls_between_cells():
    image, mask = datasets.make_membranes(96, n_cells=9, random_state=1)
    assert image.shape == mask.shape == (96, 96)
    assert image.min() >= 0
    assert image.max() <= 255
    assert 0.05 < mask.mean() < 0.4
    assert image[mask].mean() + 30 < image[~mask].mean()
    clear, same = datasets.make_membranes(96, n_cells=9, noise=0.0, random_state=1)
    assert_array_equal(mask, same)
    assert clear[~mask].std() < image[~mask].std()
    with pytest.raises(ValueError, match="'n_cells' parameter of make_membranes"):
        datasets.make_membranes(n_cells=1)


def test_stored_data_are_those_of_the_folder(tmp_path, monkeypatch):
    np.savez(tmp_path / "some.npz", a=np.arange(3), b=np.eye(2))
    monkeypatch.delenv("SKTOPO_DATA", raising=False)
    assert datasets.load_stored("some.npz") is None
    monkeypatch.setenv("SKTOPO_DATA", str(tmp_path))
    assert datasets.load_stored("other.npz") is None
    np.save(tmp_path / "one.npy", np.eye(2))
    (tmp_path / "bad.npz").write_bytes(b"PK damaged")
    for name in ("one.npy", "bad.npz"):
        with pytest.raises(ValueError, match=rf"savez, which .*{name} is not"):
            datasets.load_stored(name)
    found = datasets.load_stored("some.npz")
    assert_array_equal(found["a"], [0, 1, 2])
    assert_array_equal(found["b"], np.eye(2))
