"""Write a request builder and the statuses of success for every operation of a document."""

from __future__ import annotations

import re
from typing import Any

from openapi_document import Document, reference, snake_case, text

FILE_NAME = "__init__.py"


_ENCODER = """\
#: Compact. Bodies are new for each request, so that none can contain itself.
_json = JSONEncoder(separators=(",", ":"), check_circular=False).encode
"""


def write(document: Document, bodies_are_typed_dicts: bool) -> str:
    """Return the content of the file.

    :param bodies_are_typed_dicts: Whether builders take bodies as the TypedDicts of ``_schema.py``; else as plain
        dicts, which msrest encodes to.
    """
    builders = [
        _builder(document, *operation, bodies_are_typed_dicts=bodies_are_typed_dicts)
        for operation in document.operations()
    ]
    body = "\n\n".join([_statuses(document), _ENCODER, *builders])
    schemas = sorted(set(re.findall(r'body: "(\w+)",', body)))
    title = f'"""Requests of api-version {document.version}: one builder for each operation."""\n'
    imports = [
        "from json import JSONEncoder",
        f"from typing import {'TYPE_CHECKING' if bodies_are_typed_dicts else 'Any'}, Optional",
        "from urllib.parse import quote",
        "",
        "from azure.core.rest import HttpRequest",
        "",
        *(
            ["if TYPE_CHECKING:", f"    from ._schema import {', '.join(schemas)}", ""]
            if bodies_are_typed_dicts
            else []
        ),
    ]
    return document.header + title + "\n" + "\n".join(imports) + "\n" + body


def _statuses(document: Document) -> str:
    """Write the table of the statuses of success."""
    lines = [
        "#: Operation -> the statuses of success; every other status is an error.",
        "STATUSES: dict[str, tuple[int, ...]] = {",
    ]
    for _, _, operation in document.operations():
        good = [status for status in operation["responses"] if status != "default"]
        lines.append(f"    {text(snake_case(operation['operationId']))}: ({', '.join(good)},),")
    return "\n".join([*lines, "}", ""])


def _builder(
    document: Document, path: str, method: str, operation: dict[str, Any], *, bodies_are_typed_dicts: bool
) -> str:
    parameters = document.parameters(operation)
    body = next((p for p in parameters if p["in"] == "body"), None)
    in_headers = [p for p in parameters if p["in"] == "header"]
    name = snake_case(operation["operationId"])
    lines = [f"def build_{name}_request(", *_signature(parameters, bodies_are_typed_dicts), ") -> HttpRequest:"]
    lines += [f'    """{method} {path}: {operation["summary"]}"""', *_headers(operation, body)]
    for parameter in in_headers:
        argument = snake_case(parameter["name"])
        lines += [
            f"    if {argument} is not None:",
            f"        headers[{text(parameter['name'])}] = {argument}",
        ]
    url = re.sub(r"\{(\w+)\}", lambda m: f"{{quote({snake_case(m.group(1))}, safe='')}}", path)
    lines.append(f"    url = f\"{{endpoint}}{url}?api-version={{quote(api_version, safe='')}}\"")
    content = ", content=_json(body)" if body else ""
    lines.append(f'    return HttpRequest("{method}", url, headers=headers{content})')
    return "\n".join([*lines, ""])


def _signature(parameters: list[dict[str, Any]], bodies_are_typed_dicts: bool) -> list[str]:
    """Write the parameters: ``endpoint``, those of the path, then keywords: version, body and headers."""
    lines = ["    endpoint: str,"]
    lines += [f"    {snake_case(p['name'])}: str," for p in parameters if p["in"] == "path"]
    lines += ["    *,", "    api_version: str,"]
    for parameter in parameters:
        if parameter["in"] == "body":
            name = text(str(reference(parameter["schema"])))  # in quotes: the types are not imported at run time
            lines.append(f"    body: {name if bodies_are_typed_dicts else 'dict[str, Any]'},")
    lines += [f"    {snake_case(p['name'])}: Optional[str] = None," for p in parameters if p["in"] == "header"]
    return lines


def _headers(operation: dict[str, Any], body: dict[str, Any] | None) -> list[str]:
    pairs = [("Accept", operation["produces"][0])]
    pairs += [("Content-Type", operation["consumes"][0])] if body else []
    return ["    headers = {" + ", ".join(f"{text(k)}: {text(v)}" for k, v in pairs) + "}"]
