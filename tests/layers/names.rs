//! Names that must be unlike each other, and names that may stand in few places only.

use std::collections::{BTreeMap, BTreeSet};

use crate::source::{Source, outside_tests};

/// Where backends may be asked for by name: their own files, and the table of what they are.
const BACKENDS: &[&str] = &["src/backend/", "src/scenario/backends.rs"];

/// A reader of `Frame` must not have to ask which: no type's name may be defined twice, outside of tests.
pub(crate) fn double_names(sources: &[Source], leftovers: &[&str]) -> Vec<String> {
    let mut places: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for source in outside_tests(sources) {
        for (line, name) in &source.types {
            places.entry(name).or_default().push(format!("{}:{line}", source.path));
        }
    }
    let is_double = |name: &str| places.get(name).is_some_and(|places| places.len() > 1);
    let double = places.iter().filter(|(name, _)| is_double(name) && !leftovers.contains(name));
    let told = double.map(|(name, places)| format!("{name} names {} types: {}", places.len(), places.join(", ")));
    let idle = leftovers.iter().filter(|name| !is_double(name));
    told.chain(idle.map(|name| format!("{name} names one type at most; take it off DOUBLE_NAMES"))).collect()
}

/// What backends can do is asked of their table: by name they are asked for in few files.
pub(crate) fn backends_by_name(sources: &[Source], leftovers: &[&str]) -> Vec<String> {
    let is_outside = |source: &&Source| !BACKENDS.iter().any(|place| source.path.starts_with(place));
    let naming: Vec<&Source> =
        outside_tests(sources).filter(is_outside).filter(|source| !source.backends.is_empty()).collect();
    let paths: BTreeSet<&str> = naming.iter().map(|source| source.path.as_str()).collect();
    let unlisted = naming.iter().filter(|source| !leftovers.contains(&source.path.as_str()));
    let told = unlisted.flat_map(|source| {
        source
            .backends
            .iter()
            .map(|(line, name)| format!("{}:{line}: asks for the backend {name} by name", source.path))
    });
    let idle = leftovers.iter().filter(|path| !paths.contains(**path));
    told.chain(idle.map(|path| format!("{path}: names no backend any more; take it off BACKENDS_BY_NAME"))).collect()
}

#[cfg(test)]
mod tests {
    use super::{backends_by_name, double_names};
    use crate::source::Source;

    fn sources(files: &[(&str, &str)]) -> Vec<Source> {
        files.iter().map(|(path, text)| Source::read(path, text)).collect()
    }

    #[test]
    fn names_of_types_are_counted_outside_of_tests() {
        let text = "pub struct Run; enum Way { A } type Row<'a> = &'a str; pub(crate) trait Look {}\n\
                    impl Look for Run { type Item = u8; } trait See { type Item; }\n\
                    #[cfg(test)] mod tests { struct Run; enum Way {} type Row = u8; trait Look {} }\n\
                    fn f() { let r#type = 1; } // struct Way";
        assert_eq!(double_names(&sources(&[("src/a.rs", text)]), &[]), [""; 0]);
        for again in
            ["struct Run(u8);", "enum Run {}", "fn f(x: impl Fn()) { struct Run; }", "type Run = u8;", "union Run {}"]
        {
            let found = double_names(&sources(&[("src/a.rs", text), ("src/b.rs", again)]), &[]);
            assert_eq!(found, ["Run names 2 types: src/a.rs:1, src/b.rs:1"], "{again}");
        }
    }

    #[test]
    fn a_name_that_is_double_no_more_is_not_left_on_the_list() {
        let double = sources(&[("src/a.rs", "struct Run;"), ("src/b.rs", "struct Run;")]);
        assert_eq!(double_names(&double, &["Run"]), [""; 0]);
        let found = double_names(&double[..1], &["Run", "Way"]);
        assert!(
            matches!(&found[..], [run, way] if run.starts_with("Run names one") && way.starts_with("Way names one"))
        );
    }

    #[test]
    fn backends_are_asked_for_by_name_in_few_places() {
        for text in [
            "fn f(b: BackendKind) -> bool { b == BackendKind::Threads }",
            "use crate::scenario::BackendKind::Threads;",
            "use BackendKind::{Serial, Threads};",
            "use BackendKind::*;",
            "impl BackendKind { fn f() -> Self { Self::Threads } }",
            "const K: u8 = BackendKind::THREADS;",
        ] {
            let outside = sources(&[("src/engine/a.rs", text)]);
            assert!(!backends_by_name(&outside, &[]).is_empty(), "{text}");
            assert_eq!(backends_by_name(&outside, &["src/engine/a.rs"]), [""; 0], "{text}");
            for inside in ["src/backend/forked/a.rs", "src/scenario/backends.rs"] {
                assert_eq!(backends_by_name(&sources(&[(inside, text)]), &[]), [""; 0], "{text}");
            }
        }
        for text in [
            "use crate::scenario::BackendKind; fn f(b: BackendKind) { BackendKind::ALL; b.spec() }",
            "#[cfg(test)] mod tests { fn f() { BackendKind::Serial } }",
            "enum Other { Serial } impl Other { fn f() -> Self { Self::Serial } }",
        ] {
            assert_eq!(backends_by_name(&sources(&[("src/engine/a.rs", text)]), &[]), [""; 0], "{text}");
        }
        let found = backends_by_name(&sources(&[("src/engine/a.rs", "")]), &["src/engine/a.rs"]);
        assert!(matches!(&found[..], [only] if only.contains("names no backend any more")), "{found:?}");
    }
}
