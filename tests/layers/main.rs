//! Holds `src/` to the design: who may import whom, who may draw, print and be unsafe, and how long files may get.
//!
//! In every terminal program that we read without such a test, the core had come to import the screen. The rules
//! stand as tables in `rules.rs`; a change of the design is a change there.

mod circles;
mod leftovers;
mod names;
mod paths;
mod rules;
mod scopes;
mod sinks;
mod source;
mod tokens;

use std::fs;
use std::path::Path;

use rules::{ROOMS, objections};
use source::Source;

/// All Rust files below a folder, with their paths relative to the package.
fn files_below(folder: &Path, package: &Path) -> Vec<Source> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable entry").path();
        if path.is_dir() {
            found.extend(files_below(&path, package));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).expect("a readable file");
            let name = path.strip_prefix(package).expect("a path below the package");
            found.push(Source::read(&name.to_string_lossy(), &text));
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// Where the library lies that is loaded into other programs: a crate of its own, with nothing of this one.
const LIBRARY: &str = "src/mpi/library/";

/// All files of `src/` that are of this crate.
fn tree() -> Vec<Source> {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut sources = files_below(&package.join("src"), package);
    sources.retain(|source| !source.path.starts_with(LIBRARY));
    assert!(sources.len() > 20, "only {} files found", sources.len());
    sources
}

#[track_caller]
fn none(objections: &[String]) {
    assert!(objections.is_empty(), "\n{}\n", objections.join("\n"));
}

#[test]
fn the_tree_keeps_to_the_design() {
    none(&objections(&tree(), rules::UNSAFE_FILES));
}

#[test]
fn the_library_for_other_programs_knows_nothing_of_this_one() {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = files_below(&package.join(LIBRARY), package);
    assert!(files.len() > 5, "only {} files found", files.len());
    for file in files {
        let text = fs::read_to_string(package.join(&file.path)).expect("a readable file");
        assert!(text.starts_with("//! "), "{} does not say what it is for", file.path);
        assert!(text.lines().count() <= rules::LINE_LIMIT, "{} is too long", file.path);
        assert!(!text.contains("crate::"), "{} names another crate's rooms", file.path);
    }
}

#[test]
fn files_of_a_room_form_no_circles() {
    none(&circles::objections(&tree(), leftovers::KNOWN_CIRCLES, leftovers::FILES_IN_CIRCLES));
}

#[test]
fn no_type_has_the_name_of_another() {
    none(&names::double_names(&tree(), leftovers::DOUBLE_NAMES));
}

#[test]
fn no_backend_is_asked_for_by_name() {
    none(&names::backends_by_name(&tree(), leftovers::BACKENDS_BY_NAME));
}

#[test]
fn what_others_wrote_is_shown_through_one_door() {
    none(&sinks::objections(&tree(), sinks::SINKS));
}

#[test]
fn the_table_of_rooms_has_no_cycle() {
    for (position, room) in ROOMS.iter().enumerate() {
        for used in room.uses {
            let below = ROOMS[position + 1..].iter().any(|other| other.name == *used);
            assert!(below, "{} uses {used}, which does not stand below it", room.name);
        }
    }
}

/// What is objected to in a file, under no list of unsafe files.
fn objections_to(path: &str, text: &str) -> Vec<String> {
    objections(&[Source::read(path, text)], &[])
}

/// A file is objected to once, in these words.
#[track_caller]
fn objected(path: &str, text: &str, words: &str) {
    let found = objections_to(path, &format!("//! A file.\n{text}"));
    assert!(matches!(&found[..], [only] if only.contains(words)), "{text}\nexpected: {words}\nfound: {found:#?}");
}

#[track_caller]
fn accepted(path: &str, text: &str) {
    let found = objections_to(path, &format!("//! A file.\n{text}"));
    assert!(found.is_empty(), "{text}\nfound: {found:#?}");
}

#[test]
fn imports_up_and_sideways_are_seen_however_they_are_written() {
    let path = "src/scenario/plan.rs";
    let words = "src/scenario/plan.rs:2: scenario must not use engine";
    objected(path, "use crate::engine::Event;", words);
    objected(path, "pub(crate) use crate :: engine;", words);
    objected(path, "use crate::{units, engine::{self, Event}, scenario::Plan};", words);
    objected(path, "use {crate::units, crate::engine};", words);
    objected(path, "use super::super::engine::Event;", words);
    objected(path, "use super::super::{units::{a, b}, engine};", words);
    objected(path, "fn f(e: &crate::engine::Event) -> u32 { 1 }", words);
    objected(path, "fn f() { parlab::engine::go() }", words);
    objected(path, "mod inner { use super::super::super::engine; }", words);
    objected("src/scenario/mod.rs", "use super::engine;", "scenario must not use engine");
    objected("src/units.rs", "use super::engine;", "units must not use engine");
    objected("src/report/text.rs", "use crate::tui::Theme;", "report must not use tui");
    objected("src/analysis/mod.rs", "use crate::machine;", "analysis must not use machine");
    objected("src/cli.rs", "use crate::engine;", "cli must not use engine");
    for room in ["report", "results", "record", "tui"] {
        let path = format!("src/{room}/mod.rs");
        objected(&path, "use crate::engine::Control;", &format!("{room} must not use engine"));
    }
    objected("src/engine/mod.rs", "use crate::results::Figures;", "engine must not use results");
}

#[test]
fn tests_within_the_tree_are_held_to_the_same_imports() {
    let text = "#[cfg(test)]\nmod tests {\n use super::*;\n use crate::tui::State;\n}";
    objected("src/engine/record.rs", text, "src/engine/record.rs:5: engine must not use tui");
}

#[test]
fn imports_down_and_within_are_fine() {
    accepted(
        "src/scenario/plan.rs",
        "use crate::units::seconds;\nuse super::order::Permutation;\nuse crate::scenario::Job;",
    );
    accepted(
        "src/tui/mod.rs",
        "use crate::{results, analysis::Summary, machine::{Core, Sample}};\nuse ratatui::Frame;",
    );
    accepted("src/workload/pi.rs", "use self::inner::x;\nmod inner { use super::*; use super::super::registry; }");
    accepted("src/lib.rs", "pub mod tui;\nuse crate::tui::open;\nuse engine::go;");
    accepted("src/main.rs", "fn main() { parlab::tui::open() }");
}

#[test]
fn words_and_comments_are_no_imports() {
    accepted(
        "src/scenario/plan.rs",
        r##"
        // use crate::engine; println!() unsafe
        /* crate::engine /* ratatui */ unsafe */
        /// [`crate::engine::Event`]
        const A: &str = "crate::engine \" unsafe"; const B: &[u8] = br#"" crate::tui "#; const C: char = '"';
        fn f<'a>(x: &'a str) -> char { let _ = b'\''; '\'' } const D: &str = c"unsafe"; pub(in crate::scenario) fn g() {}
        "##,
    );
}

#[test]
fn what_is_no_room_is_no_import() {
    objected("src/engine/mod.rs", "use crate::run;", "crate::run is no room");
    objected("src/engine/mod.rs", "use crate::*;", "crate::* is no room");
    objected("src/attic/mod.rs", "fn f() {}", "attic is not in the table of rooms");
}

#[test]
fn only_the_screen_knows_its_crates() {
    objected("src/report/text.rs", "use ratatui::text::Line;", "src/report/text.rs:2: only tui may name ratatui");
    objected("src/engine/mod.rs", "fn f() { ::crossterm::terminal::size(); }", "only tui may name crossterm");
    objected("src/lib.rs", "use ratatui::Frame;", "only tui may name ratatui");
    objected("src/report/mod.rs", "use rustix::fs::OFlags;", "only system may name rustix");
}

#[test]
fn only_some_rooms_print() {
    for print in ["println", "eprintln", "print", "eprint", "dbg"] {
        let text = format!("fn f() {{\n {print}!(\"x\") }}");
        objected("src/engine/mod.rs", &text, &format!("src/engine/mod.rs:3: {print}! outside of cli, report and tui"));
        accepted("src/report/progress.rs", &text);
        accepted("src/engine/mod.rs", &format!("#[cfg(test)]\nmod tests {{ {text} }}"));
        accepted("src/engine/tests.rs", &text);
    }
    objected("src/engine/mod.rs", "#[cfg(test)]\nmod tests { }\nfn f() { print!(); }", "src/engine/mod.rs:4: print!");
    objected(
        "src/engine/mod.rs",
        "#[cfg(test)]\nuse a;\nmod b { fn f() { print!(); } }",
        "src/engine/mod.rs:4: print!",
    );
    accepted("src/engine/mod.rs", "fn f() { writeln!(out, \"\"); print(); }");
}

#[test]
fn the_list_of_unsafe_files_is_exact() {
    let safe = Source::read("src/backend/loop.rs", "//! A file.\nfn f() { unsafe_code() }");
    let hot = Source::read("src/backend/board.rs", "//! A file.\nfn f() {\n unsafe { g() } }");
    let sources = [hot, safe];
    assert!(objections(&sources, &["src/backend/board.rs"]).is_empty());
    let unlisted = objections(&sources, &[]);
    assert!(matches!(&unlisted[..], [only] if only.starts_with("src/backend/board.rs:3: unsafe")), "{unlisted:?}");
    let idle = objections(&sources, &["src/backend/board.rs", "src/backend/loop.rs", "src/gone.rs"]);
    assert_eq!(idle.len(), 2, "{idle:?}");
    assert!(idle.iter().all(|objection| objection.contains("needs no unsafe any more")), "{idle:?}");
}

#[test]
fn files_say_what_they_are_for_and_stay_short() {
    let found = objections_to("src/engine/mod.rs", "use std::fmt;\n");
    assert!(matches!(&found[..], [only] if only.contains("must open with //!")), "{found:?}");
    accepted("src/engine/mod.rs", &"\n".repeat(449));
    objected("src/engine/mod.rs", &"\n".repeat(450), "451 lines");
}
