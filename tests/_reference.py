"""Slow, plain persistence to check against: nothing here is shared with sktopo.

A filtered complex is a list of (value, dimension, boundary) where the boundary lists
places of cells earlier in the list. Its diagrams come from the textbook reduction of
the boundary matrix over Z/2Z, column by column.
"""

from itertools import combinations, product

import numpy as np


def reduce_boundaries(cells):
    """Diagrams {dimension: sorted list of (birth, death)} without zero bars."""
    low_of, columns = {}, []
    paired, diagrams = set(), {}
    for j, (value, dimension, boundary) in enumerate(cells):
        column = set(boundary)
        while column and max(column) in low_of:
            column ^= columns[low_of[max(column)]]
        columns.append(column)
        diagrams.setdefault(dimension, [])
        if column:
            i = max(column)
            low_of[i] = j
            paired |= {i, j}
            birth, k = cells[i][0], cells[i][1]
            if birth != value:
                diagrams[k].append((birth, value))
    for j, (value, dimension, _) in enumerate(cells):
        if j not in paired:
            diagrams[dimension].append((value, np.inf))
    return {k: sorted(bars) for k, bars in diagrams.items()}


def simplicial_diagrams(values):
    """Diagrams of {simplex (sorted tuple): value}; all faces are there."""
    order = sorted(values, key=lambda s: (values[s], len(s), s))
    place = {s: i for i, s in enumerate(order)}
    cells = [
        (
            values[s],
            len(s) - 1,
            [place[f] for f in combinations(s, len(s) - 1)] if len(s) > 1 else [],
        )
        for s in order
    ]
    return reduce_boundaries(cells)


def lower_star_values(f, simplices):
    """Every vertex, and every simplex with the largest value of its vertices."""
    values = {(i,): f[i] for i in range(len(f))}
    values |= {tuple(sorted(s)): max(f[i] for i in s) for s in simplices}
    return values


def cubical_values(f, connectivity):
    """{cell: value}; a cell is a tuple of (start, length 0 or 1) along each axis."""
    f = np.asarray(f)
    values = {}
    if connectivity == "face":  # pixels are vertices, cells enter last
        for kind in product((0, 1), repeat=f.ndim):
            for start in product(*(range(n - k) for n, k in zip(f.shape, kind))):
                block = f[tuple(slice(s, s + k + 1) for s, k in zip(start, kind))]
                values[tuple(zip(start, kind))] = block.max()
        return values
    # Pixels are top cells: a face enters with the first pixel that has it.
    for pixel in np.ndindex(f.shape):
        for face in product(*([(p, 1), (p, 0), (p + 1, 0)] for p in pixel)):
            values[face] = min(values.get(face, np.inf), f[pixel])
    return values


def cubical_diagrams(f, connectivity):
    """Diagrams of a grid whose pixels are top cells ("full") or vertices ("face")."""
    values = cubical_values(f, connectivity)
    order = sorted(values, key=lambda c: (values[c], sum(k for _, k in c), c))
    place = {c: i for i, c in enumerate(order)}
    cells = []
    for cell in order:
        boundary = []
        for axis, (start, kind) in enumerate(cell):
            if kind:
                for end in (start, start + 1):
                    boundary.append(place[(*cell[:axis], (end, 0), *cell[axis + 1 :])])
        cells.append((values[cell], sum(k for _, k in cell), boundary))
    return reduce_boundaries(cells)


def freudenthal_simplices(shape):
    """Simplices of the grid's triangulation: chains of steps that only go up."""
    index = np.arange(np.prod(shape)).reshape(shape)
    steps = [s for s in product((0, 1), repeat=len(shape)) if any(s)]
    found = []

    def grow(chain, corner):
        found.append(tuple(sorted(index[c] for c in chain)))
        for step in steps:
            here = tuple(a + b for a, b in zip(chain[0], step))
            last = tuple(a - b for a, b in zip(chain[-1], chain[0]))
            if (
                all(h < n for h, n in zip(here, shape))
                and all(s >= t for s, t in zip(step, last))
                and step != last
            ):
                grow([*chain, here], here)

    for start in product(*(range(n) for n in shape)):
        grow([start], start)
    return [s for s in found if len(s) > 1]


def domain_diagrams(f, connectivity, periodic, is_absent=None):
    """Diagrams of a grid, some of whose axes close and some of whose pixels are gone.

    A cell is a corner and the steps from it, one after the other: units along some
    axes for a cube; for a simplex of the triangulation steps with disjoint axes.
    """
    f = np.asarray(f, dtype=float)
    gone = np.zeros(f.shape, bool) if is_absent is None else is_absent

    def at(corner):
        """The vertex, once around closed axes; None outside."""
        turned = tuple(
            c % n if p else c for c, n, p in zip(corner, f.shape, periodic, strict=True)
        )
        inside = all(0 <= c < n for c, n in zip(turned, f.shape, strict=True))
        return turned if inside else None

    def plus(corner, step):
        return tuple(a + b for a, b in zip(corner, step, strict=True))

    units = [tuple(int(i == j) for j in range(f.ndim)) for i in range(f.ndim)]
    values, boundaries = {}, {}
    if connectivity == "freudenthal":
        steps = [s for s in product((0, 1), repeat=f.ndim) if any(s)]
        for n_steps in range(f.ndim + 1):
            for chain in product(steps, repeat=n_steps):
                if max(map(sum, zip(*chain, strict=True)), default=0) > 1:
                    continue
                for base in np.ndindex(f.shape):
                    corners = [base]
                    for step in chain:
                        corners.append(plus(corners[-1], step))
                    corners = [at(c) for c in corners]
                    if any(c is None or gone[c] for c in corners):
                        continue
                    values[base, chain] = max(f[c] for c in corners)
                    inner = [
                        (
                            base,
                            (*chain[:i], plus(chain[i], chain[i + 1]), *chain[i + 2 :]),
                        )
                        for i in range(n_steps - 1)
                    ]
                    ends = (
                        [(corners[1], chain[1:]), (base, chain[:-1])] if chain else []
                    )
                    boundaries[base, chain] = ends + inner
    else:
        # A pixel stands between its corner and the next one: a vertex in "face", a
        # cube in "full", where one more corner ends an axis that does not close.
        more = [int(connectivity == "full" and not p) for p in periodic]
        size = tuple(n + m for n, m in zip(f.shape, more, strict=True))
        for axes in product((False, True), repeat=f.ndim):
            chain = tuple(u for u, used in zip(units, axes, strict=True) if used)
            for base in np.ndindex(size):
                if connectivity == "face":
                    around = [
                        at(plus(base, s))
                        for s in product(*[(0, 1) if a else (0,) for a in axes])
                    ]
                    if any(c is None or gone[c] for c in around):
                        continue
                    values[base, chain] = max(f[c] for c in around)
                else:
                    around = [
                        at(plus(base, s))
                        for s in product(*[(0,) if a else (-1, 0) for a in axes])
                    ]
                    around = [c for c in around if c is not None and not gone[c]]
                    if not around:
                        continue
                    values[base, chain] = min(f[c] for c in around)
                boundaries[base, chain] = []
                for step in chain:
                    left = tuple(u for u in chain if u != step)
                    for end in (base, plus(base, step)):
                        end = tuple(
                            e % n if p else e
                            for e, n, p in zip(end, f.shape, periodic, strict=True)
                        )
                        boundaries[base, chain].append((end, left))
    order = sorted(values, key=lambda c: (values[c], len(c[1]), c))
    place = {c: i for i, c in enumerate(order)}
    cells = []
    for cell in order:
        column = set()
        for face in boundaries[cell]:
            column ^= {place[face]}
        cells.append((values[cell], len(cell[1]), column))
    return reduce_boundaries(cells)


def rips_values(distances, max_dimension, max_edge_length=np.inf):
    """All cliques up to one dimension more, with their longest edges."""
    n = len(distances)
    values = {(i,): 0.0 for i in range(n)}
    for size in range(2, max_dimension + 3):
        for s in combinations(range(n), size):
            longest = max(distances[i, j] for i, j in combinations(s, 2))
            if longest <= max_edge_length:
                values[s] = longest
    return values


def smallest_ball(points):
    """Centre and squared radius of the ball through all points in their hull."""
    origin = points[0]
    sides = points[1:] - origin
    if len(sides) == 0:
        return origin, 0.0
    inner, *_ = np.linalg.lstsq(2 * sides @ sides.T, (sides**2).sum(1), rcond=None)
    centre = origin + inner @ sides
    return centre, ((points[0] - centre) ** 2).sum()


def delaunay_cells(points):
    """Simplices with an empty circumscribed ball; points in general position."""
    n, d = points.shape
    cells = set()
    for s in combinations(range(n), d + 1):
        if abs(np.linalg.det(points[list(s[1:])] - points[s[0]])) < 1e-12:
            continue
        centre, radius = smallest_ball(points[list(s)])
        others = [i for i in range(n) if i not in s]
        if all(((points[i] - centre) ** 2).sum() > radius for i in others):
            cells |= {f for k in range(1, d + 2) for f in combinations(s, k)}
    return cells


def alpha_values(points):
    """Squared radii: of the smallest empty ball through the corners of a simplex."""
    cells = delaunay_cells(points)
    values = {}
    for s in sorted(cells, key=lambda s: -len(s)):
        centre, radius = smallest_ball(points[list(s)])
        others = [i for i in range(len(points)) if i not in s]
        if any(((points[i] - centre) ** 2).sum() < radius - 1e-12 for i in others):
            radius = min(values[t] for t in values if set(s) < set(t))
        values[s] = radius
    return values


def weak_alpha_values(points):
    """Delaunay simplices with their longest edges."""
    values = {}
    for s in delaunay_cells(points):
        values[s] = max(
            (np.linalg.norm(points[i] - points[j]) for i, j in combinations(s, 2)),
            default=0.0,
        )
    return values


def random_complex(rng, n=14, n_facets=10):
    """Simplices with their faces, of up to four vertices; some vertices are alone."""
    facets = [rng.choice(n, rng.integers(2, 5), replace=False) for _ in range(n_facets)]
    faces = {
        tuple(sorted(face))
        for facet in facets
        for k in range(1, len(facet) + 1)
        for face in combinations(facet.tolist(), k)
    }
    return sorted(faces, key=lambda face: (len(face), face))


def random_cover(rng, n=14, n_sets=6):
    """Overlapping sets of all vertices, of different sizes."""
    cover = [set(rng.choice(n, rng.integers(1, 5)).tolist()) for _ in range(n_sets)]
    for v in range(n):
        cover[rng.integers(n_sets)].add(v)
    return [sorted(one) for one in cover]


def brute_force_nerve(simplices, cover, dimension, n_vertices):
    """Families of open sets that have an open simplex in common."""
    every = [*map(set, simplices), *({v} for v in range(n_vertices))]
    stars = [{i for i, s in enumerate(every) if s & set(one)} for one in cover]
    return [
        family
        for size in range(1, dimension + 2)
        for family in combinations(range(len(cover)), size)
        if set.intersection(*(stars[i] for i in family))
    ]
