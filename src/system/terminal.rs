//! The terminal that standard output is, if it is one; the screen has its own way.

/// Columns of the terminal on standard output; `None` if it is none, or does not know.
pub fn columns() -> Option<u16> {
    let size = rustix::termios::tcgetwinsize(std::io::stdout()).ok()?;
    (size.ws_col > 0).then_some(size.ws_col)
}
