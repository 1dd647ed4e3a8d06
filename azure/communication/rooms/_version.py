"""The version of the distribution, in one place."""

__version__ = "2.0.0b1"
