"""Perceptrons for numbers."""

import numpy as np
from sklearn.base import MultiOutputMixin, RegressorMixin
from sklearn.utils.validation import check_is_fitted

from sktopo._fitting import fit_context
from sktopo._losses import squared_losses
from sktopo._tables import check_one_table, safe_spread, validate_table
from sktopo.neural_network._perceptron import (
    ONE_TABLE_HINT,
    TopologicalPerceptron,
    in_one_axis,
)


class TopologicalMLPRegressor(MultiOutputMixin, RegressorMixin, TopologicalPerceptron):
    """A perceptron for numbers whose weights or activations have a topology.

    The penalties of [1]_ on the weights of a network and on what its layers make of the
    data, under scikit-learn's API ::

        mean loss + alpha / (2 n) ||w||^2
            + topology_weight * sum over layers of objective(weights)
            + activation_weight * activation_objective(activations)

    is minimised by Adam, on mini-batches of n rows; the loss is half the squared error
    of targets of mean 0 and variance 1. Columns are centred and scaled, too. Weights as
    images take a last proximal step, by which bars that are shorter than a step of Adam
    close.

    Parameters
    ----------
    hidden_layer_sizes : int or array-like of int, default=100
        Units of each hidden layer.
    activation : {"identity", "logistic", "relu", "tanh"}, default="relu"
        Of the hidden layers.
    objective : Term, DiagramFunctional or None, default=None
        What is to become small of the weights behind each of ``layers``: a functional
        of the diagrams, or a Term in what ``weights_as`` says. None is
        ``PersistenceEnergy(p=1, q=0, i0=2)``: one maximum, one value, or units that are
        all joined by heavy weights.
    weights_as : {"graph", "images", "values"}, default="graph"
        - "graph": the distances 1 / (1 + abs(w)) between units on both sides;
        - "images": what comes into each unit, as an image of the units before it, whose
          topologies are summed;
        - "values": all weights of the layer as points of a line.
    layers : int or array-like of int, default=0
        Whose weights; 0 are those behind the input, -1 those before the output.
    filtration : Filtration or None, default=None
        Of a functional. None is VietorisRips(metric="precomputed") of a graph,
        Cubical(superlevel=True) of images and WeakAlpha() of values.
    homology_dimensions : int or tuple of int, default=0
        Of a functional.
    image_shape : tuple of int or None, default=None
        Of images; without it they are signals, in the order of the columns.
    topology_weight : float >= 0, default=0.01
        How much the objective counts; 0 leaves it out.
    activation_objective : Term, DiagramFunctional or None, default=None
        What is to become small of the activations of a hidden layer, as a cloud with a
        point for each row of a mini-batch: a functional of H0 of its Vietoris-Rips
        filtration, or a Term in the cloud. None is nothing.
    activation_layer : int, default=-1
        Which hidden layer, from 0 on; -1 is the last one.
    activation_weight : float >= 0, default=0.1
        How much that counts.
    alpha : float >= 0, default=0.0001
        Of half the squared weights, divided by the rows of a mini-batch.
    learning_rate : float > 0, default=0.001
        Of Adam at first; it falls to zero over ``max_iter``.
    max_iter : int >= 0, default=200
        Passes over the rows.
    batch_size : int >= 1 or "auto", default="auto"
        Rows of a step; "auto" is an eighth of them, but from 16 to 200.
    early_stopping : bool, default=False
        End once the loss of ``validation_fraction`` of the rows, the validation rows,
        has not fallen for ``n_iter_no_change`` epochs, and keep the best weights.
    validation_fraction : float in [0, 1), default=0.1
        With ``early_stopping``.
    n_iter_no_change : int >= 1, default=10
        With ``early_stopping``.
    random_state : int, RandomState instance or None, default=None
        Of the first weights and of the order of rows.
    verbose : int >= 0, default=0
        1 shows one line that moves, 2 prints a line for each step.

    Attributes
    ----------
    coefs_, intercepts_ : list of ndarray
        Weights (n_in, n_out) and intercepts of each layer, for rows in the units of
        ``mean_`` and ``scale_``.
    mean_ : ndarray of shape (n_features,)
        Means of the columns.
    scale_ : ndarray of shape (n_features,), or float
        Their standard deviations; with weights as images that of all entries.
    loss_curve_ : ndarray of shape (n_steps + 1,)
        The loss of one mini-batch after the other.
    validation_curve_ : ndarray
        The loss of the rows kept back, after each pass.
    n_iter_ : int
        Passes that were made.
    n_features_in_ : int
        Number of columns.
    feature_names_in_ : ndarray of shape (n_features,)
        Names of the columns, where X has names.
    target_mean_, target_scale_ : ndarray of shape (n_outputs,)
        Mean and standard deviation of the targets.

    See Also
    --------
    TopologicalMLPClassifier : The same for classes.
    TopologicalRidge : A linear model, solved exactly.

    References
    ----------
    .. [1] R. Brüel-Gabrielsson et al., "A Topology Layer for Machine Learning",
       AISTATS 2020, sections 3.1 and 4, :doi:`10.48550/arXiv.1905.12200`.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from sktopo.neural_network import TopologicalMLPRegressor
    >>> X, y = load_diabetes(return_X_y=True)
    >>> model = TopologicalMLPRegressor(20, random_state=0)
    >>> bool(model.fit(X[:300], y[:300]).score(X[300:], y[300:]) > 0.4)
    True
    """

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X, y):
        """Train the network.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If a parameter does not fit the data.
        KeyboardInterrupt
            If the fit is interrupted; the weights are then those of the last step, or
            with ``early_stopping`` the best so far.
        """
        check_one_table(X, type(self).__name__, ONE_TABLE_HINT)
        checks = {"dtype": np.float64, "multi_output": True, "y_numeric": True}
        X, y = validate_table(self, X, y, **checks)
        self._is_column = y.ndim == 1
        targets = y.reshape(len(y), -1).astype(np.float64)
        self.target_mean_ = targets.mean(axis=0)
        self.target_scale_ = safe_spread(targets.std(axis=0), targets)
        targets = (targets - self.target_mean_) / self.target_scale_
        return self._train(X, targets, squared_losses)

    def value_and_pullback(self, X):
        """Predict, and the pullback; see ``sktopo.gradients``.

        Parameters
        ----------
        X : ndarray of float64 of shape (n_samples, n_features)

        Returns
        -------
        predictions : ndarray of shape (n_samples,) or (n_samples, n_outputs)
        pullback : callable
        """
        check_is_fitted(self)
        output, pullback = self._output(X)
        output = output * self.target_scale_ + self.target_mean_

        def scaled_pullback(grad):
            return pullback(grad * self.target_scale_)

        if self._is_column:
            return in_one_axis(output, scaled_pullback)
        return output, scaled_pullback

    def predict(self, X):
        """Predict the targets.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_outputs)
        """
        return self.value_and_pullback(self._read(X))[0]
