"""The generator: what is on disk is what the documents define, and a difference is found."""

import ast
import importlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

import azure.communication.rooms

PROJECT = Path(__file__).resolve().parent.parent.parent
PACKAGE = Path(str(azure.communication.rooms.__file__)).parent


def load(name: str) -> ModuleType:
    """A program of swagger/."""
    spec = importlib.util.spec_from_file_location(name, PROJECT / "swagger" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def generate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The generator, writing elsewhere."""
    monkeypatch.syspath_prepend(str(PROJECT / "swagger"))
    module = load("generate")
    monkeypatch.setattr(module, "PROJECT", tmp_path)
    monkeypatch.setattr(module, "OUTPUT", tmp_path / "out")
    return module


def test_the_generated_layer_is_what_the_documents_say(generate: ModuleType, tmp_path: Path) -> None:
    assert generate.main([]) == 0
    written = {path.relative_to(tmp_path / "out"): path.read_bytes() for path in (tmp_path / "out").rglob("*.py")}
    home = PACKAGE / "_generated"
    assert written == {path.relative_to(home): path.read_bytes() for path in home.rglob("*.py")}


def test_the_check_passes_when_nothing_differs(generate: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    generate.main([])
    capsys.readouterr()
    assert generate.main(["--check"]) == 0
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("difference", ["changed", "missing", "surplus"])
def test_the_check_fails_when_a_file_differs_and_names_it(
    generate: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str], difference: str
) -> None:
    generate.main([])
    capsys.readouterr()
    file = tmp_path / "out" / "v2025_03_13" / "_schema.py"
    if difference == "changed":
        file.write_text(file.read_text("utf-8") + "\n# by hand\n", "utf-8")
    elif difference == "missing":
        file.unlink()
    else:
        file = file.with_name("_more.py")
        file.write_text("", "utf-8")
    before = sorted(tmp_path.rglob("*"))
    assert generate.main(["--check"]) == 1
    output = capsys.readouterr()
    assert output.out == f"differs: {file.relative_to(tmp_path).as_posix()}\n"
    assert output.err == "Run: python swagger/generate.py\n"
    assert sorted(tmp_path.rglob("*")) == before
    assert generate.main([]) == 0
    assert generate.main(["--check"]) == 0


def test_a_change_of_a_document_shows_in_every_file_of_it(
    generate: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in generate.DOCUMENTS:
        text = (PROJECT / "swagger" / name).read_text("utf-8")
        (tmp_path / name).write_text(text.replace("List rooms, newest first.", "List all rooms."), "utf-8")
    before = generate.generated()
    monkeypatch.setattr(generate, "HERE", tmp_path)
    after = generate.generated()
    assert before.keys() == after.keys()
    changed = {path.relative_to(generate.OUTPUT).as_posix() for path in before if before[path] != after[path]}
    assert changed == {f"v2025_03_13/{name}" for name in ("__init__.py", "_schema.py")}


@pytest.mark.parametrize(
    ("name", "python"),
    [
        ("Rooms_Create", "rooms_create"),
        ("pstnDialOutEnabled", "pstn_dial_out_enabled"),
        ("Repeatability-Request-ID", "repeatability_request_id"),
        ("roomId", "room_id"),
        ("ParticipantRole", "participant_role"),
        ("from", "from_"),
    ],
)
def test_names_are_written_as_python_has_them(monkeypatch: pytest.MonkeyPatch, name: str, python: str) -> None:
    monkeypatch.syspath_prepend(str(PROJECT / "swagger"))
    assert importlib.import_module("openapi_document").snake_case(name) == python


@pytest.mark.skipif(sys.version_info < (3, 10), reason="Python 3.9 does not list its standard library")
def test_the_generator_needs_only_the_standard_library() -> None:
    files = list((PROJECT / "swagger").glob("*.py"))
    nodes = [node for file in files for node in ast.walk(ast.parse(file.read_text("utf-8")))]
    modules = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    modules |= {str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)}
    own = {file.stem for file in files}
    assert {module.partition(".")[0] for module in modules} - own <= sys.stdlib_module_names


def test_the_asynchronous_client_mirrors_the_synchronous_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mirror = load("mirror")
    home = PACKAGE / "aio"
    for name in mirror.MIRRORED:
        (tmp_path / name).write_bytes((PACKAGE / name).read_bytes())
    monkeypatch.setattr(mirror, "PACKAGE", tmp_path)
    assert mirror.main(["--check"]) == 1
    assert mirror.main([]) == 0
    assert mirror.main(["--check"]) == 0
    assert {name: (tmp_path / "aio" / name).read_text("utf-8") for name in mirror.MIRRORED} == {
        name: (home / name).read_text("utf-8") for name in mirror.MIRRORED
    }
    (tmp_path / "aio" / "_client.py").write_text("edited", "utf-8")
    capsys.readouterr()
    assert mirror.main(["--check"]) == 1
    assert "_client.py differs from what swagger/mirror.py writes" in capsys.readouterr().out
