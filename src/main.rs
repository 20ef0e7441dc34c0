//! The binary: nothing but an exit code.

fn main() {}
