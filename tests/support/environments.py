"""Virtual environments that tests make, and copies of the project without what git does not know."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple, Optional

import pytest

PROJECT = Path(__file__).resolve().parent.parent.parent
#: The modules that each extra brings.
BRINGS = {
    "aio": "aiohttp",
    "cli": "rich, shtab",
    "emulator": "starlette, trustme, uvicorn, httptools, ijson",
    "socks": "socks",
}
#: A program that does the main job and ends with "done".
MAIN_JOB = PROJECT / "tests" / "installation" / "programs" / "main_job.py"
#: Variables by which this process's own packages would be found in a fresh environment.
FOREIGN = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")
#: Options of an interpreter that finds its environment's packages alone and raises each warning.
ISOLATED = ("-I", "-W", "error")


def run(*command: object, cwd: Path, fails: bool = False, variables: Mapping[str, str] = MappingProxyType({})) -> str:
    """Run a command and return what it prints on both streams."""
    environment = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    words = [str(word) for word in command]
    ran = subprocess.run(
        words,
        cwd=cwd,
        env={**environment, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=300,
    )
    assert (ran.returncode != 0) is fails, f"{' '.join(words[:4])} ended with {ran.returncode}:\n{ran.stdout[-4000:]}"
    return ran.stdout


class Environment(NamedTuple):
    """A virtual environment without pip of its own: pip of this process installs into it."""

    home: Path

    @classmethod
    def create(cls, home: Path, python: str) -> "Environment":
        """Make the environment for an interpreter."""
        run(python, "-m", "venv", "--without-pip", home, cwd=home.parent)
        return cls(home)

    def command(self, name: str) -> Path:
        """The path of a command of this environment."""
        return self.home / ("Scripts" if os.name == "nt" else "bin") / name

    @property
    def python(self) -> Path:
        """The interpreter."""
        return self.command("python")

    def install(self, *requirements: object) -> None:
        """Install, then check that everything that is installed agrees."""
        pip = (sys.executable, "-m", "pip", "--python", self.python)
        run(*pip, "install", "--quiet", *requirements, cwd=self.home)
        assert "No broken requirements found." in run(*pip, "check", cwd=self.home)

    def run(
        self,
        *command: object,
        cwd: Optional[Path] = None,
        fails: bool = False,
        variables: Mapping[str, str] = MappingProxyType({}),
    ) -> str:
        """Run the interpreter, isolated."""
        return run(self.python, *ISOLATED, *command, cwd=cwd or self.home, fails=fails, variables=variables)


def does_the_main_job(environment: Environment, connection_string: str) -> bool:
    """Whether the program of the main job ends well."""
    variables = {"COMMUNICATION_SAMPLES_CONNECTION_STRING": connection_string}
    return environment.run(MAIN_JOB, environment.home, variables=variables) == "done\n"


def interpreter(version: str) -> str:
    """The command of a Python version; skips the test where it is not installed."""
    command = shutil.which(f"python{version}")
    if command is None or subprocess.run([command, "--version"], capture_output=True, check=False).returncode:
        pytest.skip(f"Python {version} is not installed")
    return command


def export(folder: Path) -> Path:
    """Copy the files of the project, as they are in the working tree, and nothing that git does not know."""
    names = run("git", "ls-files", "-z", cwd=PROJECT).split("\0")
    for name in filter(None, names):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(PROJECT / name, folder / name)
    return folder
