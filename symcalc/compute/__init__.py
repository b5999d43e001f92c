"""Expressions to fast numbers."""
