//! What the help says, line by line: a group of keys for each screen, that which one is on first, then the words.

use crate::results::COLUMNS;
use crate::scenario::BackendKind;
use crate::tui::keys::{self, BINDINGS, Binding, Context};
use crate::tui::screens::prose::wrap;
use crate::tui::theme::{Role, Theme};

/// The words that the screens use, in the order one meets them: before those of the table of results,
const WORDS_BEFORE_COLUMNS: &[(&str, &str)] = &[
    (
        "path",
        "the lecture's scenarios in its order, and what goes beyond it; a tick marks those that were run to their end",
    ),
    ("task", "one application of the workload to one input"),
    ("worker", "one thread or process that runs tasks"),
    ("backend", "how workers are started: {backends}"),
    ("trial", "all tasks run once by one configuration: backend, workers, schedule"),
    ("repeat", "a trial of a configuration that was run before; repeats of all configurations are interleaved"),
    ("warm-up", "a trial that is run and not counted"),
    ("schedule", "which worker gets which task: static, dynamic, guided or stealing"),
];

/// and after them.
const WORDS_AFTER_COLUMNS: &[(&str, &str)] = &[
    ("point", "one value of what a scenario varies; speedups are relative to the baseline at the same point"),
    ("METG(50 %)", "the shortest task, wall × workers ÷ tasks, at which the efficiency is still 50 %"),
    ("ideal line", "speedup = workers: what perfect sharing would give"),
    ("baseline", "the configuration that speedups are relative to; as a rule, serial"),
    (
        "cores",
        "how busy each was lately, with own load (parlab's and its workers') and others'; unusable ones marked apart",
    ),
    ("screen", "what the screen itself costs: CPU time of one core, and bytes written to the terminal"),
];

/// All words with their meanings, in order.
fn words(theme: &Theme) -> impl Iterator<Item = (&'static str, String)> {
    let backends =
        BackendKind::ALL.map(|backend| format!("{} ({})", backend.word(), backend.spec().summary)).join(", ");
    let tick = theme.symbols().tick;
    let columns = COLUMNS.iter().filter_map(|column| Some((column.heading, column.doc?)));
    let all = WORDS_BEFORE_COLUMNS.iter().copied().chain(columns).chain(WORDS_AFTER_COLUMNS.iter().copied());
    all.map(move |(word, meaning)| (word, meaning.replace("{backends}", &backends).replace("{tick}", tick)))
}

/// A line of the help.
pub(super) struct HelpLine {
    /// What the group is called that it belongs to.
    pub(super) group: &'static str,
    pub(super) name: String,
    pub(super) role: Role,
    pub(super) text: String,
}

/// The screen where keys mean the same everywhere, and the words.
const EVERYWHERE: &str = "everywhere";
const WORDS: &str = "words";

/// All lines with texts of so many columns that say something with all these words.
pub(super) fn lines(here: Context, search: &str, theme: &Theme, width: u16) -> Vec<HelpLine> {
    let mut out = Vec::new();
    let others = Context::ALL.into_iter().filter(|context| *context != here);
    for context in [here].into_iter().chain(others) {
        let own = BINDINGS.iter().filter(|row| row.on.contains(&context) && !is_everywhere(row));
        group(&mut out, context.word(), own.map(|row| key(row, theme)), search, (theme, width));
    }
    group(
        &mut out,
        EVERYWHERE,
        BINDINGS.iter().filter(|row| is_everywhere(row)).map(|row| key(row, theme)),
        search,
        (theme, width),
    );
    let words = words(theme).map(|(word, meaning)| (word.to_owned(), Role::Title, meaning));
    group(&mut out, WORDS, words, search, (theme, width));
    out
}

fn is_everywhere(row: &Binding) -> bool {
    row.on.len() == Context::ALL.len()
}

fn key(row: &Binding, theme: &Theme) -> (String, Role, String) {
    let names = row.keys.iter().map(|&key| keys::name(key, theme)).collect::<Vec<_>>().join("  ");
    (names, Role::Key, row.help.to_owned())
}

/// Adds a group below its name, with what is found in it; nothing if that is nothing.
fn group(
    out: &mut Vec<HelpLine>,
    name: &'static str,
    entries: impl Iterator<Item = (String, Role, String)>,
    search: &str,
    (theme, width): (&Theme, u16),
) {
    let is_found = |(key, _, text): &(String, Role, String)| {
        let all = format!("{name} {key} {text}").to_lowercase();
        search.to_lowercase().split_whitespace().all(|word| all.contains(word))
    };
    let found: Vec<_> = entries.filter(is_found).collect();
    if found.is_empty() {
        return;
    }
    let line =
        |name_: &str, role, text: &str| HelpLine { group: name, name: name_.to_owned(), role, text: text.to_owned() };
    if !out.is_empty() {
        out.push(line("", Role::Text, ""));
    }
    out.push(line(name, Role::Accent, ""));
    for (key, role, text) in found {
        let mut key = key.as_str();
        for text in wrap(theme, &text, width) {
            out.push(line(std::mem::take(&mut key), role, &text));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_and_word_is_there_below_its_screen() {
        for here in Context::ALL {
            let lines = lines(here, "", &Theme::FULL, 60);
            assert_eq!(lines[0].name, here.word(), "what one is on comes first");
            for row in BINDINGS {
                let (name, ..) = key(row, &Theme::FULL);
                let of = if is_everywhere(row) { EVERYWHERE } else { row.on[0].word() };
                assert!(lines.iter().any(|line| line.name == name && line.group == of), "{name} of {of}");
            }
            assert!(words(&Theme::FULL).all(|(word, _)| lines.iter().any(|line| line.name == word)));
        }
    }

    #[test]
    fn what_is_searched_for_is_all_that_is_shown() {
        let found = lines(Context::Library, "FREEZE hold", &Theme::FULL, 60);
        assert!(found.is_empty(), "every word has to be found");
        let found = lines(Context::Library, "hold PICTURE", &Theme::FULL, 200);
        assert_eq!(found.iter().map(|line| line.name.as_str()).collect::<Vec<_>>(), ["Run", "space"]);
    }
}
