"""Worksheets with proved keys."""
