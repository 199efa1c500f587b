"""Matrix reduction over Z/2 that can be asked for its chains, not only its pairs.

gudhi keeps its reduced matrices to itself. A column here is a Python int whose bit p
stands for row p, so that a sum of columns is one XOR.
"""

import numpy as np
from scipy.sparse import csr_array

from sktopo.persistence._order import inverse_permutation
from sktopo.persistence._simplicial import row_key


class ReducedMatrix:
    """R = D V: columns are added from left to right until all lowest ones differ.

    V is upper triangular with ones on its diagonal. What is recorded on the way is
    its inverse U = V^-1, D = R U: column j of U names the columns of R that were added
    to column j of D. Columns of V are solved for where they are asked for.

    Parameters
    ----------
    entries : tuple of ndarray (rows, columns)
        The cells of the ones of D.
    row_cells, column_cells : ndarray
        The cells in the order of the rows and of the columns.
    """

    def __init__(self, entries, row_cells, column_cells):
        self._cells = column_cells
        self._place = inverse_permutation(column_cells)
        rows = inverse_permutation(row_cells)[entries[0]]
        columns = self._place[entries[1]]
        matrix = _bit_columns(rows, columns, column_cells.size)
        self._added, column_of = _reduce(matrix, row_cells.size)
        low = np.flatnonzero(column_of >= 0)
        # shape (n_pairs, 2): the cell of the lowest one, the cell of its column.
        self.pairs = np.column_stack([row_cells[low], column_cells[column_of[low]]])
        self._chains = {}
        self._inverse_rows = None

    def columns(self, cells):
        """The ones in the columns of V that belong to cells.

        Returns
        -------
        which, found : ndarray
            Places in ``cells``, and a cell in the column of each.
        """
        n_bytes = self._cells.size // 8 + 1
        chains = [self._chain(j) for j in self._place[cells].tolist()]
        packed = b"".join(chain.to_bytes(n_bytes, "little") for chain in chains)
        packed = np.frombuffer(packed, dtype=np.uint8).reshape(len(chains), n_bytes)
        which, byte = np.nonzero(packed)
        bits = np.unpackbits(packed[which, byte][:, None], axis=1, bitorder="little")
        nth, bit = np.nonzero(bits)
        return which[nth], self._cells[8 * byte[nth] + bit]

    def rows(self, cells):
        """The ones in the rows of V^-1 that belong to cells; see ``columns``."""
        if self._inverse_rows is None:
            counts = [len(added) for added in self._added]
            column = np.repeat(np.arange(self._cells.size), counts)
            row = np.array([a for added in self._added for a in added], dtype=np.intp)
            ones = np.ones(row.size, dtype=bool)
            shape = (self._cells.size, self._cells.size)
            self._inverse_rows = csr_array((ones, (row, column)), shape=shape)
        asked = self._inverse_rows[self._place[cells]]
        which = np.repeat(np.arange(len(cells)), np.diff(asked.indptr))
        found = self._cells[asked.indices]
        # The diagonal of V^-1.
        return np.append(which, np.arange(len(cells))), np.append(found, cells)

    def _chain(self, j):
        """Column j of V as bits: e_j and the chains of all that was added to it."""
        open_ = [j]
        while open_:
            here = open_[-1]
            waiting = [a for a in self._added[here] if a not in self._chains]
            if waiting:
                open_ += waiting
                continue
            open_.pop()
            chain = 1 << here
            for a in self._added[here]:
                chain ^= self._chains[a]
            self._chains[here] = chain
        return self._chains[j]


class SimplexOrder:
    """Simplices in the order of a filtration, and the reductions of their boundaries.

    Parameters
    ----------
    simplices : list of ndarray of shape (n_k, k + 1)
        The k-simplices for k = 0, 1, ..., rows sorted inside; every face is listed.
    ranks : list of ndarray of shape (n_k,)
        For each simplex a number that is at least its faces'. Simplices of one rank
        come by dimension, then by index.
    """

    def __init__(self, simplices, ranks):
        self._simplices = simplices
        self._orders = [np.argsort(r, kind="stable") for r in ranks]
        self._n_vertices = int(simplices[0].max(initial=-1)) + 1
        self._known = {}

    def faces(self, k):
        """The facets of the k-simplices as places, shape (n_k, k + 1)."""
        return self._once("faces", k, self._find_faces)

    def boundary(self, k):
        """The reduced boundary of the k-simplices: its pairs die with its columns."""
        return self._once("boundary", k, self._reduce_boundary)

    def coboundary(self, k):
        """The reduced coboundary of the k-simplices, last ones first.

        Its columns are births, its lowest ones deaths: the pairs are those of
        ``boundary(k + 1)``, the other way round.
        """
        return self._once("coboundary", k, self._reduce_coboundary)

    def essential(self, k):
        """The k-simplices whose bars never die."""
        lives = np.ones(len(self._simplices[k]), dtype=bool)
        if k > 0:
            lives[self.boundary(k).pairs[:, 1]] = False
        lives[self.boundary(k + 1).pairs[:, 0]] = False
        return np.flatnonzero(lives)

    def _once(self, name, k, compute):
        if (name, k) not in self._known:
            self._known[name, k] = compute(k)
        return self._known[name, k]

    def _find_faces(self, k):
        rows = self._simplices[k]
        key = row_key(self._simplices[k - 1], self._n_vertices)
        by_key = np.argsort(key)
        faces = np.empty(rows.shape, dtype=np.intp)
        for out in range(k + 1):
            here = row_key(np.delete(rows, out, axis=1), self._n_vertices)
            faces[:, out] = by_key[np.searchsorted(key, here, sorter=by_key)]
        return faces

    def _entries(self, k):
        """(face, simplex) for every one in the boundary of the k-simplices."""
        faces = self.faces(k)
        return faces.ravel(), np.repeat(np.arange(len(faces)), k + 1)

    def _reduce_boundary(self, k):
        return ReducedMatrix(self._entries(k), self._orders[k - 1], self._orders[k])

    def _reduce_coboundary(self, k):
        faces, cofaces = self._entries(k + 1)
        last_first = [self._orders[k + 1][::-1], self._orders[k][::-1]]
        return ReducedMatrix((cofaces, faces), *last_first)


def _reduce(columns, n_rows):
    """What was added to each column, and for each row the column it is lowest in."""
    reduced, added = [], []
    # One place in front: the bit length of a column is one more than its lowest row.
    column_of = [-1] * (n_rows + 1)
    for j, column in enumerate(columns):
        adders = []
        while column:
            length = column.bit_length()
            other = column_of[length]
            if other < 0:
                column_of[length] = j
                break
            column ^= reduced[other]
            adders.append(other)
        reduced.append(column)
        added.append(adders)
    return added, np.array(column_of[1:], dtype=np.intp)


def _bit_columns(rows, columns, n_columns):
    bits = [0] * n_columns
    for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
        bits[column] ^= 1 << row
    return bits
