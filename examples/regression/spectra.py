"""Spectra with a reference value that lie in the wheels of other packages.

Every loader gives the axis, the spectra and the reference values, or None where the
wheel isn't installed. The files are read by NumPy: what chemotools and sktime need
beside it is not needed here.
"""

import importlib.util
from pathlib import Path

import numpy as np
from scipy.signal import savgol_filter

__all__ = ["cut_derivative", "fermentation", "snv", "tecator", "thinned_derivative"]


def fermentation():
    """Glucose in g/L from 21 infrared spectra; chemotools calls them synthetic."""
    folder = _folder("chemotools")
    if folder is None:
        return None
    with (folder / "train_spectra.csv").open() as file:
        axis = np.array(file.readline().split(","), dtype=float)
        spectra = np.loadtxt(file, delimiter=",")
    return axis, spectra, np.loadtxt(folder / "train_hplc.csv", skiprows=1)


def tecator():
    """Fat in percent from 193 near infrared spectra of meat.

    22 of the 215 spectra are there twice; the second ones are dropped, so that none is
    learned from and tested on.
    """
    folder = _folder("sktime")
    if folder is None:
        return None
    rows = [
        line.strip().replace(":", ",").split(",")
        for part in ("TRAIN", "TEST")
        for line in (folder / "Tecator" / f"Tecator_{part}.ts").read_text().splitlines()
        if line[:1].isdigit()
    ]
    table = np.array(rows, dtype=float)
    _, first = np.unique(table[:, :-1], axis=0, return_index=True)
    table = table[np.sort(first)]
    # The file has no axis, but the range of it.
    return np.linspace(850, 1050, 100), table[:, :-1], table[:, -1]


def cut_derivative(axis, spectra):
    """The usual way: 950 to 1550 per cm, less a baseline, and its first derivative."""
    kept = (axis >= 950) & (axis <= 1550)
    return axis[kept], _derivative(axis[kept], spectra[:, kept])


def thinned_derivative(axis, spectra):
    """Every eighth channel of the derivative of all, to be scaled by its deviation."""
    return axis[::8], _derivative(axis, spectra)[:, ::8]


def snv(spectra):
    """Each spectrum with mean 0 and standard deviation 1."""
    centred = spectra - spectra.mean(axis=1, keepdims=True)
    return centred / centred.std(axis=1, keepdims=True)


def _derivative(axis, spectra):
    place = (axis - axis[0]) / (axis[-1] - axis[0])
    baseline = spectra[:, :1] * (1 - place) + spectra[:, -1:] * place
    return savgol_filter(spectra - baseline, 15, 2, deriv=1, axis=1)


def _folder(package):
    spec = importlib.util.find_spec(package)
    if spec is None:
        print(f"Left out, for want of the data: pip install {package}")
        return None
    return Path(spec.submodule_search_locations[0], "datasets", "data")
