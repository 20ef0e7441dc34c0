//! What the program may print whatever it is given, and how it may end.

use std::process::Output;

/// Exit codes that are documented.
const CODES: [i32; 6] = [0, 1, 2, 3, 130, 143];

/// Judges the end of a run and both of its streams.
pub(super) fn judge(output: &Output) -> Result<(), String> {
    let stderr = String::from_utf8_lossy(&output.stderr);
    match output.status.code() {
        Some(code) if CODES.contains(&code) => {}
        code => return Err(format!("exit code {code:?} ({}): {stderr}", output.status)),
    }
    if stderr.contains("panicked at") {
        return Err(format!("a panic: {stderr}"));
    }
    is_plain(&output.stdout).map_err(|wrong| format!("standard output has {wrong}"))?;
    is_plain(&output.stderr).map_err(|wrong| format!("standard error has {wrong}"))
}

/// Whether bytes do nothing on a terminal but take their places, in lines and with tabs.
pub(super) fn is_plain(bytes: &[u8]) -> Result<(), String> {
    let text = std::str::from_utf8(bytes).map_err(|error| format!("bytes that are no text ({error})"))?;
    let hazard = |(_, c): &(usize, char)| {
        let (is_layout, is_control) = (matches!(c, '\n' | '\t'), c.is_control());
        let turns =
            matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        (is_control && !is_layout) || turns
    };
    match text.char_indices().find(hazard) {
        None => Ok(()),
        Some((at, c)) => {
            let before: String = text[..at].chars().rev().take(60).collect::<Vec<_>>().into_iter().rev().collect();
            Err(format!("{} after {before:?}", c.escape_unicode()))
        }
    }
}

#[test]
fn what_is_plain_and_what_is_not() {
    for text in ["", "plain\n\ttext é漢 ✓", "\\u{1b}[2J"] {
        assert_eq!(is_plain(text.as_bytes()), Ok(()), "{text}");
    }
    for bytes in [&b"\x1b[2J"[..], b"\x07", b"\r", b"\x7f", b"\xc2\x9b2J", b"\x9b", "\u{202e}".as_bytes(), b"\0"] {
        assert!(is_plain(bytes).is_err(), "{bytes:?}");
    }
}
