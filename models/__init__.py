"""What is estimated: category, footprint and its range, and the bundle that carries all of it."""
