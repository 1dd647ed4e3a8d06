"""Fault injection: what a fault is, which faults are on, and what one does to a response."""
