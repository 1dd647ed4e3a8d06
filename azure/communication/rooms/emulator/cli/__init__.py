"""The command ``rooms-emulator``: its arguments, signals, and the process that it runs."""
