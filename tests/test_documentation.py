"""Every public name: documented in numpydoc's form, with an example, and in use."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# Rules that are not ours: "See Also" and an extended summary in every docstring, a
# description of what a name and its type tell already, infinitives only.
IGNORED = {"SA01", "ES01", "PR07", "RT03", "SS05"}
EXAMPLES = sorted((ROOT / "examples").glob("*/plot_*.py"))


def public_names():
    """What users import; the rest of the page is for those who extend the package."""
    page = (ROOT / "doc" / "api.rst").read_text(encoding="utf-8")
    page = page[: page.index("\nBuilding blocks\n")]
    return re.findall(r"^   ((?!:)\S+)$", page, re.MULTILINE)


@pytest.mark.slow
@pytest.mark.parametrize("name", [n for n in public_names() if "torch" not in n])
def test_docstrings_are_in_numpydoc_form(name):
    validate = pytest.importorskip(
        "numpydoc.validate", reason="numpydoc is not installed"
    ).validate
    errors = validate(f"sktopo.{name}")["errors"]
    assert [error for error in errors if error[0] not in IGNORED] == []


def test_every_name_is_used_in_a_guide_or_an_example():
    pages = [*(ROOT / "doc").glob("*.rst"), *(ROOT / "doc" / "guide").glob("*.rst")]
    pages = [page for page in pages if page.name != "api.rst"]
    texts = [page.read_text(encoding="utf-8") for page in pages + EXAMPLES]
    words = set(re.findall(r"\w+", "\n".join(texts)))
    names = {name.rpartition(".")[2] for name in public_names()}
    assert names - words == set()


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_examples_import_no_neighbours(path):
    """A page of the gallery is downloaded alone."""
    folders = path.parents[:2]
    neighbours = {other.stem for folder in folders for other in folder.glob("*.py")}
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names = {(node.module or "").split(".")[0]}
        else:
            continue
        assert not names & neighbours
    assert ast.get_docstring(tree).splitlines()[1].startswith("===")
