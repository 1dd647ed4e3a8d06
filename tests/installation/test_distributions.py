"""The wheel and the source distribution: built twice they are equal, and the tools that check them find nothing."""

import hashlib
import os
import tarfile
from pathlib import Path

import pytest
from environments import PROJECT, Environment, export, run

#: Files that packaging itself writes into a source distribution.
WRITTEN = {"PKG-INFO", "setup.cfg"}
#: Files that are of use in a repository alone.
LEFT_OUT = {".gitignore"}


@pytest.fixture(scope="module")
def builds(tools: Environment, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two folders of distributions, built from two exports whose files have different times and modes."""
    folders = []
    for number, mode in enumerate((0o644, 0o664)):
        folder = tmp_path_factory.mktemp("build")
        source = export(folder / "source")
        for path in source.rglob("*"):
            if path.is_file():
                path.chmod(mode)
            os.utime(path, (10**9 + 1000 * number,) * 2)
        run(
            *(tools.python, "-m", "build", "--no-isolation", "--outdir", folder / "dist", source),
            cwd=folder,
            variables={"SOURCE_DATE_EPOCH": "1700000000"},
        )
        folders.append(folder / "dist")
    return folders


def test_two_builds_of_the_same_files_are_equal(builds: list[Path]) -> None:
    first, second = (
        {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()} for folder in builds
    )
    assert [Path(name).suffix for name in sorted(first)] == [".whl", ".gz"]
    assert first == second


def test_the_source_distribution_holds_the_repository(builds: list[Path]) -> None:
    (archive,) = builds[0].glob("*.tar.gz")
    with tarfile.open(archive) as tar:
        members = tar.getmembers()
    root = archive.name[: -len(".tar.gz")]
    names = {member.name[len(root) + 1 :] for member in members if member.isfile()}
    tracked = set(filter(None, run("git", "ls-files", "-z", cwd=PROJECT).split("\0")))
    assert {name for name in names if not name.startswith("azure_communication_rooms.egg-info/")} == (
        tracked - LEFT_OUT | WRITTEN
    )
    assert {member.mtime for member in members} == {1700000000}
    assert {(member.uid, member.gid, member.uname, member.gname) for member in members} == {(0, 0, "", "")}


@pytest.mark.parametrize(
    ("command", "found"),
    [
        pytest.param(("twine", "check", "--strict", "*"), "PASSED", id="twine"),
        pytest.param(("check-wheel-contents", "*.whl"), "OK", id="check-wheel-contents"),
        pytest.param(("validate-pyproject", "pyproject.toml"), "Valid file", id="validate-pyproject"),
    ],
)
def test_a_tool_finds_nothing_wrong(
    builds: list[Path], tools: Environment, command: tuple[str, ...], found: str
) -> None:
    name, *options, pattern = command
    files = sorted((PROJECT if name == "validate-pyproject" else builds[0]).glob(pattern))
    assert found in run(tools.command(name), *options, *files, cwd=builds[0])
