"""Pairs with cells: ours against the usual way to get them from gudhi."""

import gudhi
import numpy as np
import pytest
from benchmarks.peers import cofaces, many_cofaces, vertices
from scipy.ndimage import gaussian_filter

from sktopo.filtrations import Cubical, VietorisRips, WeakAlpha
from sktopo.functionals import PersistenceEnergy
from sktopo.objectives import PersistenceTerm
from sktopo.persistence import sort_order


def smoothed_noise(rng, shape):
    return gaussian_filter(rng.random(shape), 1.5)


def freudenthal_tree(image):
    """What a lower-star simplex tree of the triangulation costs without its making."""
    h, w = image.shape
    index = np.arange(h * w).reshape(h, w)
    a, b, c, d = (
        part.ravel()
        for part in (index[:-1, :-1], index[:-1, 1:], index[1:, :-1], index[1:, 1:])
    )
    triangles = np.stack([np.r_[a, a], np.r_[b, c], np.r_[d, d]])
    tree = gudhi.SimplexTree()
    tree.insert_batch(triangles, np.full(triangles.shape[1], -np.inf))
    tree.insert_batch(index.reshape(1, -1), image.ravel())
    for vertex, value in enumerate(image.ravel()):
        tree.assign_filtration([vertex], value)
    tree.make_filtration_non_decreasing()

    def run():
        tree.compute_persistence(homology_coeff_field=2, persistence_dim_max=True)
        return tree.lower_star_persistence_generators()

    return run


def pairs(filtration, x, dimensions=(0, 1)):
    return lambda: filtration.build(x).persistence_pairs(dimensions)


@pytest.mark.parametrize(("n", "wanted"), [(28, 15), (128, 10), (310, 10), (512, 10)])
def test_full(compare, rng, n, wanted):
    image = smoothed_noise(rng, (n, n))
    compare(
        f"image {n}x{n}, full",
        pairs(Cubical(), image),
        cofaces(image),
        peer_name="CubicalComplex + cofaces",
        wanted=wanted,
        repeat=10 if n < 200 else 2,
        also=("argsort", lambda: np.argsort(image, axis=None)),
    )


@pytest.mark.parametrize("n", [28, 128, 512])
def test_face(compare, rng, n):
    image = smoothed_noise(rng, (n, n))
    compare(
        f"image {n}x{n}, face",
        pairs(Cubical(connectivity="face"), image),
        vertices(image),
        peer_name="CubicalComplex(vertices=) + vertices",
        wanted=5,
        repeat=10 if n < 200 else 2,
    )


@pytest.mark.parametrize("n", [28, 128, 512])
def test_freudenthal(compare, rng, n):
    image = smoothed_noise(rng, (n, n))
    compare(
        f"image {n}x{n}, freudenthal",
        pairs(Cubical(connectivity="freudenthal"), image),
        freudenthal_tree(image),
        peer_name="SimplexTree (built before) + generators",
        wanted=5,
        repeat=10 if n < 200 else 2,
    )


@pytest.mark.parametrize("connectivity", ["full", "face"])
@pytest.mark.parametrize("smooth", [True, False])
def test_voxels(compare, rng, connectivity, smooth):
    voxels = smoothed_noise(rng, (32,) * 3) if smooth else rng.random((32,) * 3)
    peer = cofaces if connectivity == "full" else vertices
    compare(
        f"voxels 32^3, {connectivity}, H0{'' if smooth else ', white noise'}",
        pairs(Cubical(connectivity=connectivity), voxels, (0,)),
        peer(voxels),
        peer_name="CubicalComplex + cells",
        wanted=4,
    )


def test_rips(compare, rng):
    points = rng.random((300, 2))
    radius = float(VietorisRips().build(points).values.max())

    def generators():
        tree = gudhi.RipsComplex(points=points, max_edge_length=radius)
        tree = tree.create_simplex_tree(max_dimension=2)
        tree.compute_persistence(homology_coeff_field=2)
        return tree.flag_persistence_generators()

    compare(
        "Rips, 300 points, H0 + H1 with edges",
        pairs(VietorisRips(), points),
        generators,
        peer_name="SimplexTree + flag_persistence_generators",
        wanted=40,
        repeat=1,
    )


def test_weak_alpha_gradient(compare, rng):
    points = rng.random((1000, 2))
    term = PersistenceTerm(WeakAlpha(), PersistenceEnergy(p=2), homology_dimensions=1)
    image = smoothed_noise(rng, (28, 28))
    compare(
        "E(2,0,1;PD1), weak Alpha, 1,000 points",
        lambda: term.value_and_grad(points),
        many_cofaces(image, 25),
        peer_name="25 calls of cofaces on 28x28",
        wanted=1,
        repeat=5,
    )


@pytest.mark.parametrize("peer", ["cold sort of ours", "numpy's stable argsort"])
def test_warm_sort(compare, rng, peer):
    old = rng.random(512 * 512)
    new = old.copy()
    moved = rng.choice(new.size, size=new.size // 50, replace=False)
    new[moved] += 0.1 * rng.normal(size=moved.size)
    previous = (old, sort_order(old))
    cold = {
        "cold sort of ours": lambda: sort_order(new),
        "numpy's stable argsort": lambda: np.argsort(new, kind="stable"),
    }[peer]
    compare(
        "re-sort of 512x512 after 2 % moved",
        lambda: sort_order(new, previous=previous),
        cold,
        peer_name=peer,
        wanted=4,
        repeat=10,
    )
