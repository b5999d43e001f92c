"""A program as one compiled loop, by llvmlite: only where that is installed and pays."""
