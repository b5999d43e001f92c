"""Models, losses, methods and the descent."""
