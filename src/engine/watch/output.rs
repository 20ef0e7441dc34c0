//! The end of a program's output, as lines.

use crate::backend::KeptOutput;
use crate::foreign;
use crate::record::OutputTail;

/// Bytes that are looked at, lines that are kept, and characters of each.
const BYTES: usize = 32 << 10;
const LINES: usize = 200;
const CHARACTERS: usize = 400;

/// The last lines of what was written so far.
pub(super) fn tail(output: &KeptOutput) -> OutputTail {
    let (bytes, last) = (output.bytes(), output.last(BYTES));
    OutputTail { bytes, lines: lines(&last, bytes > last.len() as u64) }
}

/// The lines of some bytes, of which the first is none if it `is_cut`.
fn lines(bytes: &[u8], is_cut: bool) -> Vec<String> {
    let text = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    if text.is_empty() {
        return Vec::new();
    }
    let all: Vec<&[u8]> = text.split(|byte| *byte == b'\n').collect();
    let whole = if is_cut && all.len() > 1 { &all[1..] } else { &all[..] };
    whole[whole.len().saturating_sub(LINES)..].iter().map(|line| shown(line)).collect()
}

/// What a terminal would show of a line at its end: what follows the last carriage return, as progress bars write it.
fn shown(line: &[u8]) -> String {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let last = line.rsplit(|byte| *byte == b'\r').next().unwrap_or_default();
    let cut = &last[..last.len().min(4 * CHARACTERS)];
    foreign::bytes(cut).chars().take(CHARACTERS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_whole_and_progress_bars_are_at_their_last() {
        assert_eq!(lines(b"", false), [""; 0]);
        assert_eq!(lines(b"one\ntwo\n", false), ["one", "two"]);
        assert_eq!(lines(b"rest of one\ntwo", true), ["two"]);
        assert_eq!(lines(b"no line at all", true), ["no line at all"]);
        assert_eq!(lines(b" 10 %\r 20 %\r 30 %\r\ndone\r\n", false), [" 30 %", "done"]);
        assert_eq!(lines(b"\x1b[2Jx\xff", false), ["\\u{1b}[2Jx\\xff"]);
        assert_eq!(lines(&b"x\n".repeat(1000), false).len(), LINES);
        assert_eq!(lines(&[b'x'; 5000], false)[0].len(), CHARACTERS);
    }
}
