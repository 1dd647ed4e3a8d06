"""Write an msrest Model for every object of a document that the client uses."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from openapi_document import Document, reference, snake_case, text

FILE_NAME = "_models.py"


class Kind(NamedTuple):
    """The type of a member, as an annotation and as msrest names it."""

    annotation: str
    msrest: str


_SCALARS = {
    "string": Kind("str", "str"),
    "boolean": Kind("bool", "bool"),
    "integer": Kind("int", "int"),
    "date-time": Kind("datetime", "iso-8601"),
}


def write(document: Document, used: Iterable[str]) -> str:
    """Return the content of the file.

    :param used: Names of the definitions that the client uses.
    """
    names = list(document.objects(used))
    parts = [_model(document, name) for name in names]
    table = [f"    {text(name)}: {name},\n" for name in names]
    return "\n".join(
        [
            f'{document.header}"""Models of api-version {document.version} for msrest.',
            "",
            "Every member may be None: msrest does not check that a response has the required members.",
            '"""',
            "",
            "from datetime import datetime",
            "from typing import Any, Optional",
            "",
            "from msrest.serialization import Model",
            "",
            "",
            "\n\n".join(parts),
            "",
            "#: Name -> model, for msrest's Serializer and Deserializer.",
            "MODELS: dict[str, type[Model]] = {",
            f"{''.join(table)}}}",
            "",
        ]
    )


def _model(document: Document, name: str) -> str:
    definition = document.definitions[name]
    properties: dict[str, dict[str, Any]] = definition.get("properties", {})
    kinds = {member: _kind(document, schema) for member, schema in properties.items()}
    read_only = [member for member, schema in properties.items() if schema.get("readOnly")]
    writable = [member for member in properties if member not in read_only]
    return "".join(
        [
            f'class {name}(Model):\n    """{definition["description"]}"""\n\n',
            *_validation(definition.get("required", []), read_only),
            "    _attribute_map = {\n",
            *(f"        {text(snake_case(m))}: {{{_mapped(m, kinds[m])}}},\n" for m in properties),
            "    }\n\n    def __init__(\n        self,\n        *,\n",
            *(f"        {snake_case(m)}: Optional[{kinds[m].annotation}] = None,\n" for m in writable),
            "    ) -> None:\n        super().__init__()\n",
            *(f"        self.{snake_case(m)} = {snake_case(m)}\n" for m in writable),
            *(f"        self.{snake_case(m)}: Optional[{kinds[m].annotation}] = None\n" for m in read_only),
        ]
    )


def _validation(required: list[str], read_only: list[str]) -> list[str]:
    """Write what msrest validates before it encodes: required members. It leaves out read-only ones."""
    rows = [f'        {text(snake_case(member))}: {{"required": True}},\n' for member in required]
    rows += [f'        {text(snake_case(member))}: {{"readonly": True}},\n' for member in read_only]
    return ["    _validation: dict[str, dict[str, Any]] = {\n", *rows, "    }\n"] if rows else []


def _mapped(member: str, kind: Kind) -> str:
    return f'"key": {text(member)}, "type": {text(kind.msrest)}'


def _kind(document: Document, schema: dict[str, Any]) -> Kind:
    name = reference(schema)
    if name is not None:
        return _SCALARS["string"] if document.is_enum(name) else Kind(name, name)
    if schema["type"] == "array":
        item = _kind(document, schema["items"])
        return Kind(f"list[{item.annotation}]", f"[{item.msrest}]")
    if schema["type"] == "object":
        value = _kind(document, schema["additionalProperties"])
        return Kind(f"dict[str, {value.annotation}]", f"{{{value.msrest}}}")
    return _SCALARS[schema.get("format", schema["type"])]
