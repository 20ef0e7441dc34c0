//! Small things, each of which stopped somebody: a file each.

mod devices;
mod hidden_files;
mod pasted;
mod room;
mod sealed;
mod size;
mod strangers;
