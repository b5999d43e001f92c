"""Differentiating: rules, derivations, their proof, and what is made of them."""
