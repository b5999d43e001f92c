"""Whole descents as loops: of one run, or of many side by side."""
