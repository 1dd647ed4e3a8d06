"""How vcrpy takes the place of urllib3's connections where it does not by itself."""

from typing import Any

from urllib3 import HTTPConnectionPool, HTTPHeaderDict, HTTPResponse, HTTPSConnectionPool
from vcr.stubs.urllib3_stubs import VCRRequestsHTTPConnection, VCRRequestsHTTPSConnection


class _Answers:
    """Answers as urllib3's connections do, with its own responses: those of vcrpy for Python 3.9 lack half of them."""

    def getresponse(self, *arguments: Any, **keywords: Any) -> HTTPResponse:
        played = super().getresponse(*arguments, **keywords)  # type: ignore[misc]  # the stub's
        return HTTPResponse(
            body=played,
            headers=HTTPHeaderDict(played.getheaders()),
            status=played.status,
            reason=played.reason,
            preload_content=False,
            original_response=played,
        )


class _Connection(_Answers, VCRRequestsHTTPConnection):  # type: ignore[misc]  # vcrpy has no types
    pass


class _SecureConnection(_Answers, VCRRequestsHTTPSConnection):  # type: ignore[misc]  # vcrpy has no types
    pass


def patches() -> tuple[tuple[type, str, type], ...]:
    """vcrpy's connections for urllib3's pools, and for those of others that have connections of their own."""
    pools: list[tuple[Any, type]] = [(HTTPConnectionPool, _Connection), (HTTPSConnectionPool, _SecureConnection)]
    own = (
        (each, connection)
        for pool, connection in pools
        for each in pool.__subclasses__()
        if each is not HTTPSConnectionPool and "ConnectionCls" in vars(each)
    )
    return tuple((pool, "ConnectionCls", connection) for pool, connection in (*pools, *own))
