"""Write ``api.md``: the public surface with its signatures, as griffe reads it from the source.

    python docs/api_file.py            # write api.md
    python docs/api_file.py --check    # write nothing; exit 1 and show the difference when there is one

Public is what a module without an underscore in its path lists in ``__all__``, and the fixtures of the pytest plugin.
Aliases and TypedDicts that signatures name are listed, too: to change one of them is to change the signatures.
"""

from __future__ import annotations

import argparse
import difflib
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import cast

import griffe

PROJECT = Path(__file__).resolve().parent.parent
FILE = PROJECT / "api.md"
PACKAGE = "azure.communication.rooms"
PLUGIN = f"{PACKAGE}.emulator.pytest_plugin"
HEAD = """\
# Public surface

Written by `python docs/api_file.py`, which compares it in CI (`--check`). Do not edit it. A change of this file is a
change of what users hold: `CHANGELOG.md` describes it.
"""
#: Signatures that are longer stand on several lines.
WIDTH = 100
#: Special methods by which users use an object in another way than by its names.
PROTOCOLS = ("aenter", "aexit", "aiter", "anext", "call", "contains", "enter", "exit", "getitem", "init", "iter", "len")


class Surface:
    """The lines of the file, and the names in them that are still to be explained."""

    def __init__(self, package: griffe.Module) -> None:
        self._package = package
        self._waiting: dict[str, griffe.ExprName] = {}
        self._listed: set[str] = set()

    def text(self) -> str:
        """Return the whole file."""
        parts = [HEAD]
        for module in sorted(_public_modules(self._package), key=lambda module: module.path):
            parts += [f"## {module.path}\n", *self._exported(module)]
        plugin = self._package.modules_collection.get_member(PLUGIN)
        fixtures = [function for function in plugin.functions.values() if _is_fixture(function)]
        parts += ["## Fixtures for pytest\n", _block([line for each in fixtures for line in self._function(each)])]
        parts += ["## Types that signatures name\n", *self._explained()]
        return "\n".join(parts)

    def _exported(self, module: griffe.Module) -> Iterator[str]:
        elsewhere = []
        for name in sorted(map(str, module.exports or ())):
            member = module[name]
            if isinstance(member, griffe.Alias):
                if not member.target_path.startswith(f"{PACKAGE}.") or member.final_target.path in self._listed:
                    elsewhere.append(member.target_path)
                    continue
                member = member.final_target
            self._listed.add(member.path)
            yield _block(self._lines(member, name))
        if elsewhere:
            yield "\n".join(["From elsewhere:\n", *(f"- `{path}`" for path in elsewhere), ""])

    def _lines(self, member: griffe.Object, name: str) -> Iterator[str]:
        if isinstance(member, griffe.Class):
            yield from self._class(member, name)
        elif isinstance(member, griffe.Function):
            yield from self._function(member)
        elif isinstance(member, griffe.Attribute):
            yield self._attribute(member)
        else:
            yield f"{name}  # {member.kind.value}"

    def _class(self, member: griffe.Class, name: str) -> Iterator[str]:
        yield from (f"@{decorator.value}" for decorator in member.decorators)
        keywords = [f"{key}={value}" for key, value in member.keywords.items()]
        bases = [self._expression(base) for base in member.bases if not _is_of_package(base)]
        yield f"class {name}({', '.join([*bases, *keywords])}):" if bases or keywords else f"class {name}:"
        lines = [line for each in _members(member) for line in self._lines(each, each.name)]
        yield from (f"    {line}" for line in lines or ["..."])

    def _attribute(self, member: griffe.Attribute) -> str:
        annotation = f": {self._expression(member.annotation)}" if member.annotation is not None else ""
        if "property" in member.labels:
            return f"{member.name}{annotation}  # property{', can be set' if 'writable' in member.labels else ''}"
        is_set_by_init = "instance-attribute" in member.labels and "class-attribute" not in member.labels
        if annotation or is_set_by_init or member.name == "__version__" or member.value is None:
            return f"{member.name}{annotation}"
        return f"{member.name} = {self._expression(member.value)}"

    def _function(self, member: griffe.Function) -> Iterator[str]:
        siblings = member.parent.overloads if isinstance(member.parent, (griffe.Class, griffe.Module)) else {}
        overloads = siblings.get(member.name) or member.overloads
        for each in overloads or [member]:
            if overloads:
                yield "@overload"
            yield from (f"@{label}" for label in ("classmethod", "staticmethod") if label in member.labels)
            start = "async def" if "async" in each.labels else "def"
            returns = f" -> {self._expression(each.returns)}" if each.returns is not None else ""
            parameters = list(self._parameters(each.parameters))
            line = f"{start} {each.name}({', '.join(parameters)}){returns}"
            if len(line) > WIDTH:
                yield from (f"{start} {each.name}(", *(f"    {text}," for text in parameters), f"){returns}")
            else:
                yield line

    def _parameters(self, parameters: griffe.Parameters) -> Iterator[str]:
        kinds = griffe.ParameterKind
        before: griffe.ParameterKind | None = None
        for parameter in parameters:
            kind = parameter.kind
            if before is kinds.positional_only and kind is not before:
                yield "/"
            if kind is kinds.keyword_only and before not in (kinds.keyword_only, kinds.var_positional):
                yield "*"
            star = {kinds.var_positional: "*", kinds.var_keyword: "**"}.get(kind, "")
            annotation = f": {self._expression(parameter.annotation)}" if parameter.annotation is not None else ""
            has_default = parameter.default is not None and not star
            default = f"{' = ' if annotation else '='}{self._default(parameter.default)}" if has_default else ""
            yield f"{star}{parameter.name}{annotation}{default}"
            before = kind
        if before is kinds.positional_only:
            yield "/"

    def _default(self, default: str | griffe.Expr | None) -> str:
        """The default as it is written, or the value of the constant of this package that it names."""
        constant = self._find(default) if isinstance(default, griffe.ExprName) else None
        if isinstance(constant, griffe.Attribute) and constant.value is not None:
            return str(constant.value)
        return str(default)

    def _expression(self, expression: str | griffe.Expr | None) -> str:
        self._waiting.update((name.canonical_path, name) for name in _names(expression))
        return str(expression)

    def _find(self, name: griffe.ExprName) -> griffe.Object | None:
        path = name.canonical_path
        if not path.startswith(f"{PACKAGE}."):
            return None
        try:
            found = self._package.modules_collection.get_member(path)
            return found.final_target if isinstance(found, griffe.Alias) else found
        except (KeyError, griffe.AliasResolutionError):
            return None

    def _explained(self) -> Iterator[str]:
        """Aliases, and classes that no module lists, one after the other until no new name comes up."""
        blocks: dict[str, str] = {}
        while self._waiting:
            _, name = self._waiting.popitem()
            member = self._find(name)
            if member is None or member.path in self._listed or isinstance(member, griffe.Module):
                continue
            self._listed.add(member.path)
            blocks[f"{member.name} {member.path}"] = _block(self._lines(member, member.name))
        yield from (blocks[key] for key in sorted(blocks))


def _names(expression: str | griffe.Expr | None) -> Iterator[griffe.ExprName]:
    if isinstance(expression, griffe.Expr):
        parts = [expression] if isinstance(expression, griffe.ExprName) else expression.iterate(flat=True)
        yield from (part for part in parts if isinstance(part, griffe.ExprName))


def _public_modules(package: griffe.Module) -> Iterator[griffe.Module]:
    if package.exports is not None:
        yield package
    for module in package.modules.values():
        if not module.is_alias and not module.name.startswith("_"):
            yield from _public_modules(module)


def _is_fixture(function: griffe.Function) -> bool:
    is_decorated = any("fixture" in str(decorator.value) for decorator in function.decorators)
    return is_decorated and not function.name.startswith("_")


def _is_of_package(base: str | griffe.Expr) -> bool:
    """Whether a base lies in this package: its members are listed as the class's own."""
    return isinstance(base, griffe.Expr) and base.canonical_path.startswith(f"{PACKAGE}.")


def _members(member: griffe.Class) -> Iterator[griffe.Object]:
    """The public members of a class, its own first, then those of bases in this package."""
    for name, each in {**member.members, **member.inherited_members}.items():
        target = each.final_target if isinstance(each, griffe.Alias) else each
        is_protocol = name.startswith("__") and name.strip("_") in PROTOCOLS
        if isinstance(target, (griffe.Class, griffe.Function, griffe.Attribute)) and (
            is_protocol or not name.startswith("_")
        ):
            yield target


def _block(lines: Iterable[str]) -> str:
    return "\n".join(["```python", *lines, "```", ""])


def main(arguments: list[str] | None = None) -> int:
    """Write the file, or compare it."""
    parser = argparse.ArgumentParser(description="Write api.md, the public surface.")
    parser.add_argument("--check", action="store_true", help="compare, and write nothing")
    check = parser.parse_args(arguments).check
    package = griffe.load(PACKAGE, search_paths=[str(PROJECT)], allow_inspection=False)
    text = Surface(cast("griffe.Module", package)).text()
    if not check:
        FILE.write_text(text, "utf-8")
        return 0
    before = FILE.read_text("utf-8") if FILE.exists() else ""
    sys.stdout.writelines(
        difflib.unified_diff(before.splitlines(True), text.splitlines(True), "api.md", "the source", n=1)
    )
    if before == text:
        return 0
    print("The public surface has changed. Run: python docs/api_file.py; describe it in CHANGELOG.md.", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
