//! How good was it? Pure functions from measured figures to speedups and summaries.
