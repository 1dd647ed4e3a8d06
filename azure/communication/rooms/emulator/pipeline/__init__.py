"""One request on its way: an ordered list of stages. Knows neither ASGI nor sockets."""
