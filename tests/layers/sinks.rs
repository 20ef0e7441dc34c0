//! The ways out of the program, and the ways in which bytes of others become text: each may be named in few places, so
//! that whatever others wrote passes through `foreign` before it is shown.

use crate::source::{Source, outside_tests};

/// A name, and the files that may use it outside of tests, each of which must.
pub(crate) struct Sink {
    pub(crate) name: &'static str,
    pub(crate) files: &'static [&'static str],
    /// What to use instead.
    pub(crate) instead: &'static str,
}

const fn sink(name: &'static str, files: &'static [&'static str], instead: &'static str) -> Sink {
    Sink { name, files, instead }
}

const PRINTING: &str = "print through report::deliver or report::complain";
const NAMING: &str = "use foreign::name, which escapes";
const DRAWING: &str = "draw with tui/widgets/paint.rs, whose texts pass through the theme, which escapes";
const JSON: &str = "use foreign::json or foreign::json_line, which escape";

/// All of them.
pub(crate) const SINKS: &[Sink] = &[
    // Standard output is the report's and the screen's, which the system gives back at the end; it is asked how wide it
    // is; a forkserver has none, and an interpreter that is asked what it is has a pipe.
    sink(
        "stdout",
        &[
            "src/report/deliver.rs",
            // What a program writes is passed through.
            "src/command/watch.rs",
            // It is asked whether there is a screen.
            "src/command/submit/mod.rs",
            "src/tui/terminal.rs",
            "src/system/terminal.rs",
            "src/system/raw_mode.rs",
            "src/backend/forked/forkserver_client.rs",
            "src/system/helper.rs",
            // Those of programs that are started.
            "src/system/launch/client.rs",
            "src/system/launch/launcher.rs",
            "src/python/interpreters.rs",
            "src/batch/ask.rs",
        ],
        PRINTING,
    ),
    // Complaints and progress; it is asked whether it is a terminal and how wide.
    sink(
        "stderr",
        &[
            "src/report/mod.rs",
            "src/report/progress/mod.rs",
            "src/report/progress/bars.rs",
            "src/report/progress/stderr.rs",
            "src/command/run.rs",
            "src/command/trust.rs",
            "src/system/terminal.rs",
            "src/backend/forked/forkserver_client.rs",
            "src/system/launch/client.rs",
            "src/system/launch/launcher.rs",
            "src/python/interpreters.rs",
            "src/batch/ask.rs",
        ],
        PRINTING,
    ),
    sink("println", &["src/report/progress/bars.rs"], PRINTING),
    sink("eprintln", &[], PRINTING),
    sink("eprint", &[], PRINTING),
    sink("dbg", &[], PRINTING),
    // What is generated of our own words alone, whose bytes matter.
    sink("own_words", &["src/foreign.rs", "src/command/mod.rs"], "use PlainText::lines, which escapes"),
    sink("display", &[], NAMING),
    // What a scenario is called by, which is refused unless it is plain.
    sink("to_string_lossy", &["src/scenario/source.rs", "src/command/drafts.rs"], NAMING),
    // The system's own files and the processor, a worker's reason, and what is our own word: shown later, as any text.
    sink(
        "from_utf8_lossy",
        &["src/machine/surroundings.rs", "src/machine/facts.rs", "src/backend/board/reason.rs", "src/cli/generated.rs"],
        "use foreign::bytes, which escapes",
    ),
    sink("to_string_pretty", &["src/foreign.rs"], JSON),
    sink("to_writer", &[], JSON),
    sink("to_writer_pretty", &[], JSON),
    sink("set_stringn", &["src/tui/widgets/paint.rs"], DRAWING),
    sink("set_string", &[], DRAWING),
    sink("set_line", &[], DRAWING),
    sink("set_span", &[], DRAWING),
    sink("Paragraph", &[], DRAWING),
];

/// Every use of a sink elsewhere, and every place that is listed needlessly.
pub(crate) fn objections(sources: &[Source], sinks: &[Sink]) -> Vec<String> {
    let mut found = Vec::new();
    for Sink { name, files, instead } in sinks {
        let users: Vec<&str> = outside_tests(sources)
            .filter(|source| source.times_named(name) > 0)
            .map(|source| source.path.as_str())
            .collect();
        let unlisted = users.iter().filter(|user| !files.contains(user));
        found.extend(unlisted.map(|user| format!("{user}: {name} may not be used there; {instead}")));
        let idle = files.iter().filter(|file| !users.contains(file));
        found.extend(
            idle.map(|file| format!("{file}: uses {name} no more; take it off SINKS in tests/layers/sinks.rs")),
        );
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{Sink, objections};
    use crate::source::Source;

    const SINKS: &[Sink] = &[Sink { name: "display", files: &["src/a.rs"], instead: "do otherwise" }];

    fn found(files: &[(&str, &str)]) -> Vec<String> {
        let sources: Vec<Source> = files.iter().map(|(path, text)| Source::read(path, text)).collect();
        objections(&sources, SINKS)
    }

    #[test]
    fn a_sink_is_found_wherever_it_is_not_listed() {
        let listed = ("src/a.rs", "fn f(p: &Path) { p.display() }");
        assert_eq!(found(&[listed]), [""; 0]);
        let new = ("src/b.rs", "fn f(p: &Path) { format!(\"{}\", p.display()) }");
        assert_eq!(found(&[listed, new]), ["src/b.rs: display may not be used there; do otherwise"]);
        let harmless = ("src/c.rs", "// display\n#[cfg(test)] mod tests { fn f() { p.display() } }");
        assert_eq!(found(&[listed, harmless]), [""; 0]);
        assert!(found(&[("src/a.rs", "fn f() {}")])[0].contains("uses display no more"));
    }
}
