"""DTMRips against gudhi's, against VietorisRips, and its gradients."""

import numpy as np
import pytest
from gudhi.dtm_rips_complex import DTMRipsComplex
from numpy.testing import assert_allclose, assert_array_equal

from sktopo import TopoPointOptimizer, persistence_diagrams, persistence_pairs
from sktopo.feature_extraction import PersistenceDiagrams
from sktopo.filtrations import DTMRips, VietorisRips
from sktopo.functionals import PersistenceEnergy
from sktopo.objectives import PersistenceTerm
from sktopo.testing import check_gradient


def in_order(diagram):
    return diagram[np.lexsort(diagram.T)]


@pytest.mark.parametrize("n_neighbors", [1, 3, 12])
@pytest.mark.parametrize("n_coordinates", [1, 2, 3])
def test_diagrams_are_gudhis(rng, n_neighbors, n_coordinates):
    for k in range(4):
        x = rng.normal(size=(18, n_coordinates))
        if k == 3:
            x = np.round(x)  # coincident points, and ties
        tree = DTMRipsComplex(points=x, k=n_neighbors).create_simplex_tree(3)
        tree.compute_persistence(homology_coeff_field=2, min_persistence=1e-9)
        found = persistence_diagrams(x, DTMRips(n_neighbors), (0, 1, 2), "drop")
        for dimension, diagram in enumerate(found):
            expected = tree.persistence_intervals_in_dimension(dimension)
            expected = np.reshape(expected, (-1, 2))
            long = diagram[diagram[:, 1] - diagram[:, 0] > 1e-9]
            assert_allclose(in_order(long), in_order(expected), atol=1e-9)


def test_without_weights_it_is_vietoris_rips(rng):
    x = rng.normal(size=(25, 2))
    found = persistence_diagrams(x, DTMRips(1))
    for a, b in zip(found, persistence_diagrams(x, VietorisRips()), strict=True):
        assert_allclose(a, b)


@pytest.mark.parametrize("dimension", [0, 1])
def test_gradients_agree_with_differences(rng, dimension):
    x = rng.normal(size=(15, 2))
    for n_neighbors in (1, 4, 15):
        filtration = DTMRips(n_neighbors)
        check_gradient(PersistenceTerm(filtration, PersistenceEnergy(2), dimension), x)


def test_cells_have_the_values_of_their_bars(rng):
    x = rng.normal(size=(15, 2))
    complex_ = DTMRips(4).build(x)
    h0, h1 = persistence_pairs(x, DTMRips(4))
    assert_allclose(complex_.values[h0.births[:, 0]], h0.diagram[:, 0])
    assert (h0.deaths[0] == -1).all()
    for bars, column, ends in (
        (h0, 1, h0.deaths),
        (h1, 0, h1.births),
        (h1, 1, h1.deaths),
    ):
        for value, (i, j) in zip(bars.diagram[:, column], ends, strict=True):
            if i >= 0:
                heavier = max(complex_.values[i], complex_.values[j])
                length = np.linalg.norm(x[i] - x[j])
                together = length + complex_.values[[i, j]].sum() / 2
                assert_allclose(value, max(heavier, together))


def test_a_limit_makes_bars_essential(rng):
    x = rng.normal(size=(15, 2))
    full, short = DTMRips(3), DTMRips(3, max_edge_length=1.5)
    for k in (0, 1):
        (all_bars,) = persistence_diagrams(x, full, k, "drop")
        (found,) = persistence_diagrams(x, short, k, "drop")
        expected = all_bars[all_bars[:, 0] <= 1.5].copy()
        expected[expected[:, 1] > 1.5, 1] = np.inf
        if k == 0:  # vertices are there, however late
            expected = np.where(all_bars > 1.5, [[0, np.inf]], all_bars)
            expected[:, 0] = all_bars[:, 0]
        assert_allclose(in_order(found), in_order(expected))
        (ends,) = persistence_diagrams(x, short, k)
        assert (ends[:, 0] < ends[:, 1]).all()
        last = max(1.5, all_bars[:, 0].max(initial=0) if k == 0 else 0)
        assert ends[:, 1].max(initial=0) <= last


def test_outliers_do_not_shorten_the_loop():
    rng = np.random.default_rng(0)
    angle = 2 * np.pi * rng.random(100)
    circle = np.column_stack([np.cos(angle), np.sin(angle)])
    cloud = np.concatenate([circle, rng.uniform(-0.6, 0.6, (8, 2))])
    lifetimes = [
        np.diff(persistence_diagrams(cloud, filtration, 1)[0][0])[0]
        for filtration in (VietorisRips(), DTMRips(10))
    ]
    assert lifetimes[1] > 1.5 * lifetimes[0]


def test_in_the_estimators(rng):
    x = rng.normal(size=(20, 2))
    diagrams = PersistenceDiagrams(DTMRips(4)).fit_transform([x])[0]
    for a, b in zip(diagrams, persistence_diagrams(x, DTMRips(4)), strict=True):
        assert_array_equal(a, b)
    model = TopoPointOptimizer(PersistenceEnergy(), filtration=DTMRips(4), max_iter=20)
    model.fit(x)
    assert model.loss_curve_[-1] < model.loss_curve_[0]


def test_what_cannot_be_is_said():
    with pytest.raises(ValueError, match="at most the number of points, 3"):
        DTMRips().build(np.zeros((3, 2)))
    with pytest.raises(ValueError, match="'n_neighbors' parameter"):
        DTMRips(0).build(np.zeros((3, 2)))
    with pytest.raises(ValueError, match="no representatives"):
        persistence_pairs(np.zeros((3, 2)), DTMRips(2), representatives=True)
