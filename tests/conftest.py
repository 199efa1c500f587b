"""Fixtures for all tests."""

import numpy as np
import pytest


@pytest.fixture
def rng(request):
    """A generator whose seed is the test's own, so that tests can be reordered."""
    return np.random.default_rng(sum(map(ord, request.node.name)))
