//! What the rules do not hold for yet. Each list may only get shorter: what is on it needlessly is objected to.

use crate::circles::Circle;

/// Circles among the files of a room that no better cut would dissolve, each with its reason.
pub(crate) const KNOWN_CIRCLES: &[Circle] = &[];

/// How many files of a room are in other circles, which a better cut would dissolve.
pub(crate) const FILES_IN_CIRCLES: &[(&str, usize)] = &[("machine", 2)];

/// Names of types that are defined more than once.
pub(crate) const DOUBLE_NAMES: &[&str] = &[];

/// Files that ask for a backend by name, besides those of the backends.
pub(crate) const BACKENDS_BY_NAME: &[&str] = &[];
