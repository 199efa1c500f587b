"""Data whose answer is known, made or stored."""

from sktopo.datasets._images import (
    make_blobs_with_bridges,
    make_double_well,
    make_sampled_circle,
)
from sktopo.datasets._membranes import make_membranes
from sktopo.datasets._points import (
    make_chair,
    make_horseshoe,
    make_noisy_circle,
    make_two_clusters,
)
from sktopo.datasets._regression import make_structured_regression
from sktopo.datasets._stored import load_stored
from sktopo.datasets._vessels import make_vessels

__all__ = [
    "load_stored",
    "make_blobs_with_bridges",
    "make_chair",
    "make_double_well",
    "make_horseshoe",
    "make_membranes",
    "make_noisy_circle",
    "make_sampled_circle",
    "make_structured_regression",
    "make_two_clusters",
    "make_vessels",
]
