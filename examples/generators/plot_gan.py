"""
A GAN of digits, and a topological prior
========================================

The generator of a small GAN makes digits with crumbs. Digits have one component: in the
diagram of superlevel sets one bar is long, and E(1, 0, 2) adds up all others. As in
section 3.2 of the paper on the topology layer it is made small

- over the latent codes, by gradient descent, with the generator as it is;
- over the weights of the generator, in 50 steps, with batches of 64.

The rate of either is the largest, of a few, with which distance to and coverage of
training images get no worse by more than 3 %; with "far" it is the largest of them all.
Beside them stand a generator that was trained for 100 steps against a discriminator
that sees nothing but the lengths of the 1, 2, 3 and 9 next longest bars, one that was
trained on as a GAN for twice as long as before, and images of which all but the largest
component is left out.

It needs torch: ``pip install "sktopo[torch]"``.
"""

import copy
import time
import warnings
from functools import partial

import matplotlib.pyplot as plt
import numpy as np
from measures import (
    SHORT,
    diagrams_of,
    largest_component,
    measures,
    n_components_of,
    print_table,
    save,
    stored,
)
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import pairwise_distances
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline

from sktopo import PersistenceDiagrams, PersistenceEnergies
from sktopo.filtrations import Cubical
from sktopo.functionals import PersistenceEnergy
from sktopo.metrics import coverage, inception_score, minimum_matching_distance
from sktopo.objectives import PersistenceTerm

try:
    import torch
    from torch import nn

    from sktopo.torch import FeatureLayer, TopologyLoss
except ImportError:
    print('This example needs torch: pip install "sktopo[torch]"')
    raise SystemExit from None

N_RUNS, N_SAMPLES, N_DIAGRAMS = (1, 60, 30) if SHORT else (5, 1000, 100)
N_STEPS, N_MORE = (600, 300) if SHORT else (12_000, 24_000)
N_CODES, BATCH = 32, 64

found = None if SHORT else stored("mnist.npz")
if found is None:
    X, y = load_digits(return_X_y=True)
    X, X_test, y, y_test = train_test_split(X / 16, y, random_state=0, test_size=0.4)
else:
    X, y = found["x_train"].reshape(-1, 784) / 255, found["y_train"]
    X_test, y_test = found["x_test"].reshape(-1, 784) / 255, found["y_test"]
side = int(np.sqrt(X.shape[1]))
SHAPE = (side, side)
images = torch.tensor(X, dtype=torch.float32)
torch.manual_seed(0)
torch.set_num_threads(1)  # matrices this small gain nothing by more

# The baseline
# ------------


def new_generator():
    return nn.Sequential(
        *(nn.Linear(N_CODES, 128), nn.BatchNorm1d(128), nn.LeakyReLU(0.2)),
        *(nn.Linear(128, 256), nn.BatchNorm1d(256), nn.LeakyReLU(0.2)),
        *(nn.Linear(256, side**2), nn.Sigmoid()),
    )


def new_discriminator(n_inputs, n_units=256):
    return nn.Sequential(
        *(nn.Linear(n_inputs, n_units), nn.LeakyReLU(0.2), nn.Dropout(0.3)),
        *(nn.Linear(n_units, n_units // 2), nn.LeakyReLU(0.2), nn.Dropout(0.3)),
        nn.Linear(n_units // 2, 1),
    )


class Player:
    """A network and its Adam."""

    def __init__(self, network, rate=2e-4):
        self.network = network
        self.adam = torch.optim.Adam(network.parameters(), rate, betas=(0.5, 0.999))

    def step(self, loss):
        self.adam.zero_grad()
        loss.backward()
        self.adam.step()


def play(generator, discriminator, n_steps, see=lambda x: x):
    """Train both, each step on a batch; the discriminator sees ``see(images)``."""
    loss = nn.functional.binary_cross_entropy_with_logits
    real, fake = torch.full((BATCH, 1), 0.9), torch.zeros(BATCH, 1)
    one = torch.ones(BATCH, 1)
    for _ in range(n_steps):
        shown = see(images[torch.randint(len(images), (BATCH,))])
        made = see(generator.network(torch.randn(BATCH, N_CODES)))
        judge = discriminator.network
        wrong = loss(judge(shown), real) + loss(judge(made.detach()), fake)
        discriminator.step(wrong)
        generator.step(loss(judge(made), one))


start = time.perf_counter()
baseline = Player(new_generator())
discriminator = Player(new_discriminator(side**2))
play(baseline, discriminator, N_STEPS)
print(f"{N_STEPS} steps of the GAN: {time.perf_counter() - start:.0f} s")

# A topological prior on codes and on weights
# -------------------------------------------

term = PersistenceTerm(Cubical(superlevel=True), PersistenceEnergy(p=1, q=0, i0=2))
one_component = TopologyLoss(term, batched=True)


def moved(generator, codes, rate, n_steps=50):
    """Codes after gradient descent; each of them sees its own sample only."""
    codes = codes.clone().requires_grad_()
    each = TopologyLoss(term, batched=True, reduction="sum")
    for _ in range(n_steps):
        loss = each(generator(codes).reshape(-1, *SHAPE))
        (grad,) = torch.autograd.grad(loss, codes)
        codes = (codes - rate * grad).detach().requires_grad_()
    return codes.detach()


def trained(network, rate, n_steps=50):
    """The generator after some steps on the topology loss alone."""
    player = Player(copy.deepcopy(network).train(), rate)
    for _ in range(n_steps):
        made = player.network(torch.randn(BATCH, N_CODES))
        player.step(one_component(made.reshape(-1, *SHAPE)))
    return player.network.eval()


def distance_and_coverage(samples_of, draws):
    """Means over draws of codes and of training images."""
    found = []
    for codes, reference in draws:
        network, codes = samples_of(codes)
        with torch.no_grad():
            distances = pairwise_distances(network(codes).numpy(), reference)
        found.append((minimum_matching_distance(distances), coverage(distances)))
    return np.mean(found, axis=0)


def largest_rate(samples_of, rates):
    """The last rate before distance or coverage are worse by more than 3 %."""
    rng = np.random.default_rng(0)
    draws = [
        (torch.randn(N_SAMPLES, N_CODES), X[rng.choice(len(X), N_SAMPLES)])
        for _ in range(1 if SHORT else 5)
    ]
    first, share = distance_and_coverage(lambda codes: (plain, codes), draws)
    best = rates[0]
    for rate in rates:
        found = distance_and_coverage(partial(samples_of, rate), draws)
        if found[0] > 1.03 * first or found[1] < 0.97 * share:
            break
        best = rate
    return best


plain = copy.deepcopy(baseline.network).eval()
rate = largest_rate(
    lambda rate, codes: (plain, moved(plain, codes, rate)), (0.001, 0.003, 0.01, 0.03)
)
weight_rate = largest_rate(
    lambda rate, codes: (trained(plain, rate), codes), (5e-5, 1e-4, 2e-4, 4e-4)
)
start = time.perf_counter()
topology, topology_far = trained(plain, weight_rate), trained(plain, 4e-4)
print(f"Twice 50 steps of the topology loss: {time.perf_counter() - start:.1f} s")
print(f"Rates: {rate} for codes, {weight_rate} for weights")

# Other ways
# ----------

energies = make_pipeline(
    PersistenceDiagrams(Cubical(superlevel=True), 0),
    PersistenceEnergies(p=1, q=0, i0=(2, 3, 4, 5, 11)),
).fit(X[:100].reshape(-1, *SHAPE))
layer = FeatureLayer(energies)


def longest_bars(made):
    """E(1, 0, 2) - E(1, 0, k) for k = 3, 4, 5 and 11."""
    found = layer(made.reshape(-1, *SHAPE))
    return found[:, :1] - found[:, 1:]


judged = Player(copy.deepcopy(baseline.network))
play(judged, Player(new_discriminator(4, 32), 2e-3), 100, longest_bars)
longer = Player(copy.deepcopy(baseline.network))
play(longer, discriminator, N_MORE)

# Measures
# --------

warnings.simplefilter("ignore", ConvergenceWarning)
classifier = MLPClassifier(hidden_layer_sizes=(100,), random_state=0, max_iter=30)
classifier.fit(X[:20_000], y[:20_000])
print(f"Accuracy of the classifier: {classifier.score(X_test, y_test):.3f}")

tables, pictures = {}, {}
for run in range(N_RUNS):
    rng = np.random.default_rng(run)
    reference = X_test[rng.choice(len(X_test), N_SAMPLES, replace=False)]
    torch.manual_seed(run)
    codes = torch.randn(N_SAMPLES, N_CODES)
    better, far = moved(plain, codes, rate), moved(plain, codes, 0.03)
    with torch.no_grad():
        rows = {
            "(a) GAN": plain(codes),
            "(b) codes moved": plain(better),
            "(b) codes moved far": plain(far),
            "(c) weights trained": topology(codes),
            "(c) weights trained far": topology_far(codes),
            "(d) bars discriminated": judged.network.eval()(codes),
            "(e) GAN trained on": longer.network.eval()(codes),
        }
    rows = {name: samples.numpy().astype(float) for name, samples in rows.items()}
    rows["largest component"] = largest_component(rows["(a) GAN"], SHAPE)
    rows["test images"] = X_test[-N_SAMPLES:]
    for name, samples in rows.items():
        first = samples if name == "test images" else rows["(a) GAN"]
        row = measures(samples, first, reference, SHAPE, N_DIAGRAMS, rng)
        row["score"] = inception_score(classifier.predict_proba(samples))
        tables.setdefault(name, []).append(row)
        if run == 0:
            pictures[name] = samples[:16]
print_table(tables)

# Samples
# -------


def strip(samples):
    """Images side by side."""
    samples = np.clip(samples, 0, 1).reshape(-1, *SHAPE)
    return np.hstack([np.pad(image, 1, constant_values=1) for image in samples])


shown = [name for name in pictures if name[0] == "("]
fig, axes = plt.subplots(len(shown), 1, figsize=(8, 0.75 * len(shown)))
for ax, name in zip(axes, shown, strict=True):
    ax.imshow(strip(pictures[name]), cmap="gray")
    ax.set_title(name, fontsize="small", loc="left", pad=2)
    ax.axis("off")
fig.tight_layout(pad=0.3)
save(fig, "gan.png")

# Between two codes
# -----------------

ways = []
for seed in range(2):
    torch.manual_seed(seed)
    ends = torch.randn(2, N_CODES)
    ways.append(torch.lerp(ends[0], ends[1], torch.linspace(0, 1, 14)[:, None]))
fig, axes = plt.subplots(4, 1, figsize=(8, 2.9))
for way, pair in zip(ways, axes.reshape(2, 2), strict=True):
    for ax, (name, network) in zip(
        pair,
        (("(a) GAN", plain), ("(c) weights trained far", topology_far)),
        strict=True,
    ):
        with torch.no_grad():
            samples = network(way).numpy().astype(float)
        ax.imshow(strip(samples), cmap="gray")
        pieces = n_components_of(diagrams_of(samples, SHAPE)).mean()
        title = f"{name}: {pieces:.1f} components on the way"
        ax.set_title(title, fontsize="small", loc="left", pad=2)
        ax.axis("off")
fig.tight_layout(pad=0.3)
save(fig, "gan_interpolation.png")
