"""Written by swagger/generate.py from the documents in swagger/."""
