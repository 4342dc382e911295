"""What is measured: `make bench`. Instruction counts, sizes and ratios; never seconds."""
