"""Terms of what is made of x."""

from sktopo._terms import Term


class WrappedTerm(Term):
    """A term of what is made of x; a subclass has ``_evaluate(x, value_and_grad)``.

    Parameters
    ----------
    term : Term
        What the ``value_and_grad`` is of, warm or not.
    """

    def __init__(self, term):
        self.term = term

    @property
    def is_random(self):
        """Whether the term is random."""
        return self.term.is_random

    @property
    def has_gradient(self):
        """Whether the term has."""
        return self.term.has_gradient

    def value_and_grad(self, x):
        """Evaluate at x; see ``Term``."""
        return self._evaluate(x, self.term.value_and_grad)

    def warm_value_and_grad(self):
        """A ``value_and_grad`` for one run of an iteration; see ``Term``."""
        warm = self.term.warm_value_and_grad()
        return lambda x: self._evaluate(x, warm)

    def _evaluate(self, x, value_and_grad):
        raise NotImplementedError(f"{type(self).__name__} does not define _evaluate.")
