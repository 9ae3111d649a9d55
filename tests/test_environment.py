"""pyproject.toml, the locked versions and environment.yml say the same."""

import ast
import re
import sys
import tomllib

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools.project import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
GROUPS = {"run": PROJECT["project"]["dependencies"], **PROJECT["dependency-groups"]}
LOCKS = {"run": ("run", "build"), "test": ("run", "build", "test"), "lab": ("run", "build", "lab")}

# Where a distribution is called something else.
CONDA_NAMES = {"matplotlib-base": "matplotlib"}
MODULES = {
    "yaml": "pyyaml", "pypandoc": "pypandoc-binary", "docx": "python-docx", "pptx": "python-pptx", "PIL": "pillow",
}  # fmt: skip
# Parts that a declared package always brings and lets its users import.
MODULES |= {"IPython": "ipykernel", "traitlets": "ipykernel", "nbclient": "papermill"}


def named(lines):
    """Name -> specifier of requirements."""
    requirements = [Requirement(line) for line in lines]
    return {canonicalize_name(r.name): str(r.specifier) for r in requirements}


def locked(group):
    """Name -> versions of a lock file: one per condition."""
    found = {}
    for line in (ROOT / f"requirements/{group}.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith((" ", "#")):
            requirement = Requirement(line.rstrip("\\ "))
            assert re.fullmatch(r"==[^,*]+", str(requirement.specifier)), line
            version = str(requirement.specifier).removeprefix("==")
            found.setdefault(canonicalize_name(requirement.name), set()).add(version)
    return found


def test_conda_environment_has_the_same_packages_and_bounds():
    """From conda-forge alone: every dependency of every group with its bound, and nothing else but the tools."""
    content = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    assert (content["channels"], content["name"]) == (["conda-forge", "nodefaults"], PROJECT["project"]["name"])
    by_pip = next(d["pip"] for d in content["dependencies"] if isinstance(d, dict))
    assert by_pip[-1] == "-e ."
    lines = [d for d in content["dependencies"] if isinstance(d, str)] + by_pip[:-1]
    ours = {CONDA_NAMES.get(name, name): bound for name, bound in named(lines).items()}
    assert len(ours) == len(lines)
    tools = {name: ours.pop(name) for name in ("python", "pip", "make", "git")}
    assert tools == {"python": PROJECT["project"]["requires-python"], "pip": "", "make": "", "git": ""}
    assert ours == named(line for lines in GROUPS.values() for line in lines)


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_has_every_dependency_within_its_bound(lock):
    """Whoever changes pyproject.toml has to run `make lock`."""
    versions = locked(lock)
    for group in LOCKS[lock]:
        for line in GROUPS[group]:
            requirement = Requirement(line)
            found = versions.get(canonicalize_name(requirement.name), set())
            assert found, f"{line} is not in requirements/{lock}.txt"
            assert all(requirement.specifier.contains(v, prereleases=True) for v in found), line


@pytest.mark.parametrize("lock", ["test", "lab"])
def test_larger_lock_has_the_versions_of_the_run(lock):
    """What is tested and tried out in the lab is what `make report` runs."""
    run, larger = locked("run"), locked(lock)
    assert {name: larger.get(name) for name in run} == run


@pytest.mark.parametrize("lock", [*LOCKS, "uv"])
def test_lock_has_hashes_and_no_address(lock):
    """Every version is bound to its files by SHA-256; where they come from is the machine's business."""
    text = (ROOT / f"requirements/{lock}.txt").read_text(encoding="utf-8")
    assert not re.search(r"://|^-|@ |--(index|extra|find|trusted)", text, re.MULTILINE)
    blocks = re.split(r"^(?=\S)", text, flags=re.MULTILINE)[1:]
    assert blocks
    for block in blocks:
        head, *hashes = block.split("\\\n")
        assert hashes, head
        assert all(re.fullmatch(r"\s+--hash=sha256:[0-9a-f]{64}\s*", h) for h in hashes), head


def test_package_imports_only_what_it_declares():
    """No module of the package leans on a package that happens to be installed for the tests."""
    declared = set(named([*GROUPS["run"], *GROUPS["cluster"]]))  # the second is optional, and its lack is told
    used = {}
    for path in sorted((ROOT / "src").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                modules = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level:
                modules = [node.module]
            else:
                continue
            used |= {m.partition(".")[0]: path.name for m in modules}
    own = set(sys.stdlib_module_names) | {"gkanalysis"}
    unknown = {m: where for m, where in used.items() if m not in own and MODULES.get(m, m) not in declared}
    assert not unknown
