"""Transports: azure-core's ``HttpTransport`` on an HTTP library, one file for each."""
