"""Every public name has a type: pyright's score, and annotations that can be resolved at run time."""

import importlib
import inspect
import json
import os
import shutil
import subprocess
import sys
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import azure.communication.identity
import pytest

PACKAGE = "azure.communication.rooms"
MODULES = [PACKAGE, f"{PACKAGE}.aio", f"{PACKAGE}.bulk", f"{PACKAGE}.aio.bulk", f"{PACKAGE}.emulator"]


@pytest.fixture(scope="module")
def annotated_identity(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the identity package, and the annotations that it lacks.

    It leaves ``__eq__`` and a metaclass without annotations, so pyright calls all identifier classes, and what names
    them, partially unknown. ``--ignoreexternal`` does not leave them out: for pyright all of ``azure`` is one package.
    """
    folder = tmp_path_factory.mktemp("annotated")
    home = folder / "azure" / "communication" / "identity"
    shutil.copytree(Path(str(azure.communication.identity.__file__)).parent, home)
    models = home / "_shared" / "models.py"
    text = models.read_text("utf-8")
    text = text.replace("def __eq__(self, other):", "def __eq__(self, other: object) -> bool:")
    text = text.replace("def __getattribute__(cls, item):", "def __getattribute__(cls, item: str) -> Any:")
    models.write_text(text, "utf-8")
    return folder


@pytest.mark.one_python
def test_pyright_knows_the_type_of_every_public_name(annotated_identity: Path) -> None:
    pytest.importorskip("pyright", reason="dev_requirements.txt has it, with the Node.js that it runs on")
    command = [sys.executable, "-m", "pyright", "--verifytypes", PACKAGE, "--ignoreexternal", "--outputjson"]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # pyright takes the python that is found
    ran = subprocess.run(
        command,
        capture_output=True,
        text=True,
        cwd=annotated_identity,
        env={**os.environ, "PATH": path, "PYTHONPATH": str(annotated_identity)},
        check=False,
        timeout=300,
    )
    report = json.loads(ran.stdout)["typeCompleteness"]
    symbols = [symbol for symbol in report["symbols"] if symbol["isExported"]]
    assert len(symbols) > 400
    assert {symbol["name"]: symbol["diagnostics"] for symbol in symbols if not symbol["isTypeKnown"]} == {}
    assert report["completenessScore"] == 1


def public_callables() -> Iterator[Any]:
    """Each public class and function, and each public method."""
    for name in MODULES:
        try:
            module = importlib.import_module(name)
        except ModuleNotFoundError:
            continue
        for member in (getattr(module, exported) for exported in module.__all__):
            if not str(getattr(member, "__module__", "")).startswith(PACKAGE) or not callable(member):
                continue
            yield member
            if inspect.isclass(member):
                for attribute, method in inspect.getmembers(member, inspect.isroutine):
                    is_own = str(getattr(method, "__module__", "")).startswith(PACKAGE)
                    # callable(): since Python 3.13 a cached_property counts as a routine.
                    if is_own and callable(method) and (not attribute.startswith("_") or attribute == "__init__"):
                        yield method


@pytest.mark.parametrize(
    "member", [pytest.param(each, id=f"{each.__module__}.{each.__qualname__}") for each in public_callables()]
)
def test_annotations_can_be_resolved_at_run_time(member: Any) -> None:
    hints = typing.get_type_hints(member)
    if not inspect.isclass(member):
        annotated = [name for name in member.__annotations__ if name in hints]
        assert annotated == list(member.__annotations__)
        assert hints["return"] is not None
