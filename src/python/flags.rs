//! Which options keep an interpreter from loading the hook, read off the command line of a process.
//!
//! Nothing is looked up here: the caller hands over what `/proc/PID/cmdline` says.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

/// Options that hide the hook: `-E` and `-I` have PYTHONPATH ignored, `-S` has nothing of the site loaded.
const HIDING: [(u8, &str); 3] = [(b'E', "-E"), (b'I', "-I"), (b'S', "-S")];
/// Options that take the rest of the word, or the next word.
const WITH_VALUE: &[u8] = b"WXQ";
/// Options that end the interpreter's own: what follows is the program's.
const LAST: &[u8] = b"cm";

/// The option of a Python's command line for which it does not load the hook: `-E`, `-I` or `-S`. `None` for command
/// lines without one, and for programs that are no Python by their name.
///
/// `command_line` is what `/proc/PID/cmdline` holds: words with a zero byte after each.
pub fn flags_that_hide(command_line: &[u8]) -> Option<&'static str> {
    let mut words = command_line.split(|&byte| byte == 0);
    if !is_python(words.next()?) {
        return None;
    }
    while let Some(word) = words.next() {
        match word {
            b"--check-hash-based-pycs" => drop(words.next()),
            // `-`, `--` and whatever is no option end them; so do `--help` and its like.
            [b'-', b'-', ..] | [b'-'] | [] => return None,
            [b'-', letters @ ..] => match of_cluster(letters) {
                Cluster::Hides(flag) => return Some(flag),
                Cluster::IsLast => return None,
                Cluster::TakesNext => drop(words.next()),
                Cluster::Plain => {}
            },
            _ => return None,
        }
    }
    None
}

/// What a word of options says.
enum Cluster {
    Hides(&'static str),
    IsLast,
    TakesNext,
    Plain,
}

fn of_cluster(letters: &[u8]) -> Cluster {
    for (at, letter) in letters.iter().enumerate() {
        if let Some((_, flag)) = HIDING.iter().find(|(hiding, _)| hiding == letter) {
            return Cluster::Hides(flag);
        }
        if LAST.contains(letter) {
            return Cluster::IsLast;
        }
        if WITH_VALUE.contains(letter) {
            return if at + 1 == letters.len() { Cluster::TakesNext } else { Cluster::Plain };
        }
    }
    Cluster::Plain
}

/// Whether a program is a Python by its name: `python3`, `/usr/bin/python3.11`, `python3.13t`.
fn is_python(program: &[u8]) -> bool {
    let name = Path::new(OsStr::from_bytes(program)).file_name().unwrap_or_default().as_bytes();
    // A shell that was started to log in has a dash before its name; so may a Python.
    let name = name.strip_prefix(b"-").unwrap_or(name);
    name.strip_prefix(b"python")
        .is_some_and(|version| version.iter().all(|byte| byte.is_ascii_digit() || b".tdm".contains(byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(words: &str) -> Option<&'static str> {
        flags_that_hide(words.replace(' ', "\0").as_bytes())
    }

    #[test]
    fn options_that_hide_the_hook_are_found_alone_and_among_others() {
        for (words, flag) in [
            ("python3 -E prog.py ", "-E"),
            ("/usr/bin/python3.11 -I -c pass ", "-I"),
            ("python -S ", "-S"),
            ("python3.13t -uBE prog.py ", "-E"),
            ("python3 -W error -S prog.py ", "-S"),
            ("python3 -Werror -X dev -I -m mod ", "-I"),
            ("python3 --check-hash-based-pycs always -E p.py ", "-E"),
            ("python3 -Ec pass ", "-E"),
        ] {
            assert_eq!(of(words), Some(flag), "{words}");
        }
    }

    #[test]
    fn what_belongs_to_the_program_or_to_another_option_does_not() {
        for words in [
            "python3 prog.py -E ",
            "python3 -c pass -I ",
            "python3 -mtimeit -S ",
            "python3 -cE ",
            "python3 -W E prog.py ",
            "python3 -WE prog.py ",
            "python3 -X ES prog.py ",
            "python3 -s -P -O prog.py ",
            "python3 - -E ",
            "python3 -- -E ",
            "python3 --version -E ",
            "pythonize -E ",
            "sh -E ",
            "",
            "python3",
        ] {
            assert_eq!(of(words), None, "{words}");
        }
        assert_eq!(flags_that_hide(b"python3\0\xff\xfe\0-E\0"), None, "a name that is no text");
    }
}
