"""How a method goes from point to point."""
