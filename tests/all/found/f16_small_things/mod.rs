//! Small things, each of which stopped somebody: a file each.

mod size;
