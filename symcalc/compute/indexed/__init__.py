"""Losses whose parameters have an index, as operations on whole arrays."""
