"""What an emulator holds while it runs: rooms, clock, request log. Knows nothing of the service's rules."""
