"""Sphinx configuration; `python -m sphinx -W doc doc/_build` makes the pages."""

import os
import re
import sys
from importlib.util import find_spec
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
# The gallery is computed in its short form, unless that is set to nothing.
os.environ.setdefault("SKTOPO_SHORT", "1")

from inventories.make import inventories

import sktopo

project = "sktopo"
author = "The sktopo developers"
release = version = sktopo.__version__
extensions = [
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.intersphinx",
    "sphinx.ext.viewcode",
    "sphinx_copybutton",
    "sphinx_design",
    "sphinx_gallery.gen_gallery",
    "matplotlib.sphinxext.plot_directive",
]
exclude_patterns = ["_build", "inventories"]
templates_path = ["_templates"]
numfig = True
math_numfig = True
autosummary_generate = True
# Without PyTorch the pages of sktopo.torch are made all the same.
autodoc_mock_imports = [] if find_spec("torch") else ["torch"]
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False
# What stands on other sites, from lists that are stored here: no network is needed.
intersphinx_mapping = inventories(Path(__file__).parent / "_build" / "inventories")

html_theme = "pydata_sphinx_theme"
html_title = "sktopo"
html_static_path = ["_static"]
html_css_files = ["wide.css"]
# Pages that stand alone have no list of others beside them; wide tables take its place.
_ALONE = ["index", "install", "tour", "how_to_choose", "glossary", "papers"]
_ALONE += ["performance", "extending", "generated/whats_new", "experiments/*"]
html_sidebars = {page: [] for page in _ALONE}
html_math_renderer = "mathml"  # browsers draw it, without a script from elsewhere
html_theme_options = {
    "show_toc_level": 2,
    "navigation_with_keys": False,
    "header_links_before_dropdown": 6,
    "footer_start": ["copyright"],
    "footer_end": [],
    "secondary_sidebar_items": ["page-toc"],
    "show_prev_next": True,
}
html_copy_source = False
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True

plot_include_source = True
plot_html_show_source_link = False
plot_html_show_formats = False
plot_formats = [("png", 110)]
plot_rcparams = {"figure.constrained_layout.use": True, "figure.figsize": (6, 3.5)}
plot_apply_rcparams = True

_NEED_NO_TORCH = r"(?!gan|vessel_networks)"
sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "auto_examples",
    # Without PyTorch these are shown, and not run.
    "filename_pattern": "/plot_" + ("" if find_spec("torch") else _NEED_NO_TORCH),
    "doc_module": ("sktopo",),
    "backreferences_dir": "generated/backreferences",
    "show_memory": False,
    "parallel": 2,
    "remove_config_comments": True,
    "download_all_examples": False,
}


def whats_new():
    """The changelog as a page."""
    root = Path(__file__).parents[1]
    text = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    text = re.sub(r"`([^`]+)`", r"``\1``", text)
    text = re.sub(r"^# .*", "What's new\n==========", text)
    text = re.sub(r"^## (.*)", lambda m: f"{m[1]}\n{'-' * len(m[1])}", text, flags=re.M)
    (root / "doc" / "generated").mkdir(exist_ok=True)
    (root / "doc" / "generated" / "whats_new.rst").write_text(text, encoding="utf-8")


whats_new()


def mathml(translator, node):
    """Write a formula, with its number where it has one."""
    from docutils.nodes import SkipNode, math
    from docutils.utils.math.latex2mathml import tex2mathml

    is_inline = isinstance(node, math)
    # Sizes of brackets are left to the browser.
    formula = re.sub(r"\\[bB]igg?[lr]?(?![a-z])", "", node.astext())
    text = tex2mathml(formula, as_block=not is_inline)
    if not is_inline:
        number = ""
        if node.get("number"):
            number = f'<span class="eqno">({node["number"]})</span>'
        text = f'{number}<div class="formula">{text}</div></div>'
        text = translator.starttag(node, "div", CLASS="math") + text
    translator.body.append(text)
    raise SkipNode


_SHORT_FORM = """

.. note::

   This page was made in the short form of the example: less data, fewer steps or fewer
   repetitions than its text tells of, and numbers and figures that may say less.
   ``python {name}.py`` runs the whole; results of whole runs are under
   :doc:`/experiments/index`.

"""


def note_short_form(app, docname, source):
    """Say on the page of an example that what it shows is its short form."""
    if not docname.startswith("auto_examples/") or not os.environ["SKTOPO_SHORT"]:
        return
    name = docname.rpartition("/")[2]
    script = Path(app.srcdir) / f"{docname}.py"
    if script.exists() and "SKTOPO_SHORT" in script.read_text(encoding="utf-8"):
        note = _SHORT_FORM.format(name=name)
        source[0] = re.sub(r"\n(={4,})\n", rf"\n\1\n{note}", source[0], count=1)


def setup(app):
    """Give docstrings their :doi: role, formulas their form, and examples a note."""
    from docutils import nodes

    def doi(name, rawtext, text, lineno, inliner, options=None, content=None):
        link = nodes.reference(rawtext, f"doi:{text}", refuri=f"https://doi.org/{text}")
        return [link], []

    app.add_role("doi", doi)
    app.connect("source-read", note_short_form)
    app.add_html_math_renderer("mathml", (mathml, None), (mathml, None))
