"""One table of times: ours beside every other program that is installed.

    python tests/benchmarks/table.py [--sections images voxels ...] [--format markdown]

All rows are measured in one run, in one process with one thread of BLAS, and each time
is a median of calls that alternate with those of the others. Ratios carry over to other
machines, milliseconds do not. A peer that is not installed has no row; one marked with
an asterisk gives no cells of its bars, only their values.
"""

import argparse
import os
import sys
import time

import numpy as np
from peers import PEERS, uses
from scipy.ndimage import gaussian_filter
from threadpoolctl import threadpool_limits

import sktopo
from sktopo._fast import fast_module
from sktopo.filtrations import Alpha, Cubical, VietorisRips, WeakAlpha
from sktopo.metrics import bottleneck, wasserstein
from sktopo.peaks import find_peaks
from sktopo.points._fields import FIELDS, GaussianField
from sktopo.points._motions import typical_distance

_SECONDS = 1.0  # spent on each function, at least three calls
_SLOW = 5.0  # one call of a peer that takes longer is enough


def pairs(filtration, x, dimensions=(0, 1)):
    return lambda: filtration.build(x).persistence_pairs(dimensions)


def without_fast(function):
    """The same without the extra "fast"."""

    def run():
        os.environ["SKTOPO_FAST"] = "0"
        try:
            return function()
        finally:
            del os.environ["SKTOPO_FAST"]

    return run


def field(rng, shape, kind):
    x = rng.random(shape)
    return gaussian_filter(x, 3 if len(shape) == 2 else 2) if kind == "smooth" else x


def images(rng):
    for n in (28, 128, 512):
        for kind in ("noise", "smooth"):
            x = field(rng, (n, n), kind)
            for name, y in {
                "": x,
                ", float32": x.astype(np.float32),
                ", uint8": (255 * (x - x.min()) / np.ptp(x)).astype(np.uint8),
            }.items():
                peers = (
                    ("values", "argsort")
                    if name
                    else ("cofaces", "tcripser", "values", "argsort")
                )
                yield (
                    f"{n} x {n}, {kind}{name}",
                    pairs(Cubical(), y),
                    {peer: PEERS[peer](y) for peer in peers if uses(peer)},
                )


def voxels(rng):
    for n in (32, 64):
        for kind in ("smooth", "noise"):
            x = field(rng, (n,) * 3, kind)
            for connectivity in ("face", "full"):
                for dimensions in ((0,), (0, 1, 2)):
                    ours = pairs(Cubical(connectivity=connectivity), x, dimensions)
                    peers = {"cripser" if connectivity == "face" else "tcripser": 0}
                    if n == 32:
                        cells = "vertices" if connectivity == "face" else "cofaces"
                        peers[cells] = 0
                    top = max(dimensions)
                    found = {p: PEERS[p](x, top) for p in peers if uses(p)}
                    if fast_module("numba"):
                        found["sktopo without fast"] = without_fast(ours)
                    name = "H0" if top == 0 else "H0 to H2"
                    yield f"{n}^3, {kind}, {connectivity}, {name}", ours, found


def rips(rng):
    for n in (100, 300, 1000):
        for n_coordinates in (2, 3, 10):
            x = rng.random((n, n_coordinates))
            ours = pairs(VietorisRips(), x)
            names = ["redzed", "giotto-ph", "ripser"]
            names += ["generators"] if n == 100 else []
            peers = {name: PEERS[name](x) for name in names if uses(name)}
            if fast_module("redzed_tda"):
                peers["sktopo without fast"] = without_fast(ours)
            yield f"{n} points, {n_coordinates} coordinates, H0 and H1", ours, peers


def planar(rng):
    for n in (1000, 20_000):
        x = rng.random((n, 2))
        yield f"weak Alpha, {n} points, H0 and H1", pairs(WeakAlpha(), x), {}
        yield (
            f"Alpha, {n} points, H0 and H1",
            pairs(Alpha(), x),
            {name: PEERS[name](x) for name in ("alpha",) if uses(name)},
        )


def distances(rng):
    for n in (100, 500, 2000):
        births = rng.random((2, n))
        lives = rng.exponential(0.05, (2, n))
        a, b = (np.column_stack([s, s + t]) for s, t in zip(births, lives, strict=True))
        yield (
            f"2-Wasserstein, {n} bars",
            lambda a=a, b=b: wasserstein(a, b),
            {
                name: PEERS[name](a, b)
                for name in ("hera", "gudhi with POT", "persim W")
                if uses(name) and (n < 1000 or name != "persim W")
            },
        )
        yield (
            f"bottleneck, {n} bars",
            lambda a=a, b=b: bottleneck(a, b),
            {
                name: PEERS[name](a, b)
                for name in ("gudhi bottleneck", "persim bottleneck")
                if uses(name) and (n < 500 or name != "persim bottleneck")
            },
        )


def peaks(rng):
    for n in (10_000, 1_000_000):
        for kind, x in {
            "noise": rng.normal(size=n),
            "a trend": np.linspace(0, 1, n) + 1e-3 * rng.normal(size=n),
        }.items():
            peers = {} if kind == "a trend" and n > 10_000 else {"scipy peaks": 0}
            yield (
                f"peaks of a signal of {n}, {kind}",
                lambda x=x: find_peaks(x),
                {name: PEERS[name](x) for name in peers},
            )
    x = gaussian_filter(rng.random((512, 512)), 2)
    height = 0.3 * float(x.std())
    yield (
        "prominent peaks of an image, 512 x 512",
        lambda: find_peaks(x, min_prominence=height),
        {name: PEERS[name](x, height) for name in ("h_maxima",) if uses(name)},
    )


def features(rng):
    x = np.where(rng.random((200, 28, 28)) < 0.7, 0.0, rng.random((200, 28, 28)))
    x = gaussian_filter(x, (0, 1, 1))
    model = sktopo.DirectionalPersistence().fit(x)
    peers = {"gudhi.sklearn": PEERS["gudhi.sklearn"](x)}
    yield "400 directional features of 200 images", lambda: model.transform(x), peers
    yield (
        "400 directional features of one image",
        lambda: model.transform(x[:1]),
        {"gudhi.sklearn": PEERS["gudhi.sklearn"](x[:1])},
    )


def growth(rng):
    """No peers: how times grow."""
    for kind in FIELDS:
        for n in (800, 3200, 12_800):
            x = rng.random((n, 2))
            velocity, width = rng.normal(size=(n, 2)), typical_distance(x)
            yield (
                f"{kind} field of {n} centres at as many points",
                lambda x=x, v=velocity, w=width, k=kind: GaussianField(x, v, w, k)(x),
                {},
            )
    for n in (500, 1000, 2000, 4000):
        a, b = (np.sort(rng.random((n, 2)), axis=1) for _ in range(2))
        yield f"2-Wasserstein, {n} long bars", lambda a=a, b=b: wasserstein(a, b), {}
    for n in (32, 64, 128):
        x = rng.random((n,) * 3)
        yield f"voxels {n}^3, noise, full, H0", pairs(Cubical(), x, (0,)), {}


SECTIONS = {
    "images": images,
    "voxels": voxels,
    "rips": rips,
    "planar": planar,
    "distances": distances,
    "peaks": peaks,
    "features": features,
    "growth": growth,
}


def medians(functions):
    """Seconds of each function, which take turns."""
    times = [[] for _ in functions]
    for function, own in zip(functions, times, strict=True):
        start = time.perf_counter()
        function()  # also what is compiled, imported or remembered
        own.append(time.perf_counter() - start)
    spent = [0.0] * len(functions)
    warm = [[] for _ in functions]
    while True:
        open_ = [
            k
            for k, own in enumerate(warm)
            if times[k][0] < _SLOW and (len(own) < 3 or spent[k] < _SECONDS)
        ]
        if not open_:
            return [float(np.median(w or t)) for w, t in zip(warm, times, strict=True)]
        for k in open_:
            start = time.perf_counter()
            functions[k]()
            warm[k].append(time.perf_counter() - start)
            spent[k] += warm[k][-1]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sections", nargs="+", choices=SECTIONS, default=SECTIONS)
    parser.add_argument("--format", choices=["text", "markdown", "csv"], default="text")
    options = parser.parse_args()
    line = {
        "text": "{:52s} {:>10s}  {:24s} {:>10s} {:>8s}",
        "markdown": "| {} | {} | {} | {} | {} |",
        "csv": '"{}",{},"{}",{},{}',
    }[options.format]
    sktopo.show_versions()
    print()
    print(line.format("case", "sktopo (ms)", "peer", "peer (ms)", "ratio"))
    if options.format == "markdown":
        print(line.format("---", "---:", "---", "---:", "---:"))
    for section in options.sections:
        for case, ours, peers in SECTIONS[section](np.random.default_rng(0)):
            own, *others = medians([ours, *peers.values()])
            shown = f"{1e3 * own:.3g}"
            if not others:
                print(line.format(case, shown, "", "", ""), flush=True)
            for peer, their in zip(peers, others, strict=True):
                ratio = f"{their / own:.2g}"
                print(line.format(case, shown, peer, f"{1e3 * their:.3g}", ratio))
            sys.stdout.flush()


if __name__ == "__main__":
    with threadpool_limits(1):
        main()
