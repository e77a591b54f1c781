"""Speed, measured as ratios on one machine in one run: ``python -m bench [names] [--scale N]``."""
