"""The wheel with all extras, with the oldest releases that it allows, and beside its sister packages."""

import zipfile
from email.parser import Parser
from pathlib import Path

from environments import BRINGS, Environment, does_the_main_job, interpreter
from packaging.requirements import Requirement

from azure.communication.rooms import __version__

#: Packages of the same namespaces that applications have beside this one.
SISTERS = (
    "azure-communication-callautomation",
    "azure-communication-chat",
    "azure-communication-identity",
    "azure-communication-sms",
    "azure-identity",
)


def test_the_oldest_releases_that_are_allowed_work(wheel: Path, connection_string: str, tmp_path: Path) -> None:
    environment = Environment.create(tmp_path / "environment", interpreter("3.9"))
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        metadata = Parser().parsestr(archive.read(name).decode())
    extras = ",".join(metadata.get_all("Provides-Extra", []))
    oldest = [
        f"{requirement.name}=={specifier.version}"
        for requirement in map(Requirement, metadata.get_all("Requires-Dist", []))
        for specifier in requirement.specifier
        if specifier.operator == ">="
    ]
    assert len(oldest) == len(metadata.get_all("Requires-Dist", []))
    environment.install(f"{wheel}[{extras}]", *oldest)
    assert does_the_main_job(environment, connection_string)
    for modules in BRINGS.values():
        environment.run("-c", f"import {modules}")


def test_it_replaces_the_published_package_beside_its_sisters(
    wheel: Path, connection_string: str, tmp_path: Path
) -> None:
    environment = Environment.create(tmp_path / "environment", interpreter("3.12"))
    environment.install("azure-communication-rooms==1.2.0", *SISTERS)
    environment.install(f"{wheel}[aio,emulator,socks]")
    environment.install(
        "azure-communication-rooms[cli]"
    )  # as messages say: what is installed stays, and gets the extra
    program = "import importlib.metadata, rich; print(importlib.metadata.version('azure-communication-rooms'))"
    assert environment.run("-c", program) == f"{__version__}\n"
    assert does_the_main_job(environment, connection_string)
    for name in SISTERS:
        environment.run("-c", f"import {name.replace('-', '.')}")
