"""How fast tickets are sold, as ratios that hold on any machine: `bin/bench`, or `python -m benchmarks`."""
