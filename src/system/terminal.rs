//! The terminal that standard output is, if it is one, and how large it is: the one place that asks.
//!
//! A serial line, or the pseudo-terminal of a container or of `mpirun`, says 0 rows or columns, which means that it does
//! not know. Then `COLUMNS` and `LINES` count, which shells and batch systems set, and else the size that terminals have
//! had since the VT100.

use std::io::IsTerminal as _;

/// What a terminal is taken for that does not know: columns and rows.
const USUAL: (u16, u16) = (80, 24);

/// Columns and rows of the terminal on standard output, at least 1 each; `None` if it is none.
pub fn size() -> Option<(u16, u16)> {
    let out = std::io::stdout();
    let told = match rustix::termios::tcgetwinsize(&out) {
        Ok(size) => (size.ws_col, size.ws_row),
        Err(_) if out.is_terminal() => (0, 0),
        Err(_) => return None,
    };
    let variable = |name: &str| std::env::var(name).ok();
    let columns = side(told.0, variable("COLUMNS").as_deref(), USUAL.0);
    Some((columns, side(told.1, variable("LINES").as_deref(), USUAL.1)))
}

/// Columns of the terminal on standard error; `None` if it is none, or does not know.
pub fn stderr_columns() -> Option<u16> {
    rustix::termios::tcgetwinsize(std::io::stderr()).ok().map(|size| size.ws_col).filter(|&columns| columns > 0)
}

/// A side by what the terminal says, else by a variable of the environment, else the usual one.
fn side(told: u16, variable: Option<&str>, usual: u16) -> u16 {
    let wanted = || variable?.trim().parse::<u16>().ok().filter(|&side| side > 0);
    if told > 0 { told } else { wanted().unwrap_or(usual) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_that_knows_its_size_is_believed() {
        assert_eq!(side(132, Some("80"), 24), 132);
        assert_eq!(side(1, None, 24), 1);
    }

    #[test]
    fn one_that_does_not_has_the_size_that_the_environment_names() {
        assert_eq!(side(0, Some("132"), 80), 132);
        assert_eq!(side(0, Some(" 43\n"), 24), 43);
        for nonsense in [None, Some(""), Some("0"), Some("-3"), Some("99999"), Some("4e1"), Some("x")] {
            assert_eq!(side(0, nonsense, 80), 80, "{nonsense:?}");
        }
    }
}
