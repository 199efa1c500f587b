"""Fixtures for all tests."""

import os
from pathlib import Path

import numpy as np
import pytest


@pytest.fixture
def rng(request):
    """A generator whose seed is the test's own, so that tests can be reordered."""
    return np.random.default_rng(sum(map(ord, request.node.name)))


@pytest.fixture
def data_folder():
    """The folder of real data named by SKTOPO_DATA."""
    folder = os.environ.get("SKTOPO_DATA")
    if folder is None or not Path(folder).is_dir():
        pytest.skip("SKTOPO_DATA does not name a folder of real data")
    return Path(folder)
