"""A small real Hub on loopback and worlds for it: for the demo, the tests and the benchmarks."""
