"""The HTTP server, TLS, and the adapter between ASGI and the pipeline."""
