"""The demonstration: both halves of the product on real input, from one command."""
