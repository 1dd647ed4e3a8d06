"""The emulator's own paths under ``/_emulator``: who may use them, and what they do."""
