//! The machine room from outside: made-up machines, and this one.

mod usable;
