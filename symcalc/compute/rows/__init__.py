"""How a program over rows is written out: block by block, in few buffers, what is alike or linear as matrices."""
