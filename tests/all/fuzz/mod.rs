//! Whatever is fed in, the program answers: inputs made by mutation of good ones, ten thousand each for `check`, the
//! CSV reader, the command line, the reader of measurements and the journal reader.
//!
//! `PARLAB_FUZZ` is how many inputs instead, `PARLAB_FUZZ_SEED` the seed, which a failure tells beside the input that it
//! wrote out.
//!
//! | file | what it is for |
//! |---|---|
//! | `corpus` | inputs, and how others are made of them |
//! | `hunt` | goes through inputs, and makes the one that fails small |
//! | `streams` | what a program may print, and how it may end |
//! | `check`, `csv`, `command_line`, `fit`, `journal` | each of the five |

mod check;
mod command_line;
mod corpus;
mod csv;
mod fit;
mod hunt;
mod journal;
mod streams;
