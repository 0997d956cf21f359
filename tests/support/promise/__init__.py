"""The promise of DESIGN section 1 kept by hand: a second bookkeeping, which shares no code with the first."""
