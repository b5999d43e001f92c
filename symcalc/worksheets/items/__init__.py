"""Items of a worksheet by kind: each is drawn, solved by a derivation, and confirmed by a second route."""
