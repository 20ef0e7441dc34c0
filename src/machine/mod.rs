//! On what? The CPUs one may really use, their load, and what the work cost.
