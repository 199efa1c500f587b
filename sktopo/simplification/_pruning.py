"""The best choice on a tree of what is erased and what is joined, for every number."""

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, connected_components


class PrunedTree:
    """Least costs of so many moves on a tree whose nodes are components.

    A move erases a component or joins two along an edge; each makes them one fewer.
    What is erased cannot be joined. A dynamic programme from the leaves up, over the
    number of moves in each subtree, is exact.

    Parameters
    ----------
    prizes : array-like of shape (n,)
        What it costs to erase each; inf where it must stay.
    order : sequence of int
        The nodes, each behind its parent.
    parents : sequence of int
        By node; -1 for roots, as many as the forest has trees.
    joins : sequence of Join
        By node, the one with its parent.
    """

    def __init__(self, prizes, order, parents, joins):
        self._joins = joins
        self._order = list(order)
        # Of each node: least costs by the number of moves below and in it.
        self._kept = [np.zeros(1) for _ in prizes]
        self._erased = [np.array([np.inf, p]) for p in prizes]
        self._steps = []
        roots = [v for v in self._order if parents[v] < 0]
        for v in reversed(self._order):
            if parents[v] >= 0:
                self._merge(v, parents[v])
        self._total, self._choices = np.zeros(1), []
        for v in roots:
            best, is_erased = _least(self._kept[v], self._erased[v])
            self._total, taken = _convolved(self._total, best)
            self._choices.append((v, taken, is_erased))

    def cost(self, n_moves):
        """The least cost of so many moves; inf where it cannot be."""
        return self._total[n_moves] if n_moves < self._total.size else np.inf

    def moves(self, n_moves):
        """The best choice of so many moves.

        Returns
        -------
        erased : list of int
            Nodes.
        joined : list of Join
        """
        left, todo = n_moves, {}
        for v, taken, is_erased in reversed(self._choices):
            n = int(taken[left])
            todo[v] = (n, bool(is_erased[n]))
            left -= n
        joined = []
        for v, child, of_kept, of_erased in reversed(self._steps):
            n, is_erased = todo[v]
            taken, what = of_erased if is_erased else of_kept
            below = int(taken[n])
            choice = int(what[below])  # 0: kept by itself, 1: erased, 2: joined
            todo[child] = (below - (choice == 2), choice == 1)
            if choice == 2:
                joined.append(self._joins[child])
            todo[v] = (n - below, is_erased)
        erased = [v for v, (_, is_erased) in todo.items() if is_erased]
        return erased, joined

    def _merge(self, child, v):
        alone, is_erased = _least(self._kept[child], self._erased[child])
        joined = np.append(np.inf, self._kept[child] + self._joins[child].cost)
        either, is_joined = _least(alone, joined)
        what = np.where(is_joined, 2, np.resize(is_erased, either.size))
        self._kept[v], taken = _convolved(self._kept[v], either)
        self._erased[v], also = _convolved(self._erased[v], alone)
        self._steps.append((v, child, (taken, what), (also, is_erased)))
        self._kept[child] = self._erased[child] = None


def _least(a, b):
    """The smaller one of two lists of costs, and where it is the second."""
    size = max(a.size, b.size)
    a, b = (np.append(x, np.full(size - x.size, np.inf)) for x in (a, b))
    return np.minimum(a, b), b < a


def _convolved(a, b):
    """Least costs of so many moves in both, and how many of them are in the second."""
    best = np.full(a.size + b.size - 1, np.inf)
    taken = np.zeros(best.size, dtype=np.intp)
    # The shorter one is gone through.
    short, long = (a, b) if a.size < b.size else (b, a)
    for i, cost in enumerate(short.tolist()):
        here = slice(i, i + long.size)
        found = long + cost
        is_better = found < best[here]
        in_second = np.arange(long.size) if long is b else i
        best[here] = np.where(is_better, found, best[here])
        taken[here] = np.where(is_better, in_second, taken[here])
    return best, taken


def pruned_tree(prizes, joins):
    """The tree of regions that joins make; its moves are regions and joins.

    Parameters
    ----------
    prizes : ndarray of shape (n,)
    joins : list of Join
        A forest.

    Returns
    -------
    PrunedTree
    """
    n = prizes.size
    ends = np.array([(join.a, join.b) for join in joins], dtype=np.int32).reshape(-1, 2)
    between = dict(zip(map(frozenset, ends.tolist()), joins, strict=True))
    graph = csr_array((np.ones(len(joins)), tuple(ends.T)), shape=(n, n))
    parents, above, order = np.full(n, -1), [None] * n, []
    _, tree = connected_components(graph, directed=False)
    for root in np.unique(tree, return_index=True)[1].tolist():
        nodes, before = breadth_first_order(graph, root, directed=False)
        order += nodes.tolist()
        for v in nodes[1:].tolist():
            parents[v] = before[v]
            above[v] = between[frozenset((v, int(before[v])))]
    return PrunedTree(prizes, order, parents.tolist(), above)
