"""Print the public names of the installed package, with their signatures and values, and its modules, as JSON."""

import enum
import importlib
import inspect
import json
import pkgutil
import warnings
from typing import Any

PUBLIC_MODULES = ("azure.communication.rooms", "azure.communication.rooms.aio")
#: Names that release 1.2.0 gives on request.
ON_REQUEST = ("MicrosoftBotIdentifier", "MicrosoftBotProperties", "__VERSION__")


def signature(member: Any) -> str:
    """The parameters of a function without their annotations; how it is called."""
    function = inspect.unwrap(member)
    parameters = [
        parameter.replace(annotation=inspect.Parameter.empty)
        for parameter in inspect.signature(member).parameters.values()
    ]
    kind = "async " if inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(member) else ""
    return kind + str(inspect.Signature(parameters))


def members(of: Any) -> dict[str, str]:
    """What a class has: its constructor, its public methods and properties, its values."""
    found = {}
    if issubclass(of, enum.Enum):
        return {name: repr(member.value) for name, member in of.__members__.items()}
    for name in ("__init__", *sorted(name for name in dir(of) if not name.startswith("_"))):
        member = inspect.getattr_static(of, name)
        if isinstance(member, (staticmethod, classmethod)):
            found[name] = f"{type(member).__name__} {signature(getattr(of, name))}"
        elif inspect.isfunction(member):
            found[name] = signature(member)
        else:
            found[name] = "property"
    return found


def describe(name: str, value: Any) -> dict[str, str]:
    """One public name, and those in it."""
    if inspect.isclass(value):
        return {name: "class", **{f"{name}.{each}": text for each, text in members(value).items()}}
    if callable(value):
        return {name: signature(value)}
    return {name: type(value).__name__}


names: dict[str, str] = {}
for module_name in PUBLIC_MODULES:
    module = importlib.import_module(module_name)
    on_request = ON_REQUEST if module_name == PUBLIC_MODULES[0] else ()
    for name in sorted({*module.__all__, *on_request}):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            value = getattr(module, name, None)
        if value is not None:
            names.update(describe(f"{module_name}.{name}".replace("azure.communication.rooms.", "", 1), value))
package = importlib.import_module(PUBLIC_MODULES[0])
modules = sorted(found.name for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."))
print(json.dumps({"names": names, "modules": modules}))
