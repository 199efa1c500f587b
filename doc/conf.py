"""Sphinx configuration; `python -m sphinx doc doc/_build` makes the pages."""

import sktopo

project = "sktopo"
author = "The sktopo developers"
release = version = sktopo.__version__
extensions = [
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
    "sphinx_gallery.gen_gallery",
]
exclude_patterns = ["_build"]
html_theme = "alabaster"
html_theme_options = {"description": sktopo.__doc__.split(": ")[1].strip()}
autosummary_generate = True
numpydoc_show_class_members = False
extlinks_detect_hardcoded_links = False
sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "auto_examples",
    "filename_pattern": "/plot_",
    # What the examples import is no example.
    "ignore_pattern": r"(^|/)(?!plot_)\w+\.py$",
}


def setup(app):
    """Give docstrings their :doi: role."""
    from docutils import nodes

    def doi(name, rawtext, text, lineno, inliner, options=None, content=None):
        link = nodes.reference(rawtext, f"doi:{text}", refuri=f"https://doi.org/{text}")
        return [link], []

    app.add_role("doi", doi)
