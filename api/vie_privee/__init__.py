"""Privacy: what is kept, why, how long; what is erased, given back, shown in a register."""
