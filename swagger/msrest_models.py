"""An msrest Model for every object of a document, and a tuple of values for every enum."""

from __future__ import annotations

from typing import Any, NamedTuple

from openapi_document import Document, reference, snake_case, text

FILE_NAME = "_models.py"


class Kind(NamedTuple):
    """What a member is: as an annotation, and in msrest's words."""

    annotation: str
    msrest: str


_SCALARS = {
    "string": Kind("str", "str"),
    "boolean": Kind("bool", "bool"),
    "integer": Kind("int", "int"),
    "date-time": Kind("datetime", "iso-8601"),
}


def write(document: Document) -> str:
    """The content of the file."""
    names = list(document.in_order_of_use())
    parts = [document.enum(name) if document.is_enum(name) else _model(document, name) for name in names]
    table = [f"    {text(name)}: {name},\n" for name in names if not document.is_enum(name)]
    return "\n".join(
        [
            f'{document.header}"""Models of api-version {document.version}, which msrest writes and reads.',
            "",
            "Every member may be None: msrest does not hold an answer against what the document demands.",
            '"""',
            "",
            "from datetime import datetime",
            "from typing import Any, Optional",
            "",
            "from msrest.serialization import Model",
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
    """What msrest checks before it writes: that required members are there. It never writes the read-only ones."""
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
