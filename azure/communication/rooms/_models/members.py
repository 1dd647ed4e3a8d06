"""What models share: the names of members that the service uses, and values for ``json``."""

import re
from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Any

#: Members that the service calls by another name than this library.
_RENAMED = {"created_date_time": "created_at"}


def to_python_names(members: Mapping[str, Any]) -> dict[str, Any]:
    """Convert the names of a mapping from the service's camel case."""
    names = {name: re.sub("([A-Z])", r"_\1", name).lower() for name in members if isinstance(name, str)}
    return {_RENAMED.get(names[name], names[name]): members[name] for name in names}


def to_json(value: Any) -> Any:
    """Convert a member to values that ``json`` takes."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(name): to_json(each) for name, each in value.items()}
    if isinstance(value, list):
        return [to_json(each) for each in value]
    return value.as_dict() if hasattr(value, "as_dict") else value
