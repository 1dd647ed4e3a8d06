"""``api.md``: it matches the source, and each kind of change of the public surface shows."""

import importlib.util
import re
import shutil
from pathlib import Path
from types import ModuleType

import pytest

PROJECT = Path(__file__).resolve().parent.parent.parent
PACKAGE = Path("azure", "communication", "rooms")


@pytest.fixture
def api_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The program, which reads a copy of the package and writes beside it."""
    spec = importlib.util.spec_from_file_location("api_file", PROJECT / "docs" / "api_file.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    shutil.copytree(PROJECT / PACKAGE, tmp_path / PACKAGE, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(module, "PROJECT", tmp_path)
    monkeypatch.setattr(module, "FILE", tmp_path / "api.md")
    return module


def test_the_file_matches_the_source(api_file: ModuleType, tmp_path: Path) -> None:
    assert api_file.main([]) == 0
    assert (tmp_path / "api.md").read_text("utf-8") == (PROJECT / "api.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("file", "before", "after"),
    [
        pytest.param("_client.py", r"def close\(self\)", "def close_all(self)", id="a method gets another name"),
        pytest.param("_client.py", r"(def get_room\(self, room_id: )str", r"\1str | int", id="a parameter's type"),
        pytest.param("_client.py", r"stream: bool = False", "stream: bool = True", id="a default"),
        pytest.param("_client.py", r"communication_identifiers: ", "identifiers: ", id="a keyword of an overload"),
        pytest.param("_wire/versions.py", r"(DEFAULT_VERSION.* = ).*", r"\1'2030-01-01'", id="a default's constant"),
        pytest.param("_pipeline/options.py", r"(    timeout: ).*", r"\1int", id="the type of an option"),
        pytest.param("_models/roles.py", r'ATTENDEE = "Attendee"', 'ATTENDEE = "Guest"', id="the value of an enum"),
        pytest.param("__init__.py", r'    "RoleType",\n', "", id="a name that is no longer exported"),
        pytest.param("emulator/pytest_plugin.py", r"def rooms_client\(", "def client(", id="the name of a fixture"),
    ],
)
def test_the_check_fails_and_shows_a_change(
    api_file: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str], file: str, before: str, after: str
) -> None:
    api_file.main([])
    assert api_file.main(["--check"]) == 0
    text = (tmp_path / PACKAGE / file).read_text("utf-8")
    changed, count = re.subn(before, after, text)
    assert count >= 1
    (tmp_path / PACKAGE / file).write_text(changed, "utf-8")
    capsys.readouterr()
    written = (tmp_path / "api.md").read_text("utf-8")
    assert api_file.main(["--check"]) == 1
    output = capsys.readouterr()
    assert re.search("^-[^-]", output.out, re.MULTILINE)
    assert "python docs/api_file.py" in output.err
    assert (tmp_path / "api.md").read_text("utf-8") == written


def test_a_change_behind_the_public_names_does_not_show(api_file: ModuleType, tmp_path: Path) -> None:
    api_file.main([])
    file = tmp_path / PACKAGE / "_client.py"
    file.write_text(file.read_text("utf-8") + "\n\ndef _helper(value: int) -> int:\n    return value\n", "utf-8")
    assert api_file.main(["--check"]) == 0


def test_contributing_names_the_command_on_one_line() -> None:
    lines = (PROJECT / "CONTRIBUTING.md").read_text("utf-8").splitlines()
    assert any("`python docs/api_file.py`" in line for line in lines)
