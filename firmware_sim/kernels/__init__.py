"""Compiled loops of the simulator: plain arrays in, arrays filled. Only the measures beside them call them."""
