"""Write the asynchronous client from the synchronous one.

    python swagger/mirror.py            # write the files of azure/communication/rooms/aio
    python swagger/mirror.py --check    # write nothing; exit 1 and name the files that differ

A method that drives the steps of a call, or calls one that does, becomes a coroutine function. Names become those of
azure-core's asynchronous half. Nothing else changes, so the two clients have the same operations, keywords and
docstrings. Only the standard library is needed here.
"""

import argparse
import ast
import hashlib
import io
import re
import sys
import tokenize
from pathlib import Path
from typing import Optional

PACKAGE = Path(__file__).resolve().parent.parent / "azure" / "communication" / "rooms"
#: The files of the client, each mirrored into a file of the same name in ``aio``.
MIRRORED = ("_client.py", "_legacy_names.py")

#: Names in code, and what they become.
NAMES = {
    "build_pipeline_client": "build_async_pipeline_client",
    "HttpResponse": "AsyncHttpResponse",
    "ItemPaged": "AsyncItemPaged",
    "ItemsByPage": "AsyncItemsByPage",
    "take": "take_async",
    "__enter__": "__aenter__",
    "__exit__": "__aexit__",
}
#: Texts in code and docstrings, and what they become.
TEXTS = {
    "from azure.core.credentials import AzureKeyCredential, TokenCredential\n": (
        "from azure.core.credentials import AzureKeyCredential, TokenCredential\n"
        "from azure.core.credentials_async import AsyncTokenCredential\n"
    ),
    "Union[AzureKeyCredential, TokenCredential, str]": (
        "Union[AzureKeyCredential, AsyncTokenCredential, TokenCredential, str]"
    ),
    "~azure.core.credentials.TokenCredential": (
        "~azure.core.credentials_async.AsyncTokenCredential or ~azure.core.credentials.TokenCredential"
    ),
    "import HttpRequest, AsyncHttpResponse": "import AsyncHttpResponse, HttpRequest",
    "-> AsyncHttpResponse": "-> Awaitable[AsyncHttpResponse]",
    "response: AsyncHttpResponse": "response: Awaitable[AsyncHttpResponse]",
    "~azure.core.rest.HttpResponse": "~azure.core.rest.AsyncHttpResponse",
    "~azure.communication.rooms.RoomsClient": "~azure.communication.rooms.aio.RoomsClient",
    "~azure.core.paging.ItemPaged": "~azure.core.async_paging.AsyncItemPaged",
    "from azure.core.paging": "from azure.core.async_paging",
    "from ._paging import": "from ._async_paging import",
    "``next()``": "``anext()``",
    "Callable[..., None]": "Callable[..., Awaitable[None]]",
}
TRACE = "from azure.core.tracing.decorator import distributed_trace\n"
ASYNC_TRACE = "from azure.core.tracing.decorator_async import distributed_trace_async\n"
#: Methods that are coroutine functions although they take no steps.
ALSO_ASYNC = {"close", "__enter__", "__exit__"}


def coroutine_names(trees: list[ast.Module]) -> set[str]:
    """The names of methods that take steps, or that call a method which does."""
    methods = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    names = set(ALSO_ASYNC)
    grown = True
    while grown:
        found = {method.name for method in methods if any(is_awaited(call, names) for call in calls_of(method))}
        grown = not found <= names
        names |= found
    return names


def calls_of(method: ast.FunctionDef) -> list[ast.Call]:
    """The calls in a method."""
    return [node for node in ast.walk(method) if isinstance(node, ast.Call)]


def is_awaited(call: ast.Call, names: set[str]) -> bool:
    """Whether what a call returns is awaited in the mirrored file."""
    function = call.func
    if isinstance(function, ast.Name):
        return function.id == "take"
    if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name) and function.value.id == "self":
        return function.attr in names
    return (
        isinstance(function, ast.Attribute)
        and ast.unparse(function.value) == "self._client"
        and (function.attr in ALSO_ASYNC)
    )


def mirror(source: str, name: str, names: set[str]) -> str:
    """The text of a mirrored file.

    :param source: The text of the file of the synchronous client.
    :param name: Its name.
    :param names: The methods that are coroutine functions.
    """
    text = with_names(with_coroutines(source, names))
    for before, after in TEXTS.items():
        text = text.replace(before, after)
    traces = (TRACE if "@distributed_trace\n" in text else "") + (ASYNC_TRACE if "_trace_async" in text else "")
    text = text.replace(TRACE, traces)
    text = re.sub(r"from \.(\w)", r"from ..\1", text)
    for module in (Path(each).stem for each in MIRRORED):
        own = re.search(rf"^from \.\.{module} import .*\n", text, re.MULTILINE)
        if own is not None:  # imports of this folder come after those of the one above
            text = text.replace(own[0], "")
            last = text.rindex("\nfrom ..", 0, text.index("\n\n", own.start())) + 1
            end = text.index("\n", last) + 1
            text = text[:end] + own[0].replace("from ..", "from .") + text[end:]
    return header(source, name) + with_awaitable(text)


def with_coroutines(source: str, names: set[str]) -> str:
    """A source with its coroutine functions, and with what they await."""
    lines = source.splitlines(keepends=True)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef) and node.name in names:
            place = node.lineno - 1
            lines[place] = lines[place].replace("def ", "async def ", 1)
            for decorator in node.decorator_list:
                place = decorator.lineno - 1
                lines[place] = lines[place].replace("@distributed_trace", "@distributed_trace_async")
        if isinstance(node, ast.Call) and is_awaited(node, names):
            place, column = node.lineno - 1, node.col_offset
            lines[place] = f"{lines[place][:column]}await {lines[place][column:]}"
    return "".join(lines)


def with_names(source: str) -> str:
    """A source whose code has the names of the asynchronous half."""
    lines = source.splitlines(keepends=True)
    tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    for token in reversed(tokens):
        if token.type == tokenize.NAME and token.string in NAMES:
            (line, start), (_, end) = token.start, token.end
            lines[line - 1] = lines[line - 1][:start] + NAMES[token.string] + lines[line - 1][end:]
    return "".join(lines)


def with_awaitable(text: str) -> str:
    """A source that imports Awaitable if it needs to."""
    if "Awaitable" not in text:
        return text
    if "from collections.abc import " in text:
        return text.replace("from collections.abc import ", "from collections.abc import Awaitable, ")
    return text.replace("from typing import ", "from collections.abc import Awaitable\nfrom typing import ", 1)


def header(source: str, name: str) -> str:
    """What stands above the docstring."""
    digest = hashlib.sha256(source.encode()).hexdigest()
    return f"# Mirrored by swagger/mirror.py from {name}: do not edit.\n# sha256 of {name}: {digest}\n"


def main(arguments: Optional[list[str]] = None) -> int:
    """Write the files, or compare them."""
    parser = argparse.ArgumentParser(description="Write the asynchronous client from the synchronous one.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when a file differs")
    check = parser.parse_args(arguments).check
    sources = {name: (PACKAGE / name).read_text("utf-8") for name in MIRRORED}
    names = coroutine_names([ast.parse(source) for source in sources.values()])
    different = []
    for name, source in sources.items():
        path = PACKAGE / "aio" / name
        text = mirror(source, name, names)
        if path.exists() and path.read_text("utf-8") == text:
            continue
        different.append(str(path))
        if not check:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, "utf-8")
    for each in different:
        print(f"{each} differs from what swagger/mirror.py writes" if check else f"wrote {each}")
    return 1 if check and different else 0


if __name__ == "__main__":
    sys.exit(main())
