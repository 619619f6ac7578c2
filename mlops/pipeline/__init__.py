"""Where runs are carried out: in workers and commands alone, since it loads frames and solvers."""
