//! Words of a command line as a shell reads them back. Nothing is run here.

use std::borrow::Cow;

use crate::foreign::is_hazard;

/// A word of a script's command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScriptWord {
    /// A text that the command gets as it is.
    Literal(String),
    /// What the shell makes something of, in our own words: `"run-$SLURM_JOB_ID.jsonl"`.
    Expanded(String),
}

impl ScriptWord {
    /// A path with the job's number among those of an array in it: `/jobs/x/journal-"$SLURM_ARRAY_TASK_ID".jsonl`.
    pub fn numbered(before: &str, after: &str) -> Self {
        Self::Expanded(format!("{}\"$SLURM_ARRAY_TASK_ID\"{}", quoted(before), quoted(after)))
    }

    /// As it stands in the script.
    pub(super) fn written(&self) -> Cow<'_, str> {
        match self {
            Self::Literal(text) => quoted(text),
            Self::Expanded(text) => Cow::Borrowed(text),
        }
    }
}

impl<T: Into<String>> From<T> for ScriptWord {
    fn from(text: T) -> Self {
        Self::Literal(text.into())
    }
}

/// A text so that bash reads it back as it is: in quotes, unless it needs none; a character that does more on a terminal
/// than take its place as its bytes.
pub fn quoted(text: &str) -> Cow<'_, str> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "%+,-./:@^_".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        return Cow::Borrowed(text);
    }
    if !text.contains(is_hazard) {
        return Cow::Owned(format!("'{}'", text.replace('\'', r"'\''")));
    }
    let mut out = "$'".to_owned();
    for c in text.chars() {
        match c {
            '\'' | '\\' => out.extend(['\\', c]),
            _ if is_hazard(c) => c.encode_utf8(&mut [0; 4]).bytes().for_each(|byte| out += &format!("\\{byte:03o}")),
            _ => out.push(c),
        }
    }
    Cow::Owned(out + "'")
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn plain_words_are_left_alone_and_all_else_is_quoted() {
        for (text, written) in [
            ("repeats=5", "'repeats=5'"),
            ("--quiet", "--quiet"),
            ("", "''"),
            ("it's", r"'it'\''s'"),
            ("$HOME `x` \\ \"", "'$HOME `x` \\ \"'"),
            ("~", "'~'"),
            ("a\nb", r"$'a\012b'"),
            ("\u{202e}it's \\", r"$'\342\200\256it\'s \\'"),
        ] {
            assert_eq!(quoted(text), written);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn a_shell_reads_back_what_was_meant(words in prop::collection::vec("[^\u{0}]{0,12}|[ '\"\\\\$`!~*?#&;<>(){}=\n\t-]{1,8}", 1..5)) {
            let line: Vec<_> = words.iter().map(|word| quoted(word)).collect();
            let script = format!("printf '%s\\0' {}", line.join(" "));
            let said = Command::new("bash").args(["-c", &script]).output().unwrap().stdout;
            let expected: Vec<u8> = words.iter().flat_map(|word| word.bytes().chain([0])).collect();
            prop_assert_eq!(String::from_utf8_lossy(&said), String::from_utf8_lossy(&expected));
            prop_assert!(line.iter().all(|word| !word.contains(is_hazard)));
        }
    }
}
