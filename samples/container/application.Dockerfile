# An application that uses Rooms: in tests the emulator's, elsewhere those of the resource that the environment names.
FROM python:3.13-slim

ENV PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m pip install --quiet "azure-communication-rooms>=2.0.0b1"

COPY application.py /application.py
USER 10001:10001
CMD ["python", "/application.py"]
