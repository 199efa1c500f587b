"""Inventories of other projects for intersphinx, from lists of names.

Only what the pages refer to is listed, so that they build without a network.
"""

import zlib

_SITES = {
    "sklearn": (
        "https://scikit-learn.org/stable/",
        "modules/generated/{}.html",
        [
            "sklearn.cluster.KMeans",
            "sklearn.decomposition.NMF",
            "sklearn.decomposition.PCA",
            "sklearn.linear_model.HuberRegressor",
            "sklearn.linear_model.LogisticRegression",
            "sklearn.linear_model.RidgeCV",
            "sklearn.model_selection.GridSearchCV",
            "sklearn.neural_network.MLPRegressor",
            "sklearn.pipeline.Pipeline",
            "sklearn.svm.SVC",
        ],
    ),
    "scipy": (
        "https://docs.scipy.org/doc/scipy/",
        "reference/generated/{}.html",
        ["scipy.signal.find_peaks", "scipy.signal.savgol_filter"],
    ),
}
# What inherited docstrings refer to: name, role, priority, place, title.
_LABELS = {
    "sklearn": [
        "metadata_routing std:label -1 metadata_routing.html#$ Metadata Routing",
        "df_output_transform std:label -1 auto_examples/miscellaneous/"
        "plot_set_output.html#$ set_output",
        "sphx_glr_auto_examples_miscellaneous_plot_set_output.py std:label -1 "
        "auto_examples/miscellaneous/plot_set_output.html#$ Introducing set_output",
        "r2_score std:label -1 modules/model_evaluation.html#r2-score R2 score",
        "accuracy_score std:label -1 modules/model_evaluation.html#accuracy-score "
        "Accuracy score",
        "meta-estimator std:term 1 glossary.html#term-$ -",
    ],
}


def inventories(folder):
    """Write the inventories into a folder; what intersphinx_mapping wants to know."""
    folder.mkdir(parents=True, exist_ok=True)
    mapping = {}
    for site, (address, page, names) in _SITES.items():
        lines = []
        lines += [f"{entry}\n" for entry in _LABELS.get(site, [])]
        for name in names:
            kind = "class" if name.rpartition(".")[2][0].isupper() else "function"
            lines.append(f"{name} py:{kind} 1 {page.format(name)}#$ -\n")
        head = (
            "# Sphinx inventory version 2\n"
            f"# Project: {site}\n# Version: stable\n"
            "# The remainder of this file is compressed using zlib.\n"
        )
        path = folder / f"{site}.inv"
        path.write_bytes(head.encode() + zlib.compress("".join(lines).encode()))
        mapping[site] = (address, str(path))
    return mapping
