"""How Sphinx builds the documents: ``sphinx-build -W docs docs/_build``."""

import sys
from pathlib import Path

from azure.communication.rooms import __version__

sys.path.insert(0, str(Path(__file__).parent))  # command_parsers

project = "azure-communication-rooms"
author = "The azure-communication-rooms developers"
copyright = f"2026, {author}"  # noqa: A001  the name that Sphinx reads
release = version = __version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinxarg.ext"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_class_signature = "separated"
# Both clients have this name: RoomsClient in a docstring means either. sphinxarg finds no reference of any kind.
suppress_warnings = ["ref.python", "myst.domains"]
python_maximum_signature_line_length = 88

smartquotes = False  # -- stays --

html_theme = "furo"
html_title = f"Azure Communication Services Rooms for Python {release}"
html_show_sourcelink = False
