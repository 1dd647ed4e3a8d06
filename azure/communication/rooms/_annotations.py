"""Metadata of annotations, for frameworks that read them at run time."""

from typing import Any


class InstanceOf:
    """In ``Annotated``: pydantic checks a value with ``isinstance``.

    pydantic otherwise rejects a whole signature that has a class which it does not know, unless its user sets
    ``arbitrary_types_allowed``.
    """

    def __repr__(self) -> str:
        return "InstanceOf()"

    def __get_pydantic_core_schema__(self, source: Any, _: Any) -> Any:
        from pydantic_core import core_schema  # imported lazily: only pydantic calls this

        return core_schema.is_instance_schema(source)


class Unchanged:
    """In ``Annotated``: pydantic passes a value on as it is, and the client checks it.

    Of a union of a mapping and an iterable, pydantic would take a mapping for an iterable of its keys.
    """

    def __repr__(self) -> str:
        return "Unchanged()"

    def __get_pydantic_core_schema__(self, *_: Any) -> Any:
        from pydantic_core import core_schema  # imported lazily: only pydantic calls this

        return core_schema.any_schema()
