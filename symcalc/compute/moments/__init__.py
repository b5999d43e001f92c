"""Sums over rows that the data enter once, as moments, so that a step costs the same for any number of rows."""
