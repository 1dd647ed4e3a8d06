"""Default settings of both transports."""

#: Seconds to reach the service.
CONNECTION_TIMEOUT = 10
#: Seconds to wait for the next part of a response.
READ_TIMEOUT = 60
#: Seconds after which an idle connection is not used again. Load balancers and NATs drop one after about four minutes,
#: some without a word.
IDLE_EXPIRY = 60.0
#: Bytes of a response, decompressed, beyond which it is rejected. A page of 100,000 participants stays far below.
MAX_RESPONSE_SIZE = 64 * 1024 * 1024
#: Status of a request that did not come in time. A server may also send it, without a request, as it ends an idle
#: connection. Then each later request would get the response to the one before it, so the connection is not used again.
REQUEST_TIMEOUT = 408
#: Bytes of a header line of a response at most: the limit of ``http.client``.
MAX_HEADER_LINE = 65536
