"""Write a TypedDict for every object of a document that the client uses."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from openapi_document import Document, reference, text

#: The name of the file. Request builders import the types of bodies from it.
FILE_NAME = "_schema.py"

_SCALARS = {"string": "str", "boolean": "bool", "integer": "int", "number": "float"}


def write(document: Document, used: Iterable[str]) -> str:
    """Return the content of the file.

    :param used: Names of the definitions that the client uses.
    """
    parts = [_typed_dict(document, name) for name in document.objects(used)]
    body = "\n\n".join(parts)
    names = [name for name in ("Optional", "TypedDict") if re.search(rf"\b{name}\b", body)]
    title = f'"""Schema of api-version {document.version}: the members of its JSON bodies."""\n'
    return f"{document.header}{title}\nfrom typing import {', '.join(names)}\n\n\n{body}"


def _typed_dict(document: Document, name: str) -> str:
    """Write a class. If it has required and optional members, a base class holds the required ones."""
    definition = document.definitions[name]
    members = definition.get("properties", {})
    required = [m for m in members if m in definition.get("required", ())]
    optional = [m for m in members if m not in required]
    base = f"_{name}Required" if required and optional else "TypedDict"
    total = ", total=False" if optional else ""
    out = _members(document, name, f"class {base}(TypedDict):", required) + "\n\n" if base != "TypedDict" else ""
    head = f'class {name}({base}{total}):\n    """{definition["description"]}"""\n'
    return out + _members(document, name, head, optional or required)


def _members(document: Document, owner: str, head: str, names: list[str]) -> str:
    """Write the members of a class. A reference to the class itself stands in quotes."""
    properties = document.definitions[owner].get("properties", {})
    annotations = ((name, re.sub(rf"\b{owner}\b", text(owner), _type(document, properties[name]))) for name in names)
    rows = [f"    {name}: {annotation}\n" for name, annotation in annotations]
    return head + "\n" + "".join(rows) if rows else head


def _type(document: Document, schema: dict[str, Any]) -> str:
    """Return the annotation of a value of this schema."""
    return f"Optional[{_plain_type(document, schema)}]" if schema.get("x-nullable") else _plain_type(document, schema)


def _plain_type(document: Document, schema: dict[str, Any]) -> str:
    name = reference(schema)
    if name is not None:
        return "str" if document.is_enum(name) else name
    if schema["type"] == "array":
        return f"list[{_type(document, schema['items'])}]"
    if schema["type"] == "object":
        return f"dict[str, {_type(document, schema['additionalProperties'])}]"
    return _SCALARS[schema["type"]]
