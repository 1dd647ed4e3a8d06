"""The lines of ``samples/container``, run in fresh environments on two hosts: nothing builds images here."""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from environments import FOREIGN, PROJECT, run
from network_namespaces import Host, two_hosts

SAMPLE = PROJECT / "samples" / "container"
COMPOSE: dict[str, Any] = yaml.safe_load((SAMPLE / "compose.yaml").read_text("utf-8"))["services"]


def instructions(file: Path) -> list[tuple[str, str]]:
    """The instructions of a Dockerfile and their arguments."""
    text = re.sub(r"\\\n\s*", " ", file.read_text("utf-8"))
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(line.partition(" ")[0], line.partition(" ")[2].strip()) for line in lines]


class Image(NamedTuple):
    """What the instructions of a Dockerfile made, in an environment of its own."""

    home: Path
    lines: list[tuple[str, str]]
    variables: dict[str, str]

    @classmethod
    def build(cls, file: Path, home: Path, wheel: Path) -> "Image":
        """Run the instructions, with this project's wheel among those that pip finds."""
        run(sys.executable, "-m", "venv", home, cwd=home.parent)
        lines = instructions(file)
        variables = {name: value for name, value in os.environ.items() if name not in FOREIGN}
        variables.update({"PATH": f"{home / 'bin'}:{os.environ['PATH']}", "PIP_FIND_LINKS": str(wheel.parent)})
        for instruction, arguments in lines:
            if instruction == "ENV":
                variables.update(dict(pair.split("=", 1) for pair in shlex.split(arguments)))
            if instruction == "RUN":
                subprocess.run(["sh", "-c", arguments], env=variables, cwd=home, check=True, timeout=300)
        return cls(home, lines, variables)

    def argument(self, instruction: str) -> str:
        """What follows the one instruction of this name."""
        (found,) = [arguments for name, arguments in self.lines if name == instruction]
        return found

    def command(self, *, health: bool = False) -> list[str]:
        """The command of the container, or that of its health check."""
        text = self.argument("HEALTHCHECK").partition("CMD")[2] if health else self.argument("CMD")
        words: list[str] = json.loads(text)
        return [str(self.home / "bin" / words[0]), *words[1:]]


@pytest.fixture(scope="module")
def hosts() -> Iterator[tuple[Host, Host]]:
    """The hosts that stand for the two containers."""
    with two_hosts() as pair:
        yield pair


def variables_of(service: str) -> dict[str, str]:
    """The environment that the compose file gives a service, while the caller's has none of it."""
    return {name: re.sub(r"\$\{\w+:-(.*)\}", r"\1", value) for name, value in COMPOSE[service]["environment"].items()}


@pytest.mark.parametrize("name", ["Dockerfile", "application.Dockerfile"])
def test_an_image_is_slim_and_runs_as_an_unprivileged_user(name: str) -> None:
    lines = instructions(SAMPLE / name)
    assert re.fullmatch(r"python:3\.\d+-slim", dict(lines)["FROM"])
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", dict(lines)["USER"])
    assert [instruction for instruction, _ in lines].index("USER") < len(lines) - 1


def test_the_application_works_beside_the_emulator(hosts: tuple[Host, Host], wheel: Path, tmp_path: Path) -> None:
    emulator = Image.build(SAMPLE / "Dockerfile", tmp_path / "emulator", wheel)
    application = Image.build(SAMPLE / "application.Dockerfile", tmp_path / "application", wheel)
    first, second = hosts
    assert COMPOSE["application"]["depends_on"] == {"rooms": {"condition": "service_healthy"}}
    log = tmp_path / "log"
    with log.open("w") as stderr:
        process = subprocess.Popen(
            first.command(*emulator.command()),
            env={**emulator.variables, **variables_of("rooms")},
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        )
        try:
            for _ in range(5):  # as often as the health check is tried
                ran = subprocess.run(first.command(*emulator.command(health=True)), check=False, timeout=30)
                if ran.returncode == 0:
                    break
            assert ran.returncode == 0
            copied = application.home / "application.py"
            copied.write_bytes((SAMPLE / application.argument("COPY").split()[0]).read_bytes())
            command = [str(copied) if word == "/application.py" else word for word in application.command()]
            variables = {**application.variables, **variables_of("application")}
            output = second.run(*command, variables=variables)
        finally:
            process.terminate()
            printed, _ = process.communicate(timeout=20)
    assert re.fullmatch(r"room \d+ is one of 1, with 1 participant: Presenter\n", output)
    assert process.returncode == 0
    assert "endpoint=http://rooms:8420/;accesskey=<the key of account team>\n" in printed
    requests = [json.loads(line) for line in log.read_text().splitlines()]
    assert [(each["method"], each["status"], each["account"]) for each in requests if "method" in each] == [
        ("POST", 201, "team"),
        ("PATCH", 200, "team"),
        ("GET", 200, "team"),
        ("GET", 200, "team"),
    ]
