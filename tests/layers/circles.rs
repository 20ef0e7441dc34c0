//! Circles among the files of a room: each file of one leads to each other by what it names.
//!
//! What a file names is followed to where it is defined: `use super::Plan` leads to `plan.rs`, even if it is `mod.rs`
//! that hands it on. A `mod` or a `pub use` alone leads nowhere; what tests name does not count.

use std::collections::{BTreeMap, BTreeSet};

use crate::paths::Path;
use crate::source::{Source, outside_tests};

/// A circle that no better cut would dissolve.
pub(crate) struct Circle {
    /// Its files, below `src/`.
    pub(crate) files: &'static [&'static str],
    /// Why it stays.
    pub(crate) why: &'static str,
}

/// The ways from file to file within rooms, each with a line for it.
type Ways<'a> = BTreeMap<&'a str, BTreeMap<&'a str, usize>>;

/// What is objected to: circles that are not known and not among the files that a room has left in circles, and what
/// stands on either list needlessly.
pub(crate) fn objections(sources: &[Source], known: &[Circle], left: &[(&str, usize)]) -> Vec<String> {
    let ways = ways(sources);
    let (known_ones, unknown): (Vec<_>, Vec<_>) =
        circles(&ways).into_iter().partition(|circle| is_known(circle, known));
    let idle = known
        .iter()
        .flat_map(|circle| circle.files)
        .filter(|file| !known_ones.iter().flatten().any(|found| found.strip_prefix("src/") == Some(file)));
    let mut objections: Vec<String> =
        idle.map(|file| format!("src/{file}: is in no circle any more; take it off KNOWN_CIRCLES")).collect();
    let rooms: BTreeSet<&str> = sources.iter().map(|source| source.room.as_str()).collect();
    for room in rooms {
        let of_room = |file: &str| sources.iter().any(|source| source.path == file && source.room == room);
        let of_room = unknown.iter().filter(|circle| circle.iter().any(|file| of_room(file)));
        let files: usize = of_room.clone().map(BTreeSet::len).sum();
        let allowed = left.iter().find(|(name, _)| *name == room).map_or(0, |(_, files)| *files);
        if files > allowed {
            objections.push(format!("{room}: {files} files in circles, where {allowed} were left"));
            objections.extend(of_room.map(|circle| described(circle, &ways)));
        } else if files < allowed {
            objections.push(format!("{room}: only {files} files are left in circles; say so in FILES_IN_CIRCLES"));
        }
    }
    objections
}

fn is_known(circle: &BTreeSet<&str>, known: &[Circle]) -> bool {
    let listed = |file: &str, circle: &Circle| circle.files.iter().any(|listed| file == format!("src/{listed}"));
    known.iter().any(|known| !known.why.is_empty() && circle.iter().all(|file| listed(file, known)))
}

fn described(circle: &BTreeSet<&str>, ways: &Ways<'_>) -> String {
    let mut text = format!("a circle of {} files:", circle.len());
    for (from, line, to) in circle.iter().flat_map(|from| {
        ways[from].iter().filter(|(to, _)| circle.contains(*to)).map(move |(to, line)| (from, line, to))
    }) {
        text += &format!("\n    {from}:{line} names {to}");
    }
    text
}

/// Groups of two files or more that all lead to each other.
fn circles<'a>(ways: &Ways<'a>) -> BTreeSet<BTreeSet<&'a str>> {
    let reached: BTreeMap<&str, BTreeSet<&str>> = ways.keys().map(|&from| (from, reached_from(from, ways))).collect();
    let mutual = |from: &'a str| -> BTreeSet<&'a str> {
        let forth = reached[from].iter().copied();
        forth.filter(|to| reached.get(to).is_some_and(|back| back.contains(from))).chain([from]).collect()
    };
    ways.keys().map(|&from| mutual(from)).filter(|circle| circle.len() > 1).collect()
}

fn reached_from<'a>(from: &'a str, ways: &Ways<'a>) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let mut next = vec![from];
    while let Some(file) = next.pop() {
        let onward = ways.get(file).into_iter().flat_map(BTreeMap::keys);
        next.extend(onward.copied().filter(|to| reached.insert(*to)));
    }
    reached
}

fn ways(sources: &[Source]) -> Ways<'_> {
    let map = Map::new(sources);
    let mut ways = Ways::new();
    for source in map.modules.values().copied() {
        for path in source.paths.iter().filter(|path| is_used(path, source)) {
            if let Some(target) = map.target(path, 0)
                && target.room == source.room
                && target.path != source.path
            {
                ways.entry(&source.path).or_default().entry(&target.path).or_insert(path.line);
            }
        }
    }
    ways
}

/// Whether a file makes use of a path itself, and does not only hand it on.
fn is_used(path: &Path, source: &Source) -> bool {
    path.import.as_ref().is_none_or(|import| !import.is_public || source.times_named(&import.name) > 1)
}

/// The files of the crate by their modules, without those that are for tests only.
struct Map<'a> {
    modules: BTreeMap<&'a [String], &'a Source>,
}

impl<'a> Map<'a> {
    fn new(sources: &'a [Source]) -> Self {
        // Beside `lib.rs`, `main.rs` is a crate of its own.
        let files = outside_tests(sources).filter(|source| source.room != "main");
        Self { modules: files.map(|source| (source.module.as_slice(), source)).collect() }
    }

    /// The file that defines what a path names.
    fn target(&self, path: &Path, depth: usize) -> Option<&'a Source> {
        if path.is_absolute {
            return self.at(&path.steps, depth);
        }
        let below: Vec<String> = path.seen_from.iter().chain(&path.steps).cloned().collect();
        let is_module = self.modules.contains_key(&below[..=path.seen_from.len()]);
        if is_module { self.at(&below, depth) } else { None }
    }

    /// The file that defines what stands at a path from the root of the crate.
    fn at(&self, steps: &[String], depth: usize) -> Option<&'a Source> {
        let (length, file) =
            (0..=steps.len()).rev().find_map(|length| Some((length, *self.modules.get(&steps[..length])?)))?;
        let Some(name) = steps.get(length) else { return Some(file) };
        // A path leads on only so often: a module may import from one that imports from it.
        let handed_on = (depth < 8).then(|| self.handed_on(file, name, depth)).flatten();
        Some(handed_on.unwrap_or(file))
    }

    /// The file that a name comes from which a file only imports.
    fn handed_on(&self, file: &'a Source, name: &str, depth: usize) -> Option<&'a Source> {
        if file.defined.contains(name) {
            return None;
        }
        let imports = file.paths.iter().filter(|path| path.seen_from == file.module);
        let named = |wanted: &str| {
            let wanted = wanted.to_owned();
            imports.clone().filter(move |path| path.import.as_ref().is_some_and(|import| import.name == wanted))
        };
        let by_name = named(name).find_map(|path| self.target(path, depth + 1));
        by_name.or_else(|| {
            let everything = named("*").filter_map(|path| self.target(path, depth + 1));
            everything.into_iter().find(|target| target.defined.contains(name))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Circle, objections};
    use crate::source::Source;

    fn found(files: &[(&str, &str)], known: &[Circle]) -> Vec<String> {
        let sources: Vec<Source> =
            files.iter().map(|(path, text)| Source::read(&format!("src/{path}"), text)).collect();
        let told = objections(&sources, known, &[]);
        told.into_iter().filter(|told| !told.starts_with("engine: ")).collect()
    }

    const MOD: (&str, &str) =
        ("engine/mod.rs", "mod a; mod b; mod c; pub use a::{A, helper}; pub use b::B; pub use c::*;");

    #[test]
    fn circles_are_seen_however_they_are_written() {
        for (a, b) in [
            ("use super::b::B; pub struct A;", "use super::a::A; pub struct B;"),
            ("use super::B; pub struct A;", "use crate::engine::A; pub struct B;"),
            ("use super::{b::{self, B}}; pub struct A;", "pub struct B; fn f(a: &super::a::A) {}"),
            ("pub struct A(crate::engine::b::B);", "pub struct B; fn f() { crate::engine::helper::<u32>() }"),
            ("use crate::{engine::B as Other}; pub fn helper() {}", "pub struct B; use {super::helper};"),
        ] {
            let found = found(&[MOD, ("engine/a.rs", a), ("engine/b.rs", b), ("engine/c.rs", "")], &[]);
            assert!(matches!(&found[..], [only] if only.starts_with("a circle of 2 files:")), "{a}\n{b}\n{found:#?}");
            assert!(found[0].contains("src/engine/a.rs:1 names src/engine/b.rs"), "{found:#?}");
        }
    }

    #[test]
    fn longer_ones_are_seen_through_all_that_is_handed_on() {
        let files = [
            MOD,
            ("engine/a.rs", "use super::B;"),
            ("engine/b.rs", "use super::C; pub struct B;"),
            ("engine/c.rs", "pub struct C; fn f() { super::a::f() }"),
        ];
        let found = found(&files, &[]);
        assert!(matches!(&found[..], [only] if only.starts_with("a circle of 3 files:")), "{found:#?}");
    }

    #[test]
    fn a_folder_that_makes_use_of_its_files_is_part_of_a_circle() {
        let uses = [("engine/mod.rs", "mod a; pub use a::A;\npub fn go() -> A {}"), ("engine/a.rs", "use super::go;")];
        let only_hands_on = [("engine/mod.rs", "mod a; pub use a::A; pub fn go() {}"), uses[1]];
        assert_eq!(found(&uses, &[]).len(), 1);
        assert_eq!(found(&only_hands_on, &[]), [""; 0]);
        let calls = [("engine/mod.rs", "mod a; pub fn go() { a::begin() }"), uses[1]];
        assert_eq!(found(&calls, &[]).len(), 1);
    }

    #[test]
    fn what_leads_one_way_is_no_circle_and_neither_is_what_tests_name() {
        for b in [
            "pub struct B;",
            "pub struct B; #[cfg(test)] mod tests { use super::super::a::A; }",
            "pub struct B; #[cfg(all(test, unix))] mod tests { use crate::engine::A; }",
            "pub struct B; // use super::A;",
            "pub(in crate::engine::a) struct B;",
            "pub struct B; fn f() { a::A; b.a::<u32>() } use a::A;",
        ] {
            let found = found(&[MOD, ("engine/a.rs", "use super::B; pub struct A;"), ("engine/b.rs", b)], &[]);
            assert_eq!(found, [""; 0], "{b}");
        }
        let tests = [
            ("engine/mod.rs", "mod a; #[cfg(test)] mod b;"),
            ("engine/a.rs", "use super::b::B; pub struct A;"),
            ("engine/b.rs", "use super::a::A; pub struct B;"),
        ];
        assert_eq!(found(&tests, &[]), [""; 0]);
    }

    #[test]
    fn the_list_of_known_circles_is_exact() {
        let files =
            [MOD, ("engine/a.rs", "use super::B; pub struct A;"), ("engine/b.rs", "use super::A; pub struct B;")];
        let known = |files: &'static [&'static str], why| [Circle { files, why }];
        assert_eq!(found(&files, &known(&["engine/a.rs", "engine/b.rs"], "A is what B is made of")), [""; 0]);
        let without_reason = found(&files, &known(&["engine/a.rs", "engine/b.rs"], ""));
        assert!(without_reason.iter().any(|told| told.starts_with("a circle of 2 files")), "{without_reason:?}");
        let idle = found(&files, &known(&["engine/a.rs", "engine/b.rs", "engine/c.rs"], "A is what B is made of"));
        assert!(matches!(&idle[..], [only] if only.starts_with("src/engine/c.rs: is in no circle")), "{idle:?}");
        let larger = found(&files, &known(&["engine/a.rs"], "A is what B is made of"));
        assert!(larger.iter().any(|told| told.starts_with("a circle of 2 files")), "{larger:?}");
    }

    #[test]
    fn as_many_files_as_were_left_in_circles_are_objected_to_no_more() {
        let files =
            [("engine/a.rs", "use super::b::B; pub struct A;"), ("engine/b.rs", "use super::a::A; pub struct B;")];
        let sources = files.map(|(path, text)| Source::read(&format!("src/{path}"), text));
        assert_eq!(objections(&sources, &[], &[("engine", 2)]), [""; 0]);
        let more = objections(&sources, &[], &[("engine", 1)]);
        assert!(more[0].starts_with("engine: 2 files in circles, where 1 were left") && more.len() == 2, "{more:?}");
        let fewer = objections(&sources, &[], &[("engine", 3)]);
        assert!(matches!(&fewer[..], [only] if only.starts_with("engine: only 2 files are left")), "{fewer:?}");
    }
}
