"""What a bare import costs: under 0.2 s (DESIGN rule 9), the heavy packages left for later."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = {
    "faker",
    "numba",
    "numpy",
    "pandas",
    "polars",
    "presidio_analyzer",
    "pyarrow",
    "pyspark",
    "scipy",
    "shap",
    "sklearn",
    "spacy",
    "torch",
    "typer",
}


def modules_after(code: str) -> set[str]:
    program = f"import sys; before = set(sys.modules); {code}; print(*(set(sys.modules) - before))"
    out = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return set(out.stdout.split())


def test_bare_import_brings_in_only_a_handful_of_modules() -> None:
    new = modules_after("import aitransparency")
    ours = {name for name in new if name.partition(".")[0] == "aitransparency"}
    assert ours == {"aitransparency"}
    # typing, importlib and the like; the number guards against a slow import creeping in.
    assert len(new) < 30


@pytest.mark.parametrize("module", ["deid", "explain"])
def test_a_module_is_light_until_a_name_of_it_is_used(module: str) -> None:
    new = modules_after(f"from aitransparency import {module}")
    assert not {name.partition(".")[0] for name in new} & HEAVY


@pytest.mark.parametrize("module", ["deid", "explain"])
def test_every_public_name_exists(module: str) -> None:
    program = (
        f"from aitransparency import {module} as m\n"
        "missing = [name for name in m.__all__ if not hasattr(m, name)]\n"
        "assert set(m.__all__) == set(m._home), set(m.__all__) ^ set(m._home)\n"
        "assert not missing, missing"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_submodule_does_not_hide_the_function_of_its_name() -> None:
    program = "import aitransparency.deid.find, aitransparency.deid as d; assert callable(d.find)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
