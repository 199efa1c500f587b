"""Data of a folder of one's own."""

import os
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

_FOLDER = "SKTOPO_DATA"


def load_stored(name):
    """The arrays of a file in the folder that ``SKTOPO_DATA`` names, if it is there.

    The examples are computed with data of others where these are at hand, such as
    MNIST, and with something smaller of the same kind where they are not. Nothing is
    fetched from a network.

    Parameters
    ----------
    name : str
        Of a file of ``numpy.savez``, such as "mnist.npz" with the arrays ``x_train``,
        ``y_train``, ``x_test`` and ``y_test``.

    Returns
    -------
    dict of ndarray, or None
        None where the environment variable is not set, or there is no such file.

    Raises
    ------
    ValueError
        If the file is of another kind.

    Examples
    --------
    >>> from sktopo.datasets import load_stored
    >>> load_stored("of_no_folder.npz") is None
    True
    """
    folder = os.environ.get(_FOLDER)
    path = Path(folder or "").expanduser() / name
    if not folder or not path.is_file():
        return None
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return dict(arrays)
    except (OSError, ValueError, TypeError, BadZipFile) as error:
        raise ValueError(
            f"load_stored takes files of numpy.savez, which {path} is not: {error}"
        ) from error
