//! Which characters texts may be written in, and lookalikes for where nothing beyond ASCII can be shown.

use std::borrow::Cow;

/// The characters that can be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Letters {
    /// All of them.
    Any,
    /// Nothing beyond ASCII.
    Ascii,
}

impl Letters {
    /// What the locale says, read through `env`. Where none is set at all, that is the C locale.
    pub fn detect(env: &dyn Fn(&str) -> Option<String>) -> Self {
        let var = |name: &str| env(name).filter(|value| !value.is_empty());
        match ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(var) {
            Some(locale) if is_utf8(&locale) => Self::Any,
            _ => Self::Ascii,
        }
    }

    /// Whether nothing is said of the locale at all.
    pub fn is_unsaid(env: &dyn Fn(&str) -> Option<String>) -> bool {
        ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().all(|name| env(name).is_none_or(|value| value.is_empty()))
    }

    /// What this process's environment says.
    pub fn of_environment() -> Self {
        Self::detect(&|name| std::env::var(name).ok())
    }

    /// The text in these letters. Lookalikes may be longer (`…` is `...`), so measure afterwards.
    pub fn fit(self, text: &str) -> Cow<'_, str> {
        match self {
            Self::Any => Cow::Borrowed(text),
            Self::Ascii => to_ascii(text),
        }
    }
}

fn is_utf8(locale: &str) -> bool {
    let locale = locale.to_ascii_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
}

/// `text` in ASCII: known characters by lookalikes, others as `?`.
pub fn to_ascii(text: &str) -> Cow<'_, str> {
    spelled(text, |_| false)
}

/// `text` in what the fonts of consoles have: letters of western Europe and some signs; all else as in ASCII.
pub fn to_console(text: &str) -> Cow<'_, str> {
    spelled(text, |c| CONSOLE.contains(c))
}

/// Beyond ASCII, what code page 437 and Latin-1 have in common, and the lines and blocks of the former.
const CONSOLE: &str = "·°±²½¼÷µ«»¬äöüßÄÖÜàáâåçèéêëìíîïñòóôùúûÿÉÅæÆ─│┌┐└┘├┤┬┴┼═░▒▓█▄▀▌▐■←→↑↓";

/// `text` in ASCII and the characters that there are: the others by lookalikes, or as `?`.
fn spelled(text: &str, is_there: impl Fn(char) -> bool) -> Cow<'_, str> {
    if text.chars().all(|c| c.is_ascii() || is_there(c)) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match lookalike(c) {
            _ if c.is_ascii() || is_there(c) => out.push(c),
            Some(same) => out.push_str(same),
            None => out.push('?'),
        }
    }
    Cow::Owned(out)
}

fn lookalike(c: char) -> Option<&'static str> {
    Some(match c {
        '·' | '—' | '–' | '‐' | '‑' | '−' | '─' => "-",
        '×' => "x",
        '…' => "...",
        'µ' | 'μ' => "u",
        '“' | '”' | '„' | '«' | '»' => "\"",
        '‘' | '’' | '‚' => "'",
        '→' => "->",
        '←' => "<-",
        '↑' => "^",
        '↓' => "v",
        '⇒' => "=>",
        '≤' => "<=",
        '≥' => ">=",
        '≠' => "!=",
        '≈' => "~",
        '±' => "+-",
        '÷' => "/",
        '√' => "sqrt",
        '∞' => "inf",
        'α' => "alpha",
        'β' => "beta",
        'γ' => "gamma",
        'π' => "pi",
        'σ' => "sigma",
        'λ' => "lambda",
        'Σ' => "sum",
        '°' => "deg",
        '⁰' => "^0",
        '¹' => "^1",
        '²' => "^2",
        '³' => "^3",
        '⁴' => "^4",
        '⁵' => "^5",
        '⁶' => "^6",
        '⁷' => "^7",
        '⁸' => "^8",
        '⁹' => "^9",
        '⁻' => "^-",
        '½' => "1/2",
        '¼' => "1/4",
        '¾' => "3/4",
        '•' | '●' | '◆' => "*",
        '○' => "o",
        '✓' | '✔' => "+",
        '✗' | '✘' => "x",
        '▸' | '▶' | '❯' => ">",
        '│' | '┃' => "|",
        '┤' | '┬' | '└' => "+",
        '╌' => ".",
        '░' => ":",
        '█' | '▉' | '▊' | '▋' | '▌' => "#",
        // Less than half of a block is nothing.
        '▍' | '▎' | '▏' => "",
        '\u{a0}' | '\u{2009}' | '\u{202f}' => " ",
        'ä' => "ae",
        'ö' => "oe",
        'ü' => "ue",
        'Ä' => "Ae",
        'Ö' => "Oe",
        'Ü' => "Ue",
        'ß' => "ss",
        'à' | 'á' | 'â' | 'ã' | 'å' => "a",
        'è' | 'é' | 'ê' | 'ë' => "e",
        'ì' | 'í' | 'î' | 'ï' => "i",
        'ò' | 'ó' | 'ô' | 'õ' | 'ø' => "o",
        'ù' | 'ú' | 'û' => "u",
        'ç' => "c",
        'ñ' => "n",
        'É' => "E",
        'À' | 'Á' | 'Å' => "A",
        'Ø' => "O",
        'æ' => "ae",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_not_ascii_changes() {
        assert!(matches!(to_ascii("plain ~ text"), Cow::Borrowed("plain ~ text")));
        assert_eq!(
            to_ascii("processes × 2 · 1.8 µs — “done” → 10⁶ …"),
            "processes x 2 - 1.8 us - \"done\" -> 10^6 ..."
        );
        assert_eq!(to_ascii("Jürgen ≤ 漢"), "Juergen <= ?");
    }
}
