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
