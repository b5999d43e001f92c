"""The shape of a loss at a point: how it curves, which columns stretch it, where it has no value."""
