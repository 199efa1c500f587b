"""Imports run downward, and two walls hold: gudhi's and scikit-learn's private API."""

import ast
import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

import sktopo

ROOT = Path(sktopo.__file__).parent
LAYERS = {
    "_sklearn_compat": 0,
    "_warnings": 0,
    "_workers": 0,
    "_fitting": 0,
    "_memory": 0,
    "_ties": 0,
    "_fast": 0,
    "_progress": 0,
    "_show_versions": 0,
    "_arrays": 0,
    "_validation": 0,
    "_losses": 0,
    "_margins": 0,
    "_algebra": 0,
    "_terms": 0,
    "_wrapped_term": 0,
    "base": 0,
    "_tables": 0,
    "_samples": 0,
    "_diagrams": 0,
    "persistence": 1,
    "solvers": 1,
    "metrics": 1,
    "gradients": 1,
    "filtrations": 2,
    "functionals": 2,
    "diagrams": 3,
    "pooling": 3,
    "objectives": 4,
    "linear_model": 5,
    "points": 5,
    "images": 5,
    "peaks": 5,
    "simplification": 5,
    "feature_extraction": 5,
    "attacks": 5,
    "inspection": 5,
    "datasets": 5,
    "neural_network": 6,
    "plotting": 6,
    "testing": 0,
    "torch": 6,
    "__init__": 7,
}
FILES = sorted(ROOT.rglob("*.py"))


def room_of(path):
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imports_of(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} has a relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def climbs(here, name):
    """Whether an import of ``name`` in the room ``here`` does not run downward."""
    parts = name.split(".")
    if parts[0] != "sktopo" or len(parts) < 2 or parts[1] == here:
        return False
    target = parts[1] if parts[1] in LAYERS else "__init__"
    if LAYERS[here] == 0:
        # The contracts stand on each other in one order only.
        ground = list(LAYERS)
        return LAYERS[target] > 0 or ground.index(target) > ground.index(here)
    return LAYERS[target] >= LAYERS[here]


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_run_downward(path):
    here = room_of(path)
    assert here in LAYERS, f"{here} has no layer"
    assert [name for name in imports_of(path) if climbs(here, name)] == []


def test_the_rule_finds_a_climber():
    assert climbs("persistence", "sktopo.filtrations.Cubical")
    assert climbs("linear_model", "sktopo.feature_extraction.PersistenceEnergies")
    assert climbs("filtrations", "sktopo.TopologicalRidge")
    assert not climbs("filtrations", "sktopo.persistence.grid_pairs")


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_gudhi_stands_behind_one_wall(path):
    for name in imports_of(path):
        if name.split(".")[0] == "gudhi":
            assert path.parent.name in ("persistence", "metrics")


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_private_scikit_learn_has_one_door(path):
    for name in imports_of(path):
        is_private = any(part.startswith("_") for part in name.split("."))
        if name.startswith("sklearn") and is_private:
            assert path.name == "_sklearn_compat.py", name


@pytest.mark.parametrize(
    "path", [*FILES, *Path(__file__).parent.glob("*.py")], ids=lambda p: p.name
)
def test_files_stay_small(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 350


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_private_module_crosses_a_package(path):
    """Root modules with an underscore are the ground that all packages stand on."""
    here = room_of(path)
    for name in imports_of(path):
        parts = name.split(".")
        if parts[0] == "sktopo" and len(parts) > 2 and parts[1] != here:
            is_package = (ROOT / parts[1]).is_dir()
            assert not (is_package and parts[2].startswith("_")), name


def documented():
    """The names that the API page lists, as (package, name)."""
    page = (Path(__file__).parents[1] / "doc" / "api.rst").read_text(encoding="utf-8")
    for line in page.splitlines():
        entry = line.strip()
        if line.startswith("   ") and re.fullmatch(r"[\w.]+", entry):
            package, _, name = entry.rpartition(".")
            yield package, name


def exported(package):
    """What ``__all__`` names, which is there; of torch's door it is read."""
    if package == "torch":
        tree = ast.parse((ROOT / "torch.py").read_text(encoding="utf-8"))
        (names,) = (
            node.value
            for node in tree.body
            if isinstance(node, ast.Assign)
            and ast.unparse(node.targets[0]) == "__all__"
        )
        return ast.literal_eval(names)
    module = importlib.import_module(f"sktopo.{package}")
    names = getattr(module, "__all__", ())
    for name in names:
        assert hasattr(module, name), f"{package}.{name}"
    return names


def test_the_api_page_lists_all_public_names_and_no_other():
    public = {("", name) for name in sktopo.__all__}
    at_root = {name for _, name in public}
    for package in sorted(LAYERS):
        if package.startswith("_"):
            continue
        names = exported(package)
        public |= {(package, name) for name in names if name not in at_root}
    listed = list(documented())
    assert len(set(listed)) == len(listed)
    assert set(listed) == public


@pytest.mark.slow
def test_every_package_is_found_behind_the_root():
    """Also in a fresh interpreter, where nothing else has imported it."""
    packages = {name for name in LAYERS if not name.startswith("_")} - {"diagrams"}
    assert packages == set(sktopo._PACKAGES)
    assert packages <= set(dir(sktopo))
    code = "import sktopo; print(sktopo.plotting.WeightsDisplay.__name__)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "WeightsDisplay"
    with pytest.raises(AttributeError, match="module 'sktopo' has no attribute 'x'"):
        sktopo.x  # noqa: B018


@pytest.mark.slow
def test_what_is_not_installed_is_no_attribute():
    """So that ``inspect.getmembers`` and tab completion go through all names."""
    code = "import inspect, sktopo; print(len(inspect.getmembers(sktopo)) > 40)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "True"
