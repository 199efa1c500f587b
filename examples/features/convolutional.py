"""A convolutional network of torch as a classifier of scikit-learn.

Its method ``value_and_pullback`` is all that ``sktopo`` needs for gradients through it.
"""

from contextlib import contextmanager

import numpy as np
import torch
from scipy.special import softmax
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import check_random_state, gen_batches
from torch import nn


class ConvolutionalClassifier(ClassifierMixin, BaseEstimator):
    """Two convolutions with max pooling, and a hidden layer, after LeNet.

    It is trained in single precision by Adam, with a rate that falls to zero, and used
    in double precision, as gradients are in ``sktopo``.

    Parameters
    ----------
    image_shape : tuple of 2 ints
        Of the images that are the rows of X.
    n_epochs : int, default=10
        Passes over the data.
    random_state : int, RandomState instance or None, default=None
        Seed of the first weights and of the order of the data.
    """

    def __init__(self, image_shape, *, n_epochs=10, random_state=None):
        self.image_shape = image_shape
        self.n_epochs = n_epochs
        self.random_state = random_state

    def fit(self, X, y):
        self.classes_, labels = np.unique(y, return_inverse=True)
        seed = check_random_state(self.random_state).randint(np.iinfo(np.int32).max)
        with _one_thread(), torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            network = _network(self.image_shape, len(self.classes_))
            images = torch.tensor(X, dtype=torch.float32)
            _train(network, images, torch.tensor(labels), self.n_epochs)
        self.network_ = network.double().requires_grad_(False)
        return self

    def decision_function(self, X):
        X = np.asarray(X, dtype=np.float64)
        with _one_thread():
            parts = [
                self.network_(torch.tensor(X[rows]))
                for rows in gen_batches(len(X), 500)
            ]
        return torch.cat(parts).numpy()

    def predict(self, X):
        return self.classes_[self.decision_function(X).argmax(axis=1)]

    def predict_proba(self, X):
        return softmax(self.decision_function(X), axis=1)

    def value_and_pullback(self, X):
        """The scores of the classes, and the pullback from them to the images."""
        images = torch.tensor(X, requires_grad=True)
        with _one_thread():
            scores = self.network_(images)

        def pullback(grad):
            # The graph is kept, for a pullback may be called more than once.
            with _one_thread():
                (grad_images,) = torch.autograd.grad(
                    scores, images, torch.tensor(grad), retain_graph=True
                )
            return grad_images.numpy()

        return scores.detach().numpy(), pullback


def _network(image_shape, n_classes):
    height, width = (size // 4 for size in image_shape)
    return nn.Sequential(
        nn.Unflatten(1, (1, *image_shape)),
        nn.Conv2d(1, 16, kernel_size=5, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 32, kernel_size=5, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(32 * height * width, 128),
        nn.ReLU(),
        nn.Linear(128, n_classes),
    )


def _train(network, images, labels, n_epochs, batch_size=64):
    optimizer = torch.optim.Adam(network.parameters(), lr=0.002)
    n_steps = n_epochs * -(-len(images) // batch_size)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, n_steps)
    for _ in range(n_epochs):
        for rows in torch.randperm(len(images)).split(batch_size):
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(network(images[rows]), labels[rows])
            loss.backward()
            optimizer.step()
            schedule.step()


@contextmanager
def _one_thread():
    """With more threads sums are rounded otherwise, and few images take as long."""
    n_threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(n_threads)
