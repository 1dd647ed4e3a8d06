"""Packaging of azure-communication-rooms."""

from __future__ import annotations

import gzip
import os
import tarfile
from pathlib import Path

from setuptools import find_namespace_packages, setup
from setuptools.command.sdist import sdist

HERE = Path(__file__).parent
VERSION: dict[str, str] = {}
exec((HERE / "azure/communication/rooms/_version.py").read_text("utf-8"), VERSION)  # noqa: S102  importing needs more
#: 1980-01-01, the first day that a zip archive can hold: what wheels use, too.
DEFAULT_EPOCH = "315532800"


class ReproducibleSdist(sdist):  # type: ignore[misc]  # setuptools has no types
    """Pack the same files into the same bytes, wherever and whenever that is done.

    setuptools records the time, owner and mode of each file and the time of packing. Here each time is the one that
    ``SOURCE_DATE_EPOCH`` names (https://reproducible-builds.org/specs/source-date-epoch/).
    """

    def make_archive(self, base_name: str, format: str, *_: object, base_dir: str, **__: object) -> str:  # noqa: A002
        """Pack the folder ``base_dir`` and return the name of the archive."""
        if format != "gztar":
            raise ValueError(f"the source distribution is a .tar.gz; the format {format!r} is not supported")
        time = int(os.environ.get("SOURCE_DATE_EPOCH", DEFAULT_EPOCH))

        def normalize(member: tarfile.TarInfo) -> tarfile.TarInfo:
            member.mtime = time
            member.uid = member.gid = 0
            member.uname = member.gname = ""
            member.mode = 0o755 if member.isdir() or member.mode & 0o100 else 0o644
            return member

        archive = f"{base_name}.tar.gz"
        with Path(archive).open("wb") as file, gzip.GzipFile("", "wb", fileobj=file, mtime=time) as packed:
            with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar:
                for path in [Path(base_dir), *sorted(Path(base_dir).rglob("*"))]:
                    tar.add(path, recursive=False, filter=normalize)
        return archive


setup(
    cmdclass={"sdist": ReproducibleSdist},
    name="azure-communication-rooms",
    version=VERSION["__version__"],
    description="Azure Communication Services Rooms client library for Python, and an emulator of the service",
    long_description=(HERE / "README.md").read_text("utf-8"),
    long_description_content_type="text/markdown",
    author="The azure-communication-rooms developers",
    license="MIT",
    license_files=["LICENSE"],
    keywords=["azure", "azure sdk", "communication services", "rooms", "emulator", "pytest"],
    classifiers=[
        "Development Status :: 4 - Beta",
        "Environment :: Console",
        "Framework :: Pytest",
        "Intended Audience :: Developers",
        "Operating System :: OS Independent",
        "Programming Language :: Python :: 3",
        "Programming Language :: Python :: 3 :: Only",
        "Programming Language :: Python :: 3.9",
        "Programming Language :: Python :: 3.10",
        "Programming Language :: Python :: 3.11",
        "Programming Language :: Python :: 3.12",
        "Programming Language :: Python :: 3.13",
        "Topic :: Communications :: Conferencing",
        "Topic :: Software Development :: Libraries :: Python Modules",
        "Topic :: Software Development :: Testing :: Mocking",
        "Typing :: Typed",
    ],
    python_requires=">=3.9",
    # Only what lies under azure/communication/rooms: azure and azure.communication belong to no distribution.
    packages=find_namespace_packages(include=["azure.communication.rooms*"]),
    include_package_data=True,  # what MANIFEST.in names under azure
    zip_safe=False,
    install_requires=[
        "azure-core>=1.33.0,<2.0.0",
        "azure-communication-identity>=1.5.0,<2.0.0",
        "isodate>=0.6.1,<1.0.0",
        "msrest>=0.7.1,<1.0.0",
        "certifi>=2023.7.22",
        "urllib3>=2.6.3,<3.0.0",  # earlier ones unpack a compressed body beyond what is requested
    ],
    extras_require={
        "aio": ["aiohttp>=3.12,<4"],
        "cli": ["rich>=13.7,<16", "shtab>=1.7,<2"],
        "emulator": [
            "httptools>=0.6.3,<1",
            "ijson>=3.3,<4",
            "starlette>=0.40.0,<2.0.0",
            "trustme>=1.1.0,<2.0.0",
            "uvicorn>=0.30.0,<1.0.0",
        ],
        "socks": ["PySocks>=1.7.1,<2"],
    },
    entry_points={
        "console_scripts": [
            "rooms = azure.communication.rooms.cli:main",
            "rooms-emulator = azure.communication.rooms.emulator.__main__:main",
        ],
        "pytest11": ["rooms_emulator = azure.communication.rooms.emulator.pytest_plugin"],
    },
)
