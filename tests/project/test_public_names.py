"""The one public door: what it lists is what it has, each name found when it is used."""

import subprocess
import sys

import pytest

import azure.communication.rooms as rooms


def test_every_name_listed_is_there_and_no_other() -> None:
    assert dir(rooms) == sorted(rooms.__all__)
    for name in rooms.__all__:
        assert getattr(rooms, name) is not None
    with pytest.raises(AttributeError, match="has no attribute 'RoomsCient'"):
        rooms.RoomsCient  # noqa: B018


def test_a_star_import_gives_every_name() -> None:
    names: dict[str, object] = {}
    exec("from azure.communication.rooms import *", names)
    assert set(rooms.__all__) <= set(names)


def test_importing_the_package_imports_nothing_of_azure_core() -> None:
    program = (
        "import sys; import azure.communication.rooms; print([n for n in sys.modules if n.startswith('azure.core')])"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_the_twin_for_type_checkers_names_what_is_found_at_run_time() -> None:
    import ast
    from pathlib import Path

    tree = ast.parse(Path(str(rooms.__file__)).read_text("utf-8"))
    twin = {
        alias.name
        for block in tree.body
        if isinstance(block, ast.If)
        for statement in block.body
        if isinstance(statement, ast.ImportFrom)
        for alias in statement.names
    }
    assert twin | {"__version__"} == set(rooms.__all__)
