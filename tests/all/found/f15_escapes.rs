//! Bytes of a name reached the terminal as they were. Now what others wrote is escaped wherever it is shown.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use parlab::foreign::is_hazard;

use crate::common::terminal::Session;
use crate::common::{folder, parlab, scenario};

/// A title for the window, a cleared screen, C1 as a character and as a byte, turned text, hidden text, a line break, a
/// tab, an overwritten line, a delete, a byte that is no character.
const HOSTILE: &[&[u8]] = &[
    b"\x1b]0;PWN\x07\x1b[2J",
    b"\xc2\x9b2Jx",
    b"\x9b2Jx",
    b"a\xe2\x80\xaegnp.\xe2\x81\xa6x",
    b"a\xe2\x80\x8bb\xd8\x9cc\xef\xbb\xbfd",
    b"one\ntwo\xe2\x80\xa8three\xc2\x85four",
    b"a\tb",
    b"right\rwrong",
    b"a\x7f\x08b",
    b"\xff\xfe",
];

const TOML: &str = "title = 'Case'\n[workload]\nkind = 'square'\ntasks = 3\n[sweep]\nbackends = ['threads']\n\
                    workers = 1\nrepeats = 1\nwarmup = 0\n";

/// Fails if a stream holds what is no character, or one that does more than be shown; lines may end.
#[track_caller]
fn assert_harmless(what: &str, stream: &[u8]) {
    let text = std::str::from_utf8(stream).unwrap_or_else(|error| panic!("{what}: {error}: {stream:?}"));
    let found: Vec<char> = text.chars().filter(|&c| is_hazard(c) && c != '\n').collect();
    assert!(found.is_empty(), "{what}: {found:?} in {text:?}");
}

#[track_caller]
fn assert_both_harmless(command: &mut Command) -> Output {
    let output = command.stdin(Stdio::null()).output().expect("parlab");
    let what = format!("{command:?}");
    assert_harmless(&what, &output.stdout);
    assert_harmless(&what, &output.stderr);
    assert!(!output.stderr.is_empty() || !output.stdout.is_empty(), "{what} says nothing");
    output
}

fn joined(before: &str, hostile: &[u8], after: &str) -> OsString {
    OsString::from_vec([before.as_bytes(), hostile, after.as_bytes()].concat())
}

/// A folder with `scenarios/` in it: for each hostile name a sound file, and one that is none.
fn library() -> tempfile::TempDir {
    let folder = folder();
    let scenarios = folder.path().join("scenarios");
    std::fs::create_dir(&scenarios).expect("a folder");
    for hostile in HOSTILE {
        std::fs::write(scenarios.join(joined("", hostile, ".toml")), TOML).expect("a scenario");
        std::fs::write(scenarios.join(joined("x", hostile, ".toml")), "[swep]\n").expect("a broken one");
    }
    folder
}

#[test]
fn names_of_files_in_lists() {
    let folder = library();
    for options in [&["list"][..], &["list", "--format", "json"]] {
        let output = assert_both_harmless(parlab().args(options).current_dir(folder.path()));
        let text = String::from_utf8(output.stdout).expect("text");
        assert!(text.contains("\\u{1b}]0;PWN") || text.contains("\\u001b]0;PWN"), "it is there: {text}");
        if options.len() > 1 {
            serde_json::from_str::<serde_json::Value>(&text).expect("still JSON");
        }
    }
}

#[test]
fn names_of_files_that_are_checked_shown_and_run() {
    let folder = library();
    for hostile in HOSTILE {
        for stem in ["", "x", "missing"] {
            let path = Path::new("scenarios").join(joined(stem, hostile, ".toml"));
            for command in ["check", "show", "run"] {
                let mut parlab = parlab();
                parlab.arg(command).arg(&path).current_dir(folder.path());
                assert_both_harmless(&mut parlab);
            }
            // The screen is not opened without a terminal, or for a file with problems.
            assert_both_harmless(parlab().arg(&path).current_dir(folder.path()));
        }
    }
}

#[test]
fn names_of_outputs() {
    let folder = folder();
    let file = scenario(folder.path(), "case", TOML);
    for hostile in HOSTILE {
        let missing = folder.path().join(joined("no", hostile, "")).join("x");
        for option in ["-o", "--journal"] {
            let output = assert_both_harmless(parlab().args(["run", "-q", option]).arg(&missing).arg(&file));
            assert!(!output.stderr.is_empty() && !output.status.success(), "{option}");
        }
        let mut screen = parlab();
        assert_both_harmless(screen.arg("--journal").arg(&missing).arg(&file));
    }
}

#[test]
fn arguments_that_the_command_line_repeats() {
    // One of them reads as `-o` with a file.
    let folder = folder();
    let parlab = || {
        let mut parlab = parlab();
        parlab.current_dir(folder.path());
        parlab
    };
    for hostile in HOSTILE {
        for before in ["", "--", "-", "run\u{a0}"] {
            assert_both_harmless(parlab().arg(joined(before, hostile, "")));
            assert_both_harmless(parlab().args(["run", "cubes"]).arg(joined(before, hostile, "")));
            assert_both_harmless(parlab().args(["list"]).arg(joined(before, hostile, "")));
        }
        for option in
            ["--format", "--workers", "--backends", "--repeats", "--schedule", "--seed", "--predict", "-s", "--chunk"]
        {
            for before in ["", "1", "steps=", "vary.steps="] {
                let output =
                    assert_both_harmless(parlab().args(["run", "cubes", option]).arg(joined(before, hostile, "")));
                assert_eq!(output.status.code(), Some(2), "{option}");
            }
        }
        assert_both_harmless(parlab().arg("completions").arg(OsStr::from_bytes(hostile)));
        assert_both_harmless(parlab().arg(OsStr::from_bytes(hostile)).arg("list"));
        // Not only the arguments: the program's own name.
        assert_both_harmless(parlab().arg0(OsStr::from_bytes(hostile)).args(["run", "--help"]));
        assert_both_harmless(parlab().arg0(OsStr::from_bytes(hostile)).arg("run"));
    }
}

#[test]
fn words_within_files() {
    let folder = folder();
    for hostile in HOSTILE.iter().filter(|hostile| std::str::from_utf8(hostile).is_ok()) {
        let hostile = std::str::from_utf8(hostile).expect("text");
        let texts = [
            format!("title = \"{hostile}\"\n"),
            format!("{TOML}\"{}\" = 1\n", hostile.replace('\n', "\\n")),
            format!("{TOML}{hostile} = {hostile}\n"),
            format!("# {hostile}\n{TOML}schedule = '{hostile}'\n"),
            format!("title = 'x'\ntags = ['{hostile}']\n[workload]\nkind = '{hostile}'\n"),
            format!("title = 'x'\n[workload]\nkind = 'svc'\ndata = '{hostile}'\n"),
        ];
        for (i, text) in texts.iter().enumerate() {
            let file = scenario(folder.path(), &format!("case{i}"), text);
            for command in ["check", "run"] {
                assert_both_harmless(parlab().arg(command).arg(&file));
            }
            // Its text, with tabs as they are.
            let shown = parlab().arg("show").arg(&file).output().expect("parlab").stdout;
            assert_harmless("show", String::from_utf8(shown).expect("text").replace('\t', " ").as_bytes());
        }
    }
}

#[test]
fn cells_of_data() {
    let folder = folder();
    let file = scenario(
        folder.path(),
        "case",
        "title = 'x'\n[workload]\nkind = 'svc'\ndata = 'data.csv'\n[grid]\nC = [1.0]\n[sweep]\nrepeats = 1\n",
    );
    for hostile in HOSTILE {
        let tables: [&[&[u8]]; 3] = [
            &[b"1,2,0\n1,", hostile, b",1\n"],
            &[b"1,2,0\n1,2,", hostile, b"\n"],
            &[hostile, b",", hostile, b"\n1,2,0\n"],
        ];
        for table in tables {
            std::fs::write(folder.path().join("data.csv"), table.concat()).expect("a table");
            assert_both_harmless(parlab().args(["run", "-q"]).arg(&file));
            assert_both_harmless(parlab().args(["run", "-q", "--format", "json"]).arg(&file));
        }
    }
}

#[test]
fn journals_that_cannot_be_read() {
    let folder = folder();
    let header = b"{\"format\":\"parlab.journal\",\"major\":1,\"minor\":0,\"parlab\":\"0.1.0\"}\n";
    for hostile in HOSTILE {
        let path = folder.path().join(joined("j", hostile, ""));
        let escaped = |text: &[u8]| String::from_utf8_lossy(text).replace(['\n', '\r', '\t', '\u{7f}', '\u{8}'], "");
        let event = format!("{{\"event\":\"{}\"}}\n", escaped(hostile).replace(['\u{1b}', '\u{7}'], "\\u001b"));
        let journals =
            [hostile.to_vec(), [&header[..], hostile, b"\n{}\n"].concat(), [header, event.as_bytes()].concat()];
        for journal in journals {
            std::fs::write(&path, journal).expect("a journal");
            let error = parlab::record::read(&path).map(|read| read.torn);
            let Err(error) = error else { continue };
            assert_harmless("journal", error.to_string().as_bytes());
            assert_eq!(error.to_string().lines().count(), 1, "{error}");
        }
    }
}

#[test]
fn the_journal_itself() {
    let folder = folder();
    let file = scenario(folder.path(), "case", &format!("# \u{9b}2J\u{202e}\n{TOML}"));
    let journal = folder.path().join("journal");
    let output = parlab().args(["run", "-q", "--journal"]).arg(&journal).arg(&file).output().expect("parlab");
    assert!(output.status.success());
    assert_harmless("journal", &std::fs::read(&journal).expect("a journal"));
    let text = parlab::record::read(&journal).expect("a journal").state().planned.expect("it was planned").text;
    assert!(text.starts_with("# \u{9b}2J\u{202e}\n"), "and says the same: {text:?}");
}

#[test]
fn names_on_the_screen() {
    let folder = library();
    let mut terminal = Session::parlab().cwd(folder.path()).size(100, 30).open();
    terminal.wait_for("Map a function over numbers");
    // To the last entries, which are the user's own.
    for _ in 0..100 {
        terminal.send("\u{1b}[B");
    }
    terminal.wait_for("x\\u{1b}]0;PWN");
    terminal.send("q");
    terminal.exit_code();
    let bytes = terminal.bytes();
    let has = |hazard: &[u8]| bytes.windows(hazard.len()).any(|window| window == hazard);
    for hazard in [&b"\x1b]0;"[..], b"\xc2\x9b", b"\xe2\x80\xae", b"\xe2\x81\xa6", b"\xe2\x80\x8b", b"\x07", b"\x7f"] {
        assert!(!has(hazard), "{hazard:?}");
    }
}

#[test]
fn progress_and_complaints_on_a_terminal() {
    let folder = library();
    let hostile = OsString::from_vec(b"no\x1b]0;PWN\x07\xc2\x9b/x".to_vec());
    let script = "\"$0\" run cubes --repeats 1 -o \"$1\"; \"$0\" list; \"$0\" \"$1\" \"$1\"; echo over";
    let program = crate::common::binary();
    let session = Session::new("sh").args([OsStr::new("-c"), OsStr::new(script), program.as_os_str(), &hostile]);
    let mut terminal = session.cwd(folder.path()).size(100, 30).open();
    terminal.exit_code();
    terminal.wait_for("over");
    let bytes = terminal.bytes();
    let has = |hazard: &[u8]| bytes.windows(hazard.len()).any(|window| window == hazard);
    assert!(has(b"no\\u{1b}]0;PWN"), "{}", String::from_utf8_lossy(&bytes));
    for hazard in [&b"\x1b]0;"[..], b"\xc2\x9b", b"\xe2\x80\xae", b"\x07", b"\x7f"] {
        assert!(!has(hazard), "{hazard:?}");
    }
}
