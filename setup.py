"""Packaging of azure-communication-rooms."""

from pathlib import Path

from setuptools import find_namespace_packages, setup

HERE = Path(__file__).parent
VERSION: dict[str, str] = {}
exec((HERE / "azure/communication/rooms/_version.py").read_text("utf-8"), VERSION)  # noqa: S102  importing needs more

setup(
    name="azure-communication-rooms",
    version=VERSION["__version__"],
    description="Azure Communication Services Rooms client library for Python, and an emulator of the service",
    long_description=(HERE / "README.md").read_text("utf-8"),
    long_description_content_type="text/markdown",
    license="MIT",
    license_files=["LICENSE"],
    keywords=["azure", "azure sdk", "communication services", "rooms"],
    classifiers=[
        "Development Status :: 4 - Beta",
        "Intended Audience :: Developers",
        "Programming Language :: Python :: 3",
        "Programming Language :: Python :: 3 :: Only",
        "Programming Language :: Python :: 3.9",
        "Programming Language :: Python :: 3.10",
        "Programming Language :: Python :: 3.11",
        "Programming Language :: Python :: 3.12",
        "Programming Language :: Python :: 3.13",
        "Typing :: Typed",
    ],
    python_requires=">=3.9",
    # Only what lies under azure/communication/rooms: azure and azure.communication belong to no distribution.
    packages=find_namespace_packages(include=["azure.communication.rooms*"]),
    package_data={"azure.communication.rooms": ["py.typed"]},
    zip_safe=False,
    install_requires=[
        "azure-core>=1.33.0,<2.0.0",
        "azure-communication-identity>=1.5.0,<2.0.0",
        "isodate>=0.6.1,<1.0.0",
        "msrest>=0.7.1,<1.0.0",
        "certifi>=2023.7.22",
        "urllib3>=2.6.3,<3.0.0",  # earlier ones unpack a compressed body beyond what is asked for
    ],
    extras_require={"emulator": ["starlette>=0.40.0,<2.0.0", "trustme>=1.1.0,<2.0.0", "uvicorn>=0.30.0,<1.0.0"]},
    entry_points={
        "console_scripts": ["rooms-emulator = azure.communication.rooms.emulator.__main__:main"],
        "pytest11": ["rooms_emulator = azure.communication.rooms.emulator.pytest_plugin"],
    },
)
