//! The library's state: entries, filter, selection, and what was predicted.

use std::collections::BTreeMap;

use crate::scenario::PredictionSpec;
use crate::tui::line_editor::LineEditor;
use crate::tui::port::{LibraryEntry, Ran};
use crate::tui::screens::editor::state::Editor;

/// What was predicted of each scenario, by its name in the library; for as long as the screen is open.
pub type PredictionsByName = BTreeMap<String, Vec<PredictionSpec>>;

/// The scenarios, those that the filter lets through, and the one selected.
#[derive(Debug, Clone)]
pub struct LibraryList {
    entries: Vec<LibraryEntry>,
    /// Indices of those that match, in order; kept so that a frame need not filter.
    matching: Vec<usize>,
    filter: LineEditor,
    /// Whether the filter is being typed.
    pub filtering: Filtering,
    /// Index into the matching ones.
    selected: usize,
    /// The first line of the details that is shown.
    pub scroll: u16,
    /// Why the last scenario could not be started: its name, and what was said.
    pub refusal: Option<(String, String)>,
    /// What was predicted.
    pub prediction_specs: PredictionsByName,
    /// What went well: a scenario's name, and what is to be said.
    pub notice: Option<(String, String)>,
    /// Forms that were left with changes in them, by the scenario's name; gone when parlab ends.
    pub drafts: BTreeMap<String, Editor>,
    /// What was typed into the form for predictions and not put in force, field by field.
    pub unsaid: BTreeMap<String, Vec<String>>,
}

/// A row of the list.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ListRow<'a> {
    /// The name of the group that follows; it cannot be selected.
    Heading(&'a str),
    /// An entry, with its position among those that match.
    Entry(usize, &'a LibraryEntry),
}

/// Whether the filter takes letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filtering {
    /// Letters go into the filter.
    Typing,
    /// Letters are commands; the filter, if not empty, stays in force.
    Closed,
}

/// Bytes of a filter: more tell nothing more.
const FILTER_MAX: usize = 64;

impl LibraryList {
    /// A library with nothing filtered out and the first entry selected.
    pub fn new(entries: Vec<LibraryEntry>) -> Self {
        let matching = (0..entries.len()).collect();
        Self {
            entries,
            matching,
            filter: LineEditor::within(String::new(), FILTER_MAX),
            filtering: Filtering::Closed,
            selected: 0,
            scroll: 0,
            refusal: None,
            prediction_specs: PredictionsByName::new(),
            notice: None,
            drafts: BTreeMap::new(),
            unsaid: BTreeMap::new(),
        }
    }

    /// Whether something was changed in the form of a scenario and not saved.
    pub fn is_changed(&self, name: &str) -> bool {
        self.drafts.contains_key(name)
    }

    /// Keeps the form of a scenario that is left, if it says something else than the file; whether it does.
    pub fn keep_draft(&mut self, editor: &Editor) -> bool {
        let is_changed = editor.form.is_changed();
        if is_changed {
            self.drafts.insert(editor.name.clone(), editor.resting());
        } else {
            self.drafts.remove(&editor.name);
        }
        is_changed
    }

    /// All entries, filtered out or not.
    pub fn entries(&self) -> &[LibraryEntry] {
        &self.entries
    }

    /// The entries that the filter lets through.
    pub fn matching(&self) -> impl ExactSizeIterator<Item = &LibraryEntry> {
        self.matching.iter().map(|&index| &self.entries[index])
    }

    /// The entries that the filter lets through, each group below its heading.
    pub fn rows(&self) -> impl Iterator<Item = ListRow<'_>> {
        let mut group = None;
        self.matching().enumerate().flat_map(move |(position, entry)| {
            let begins = (group != Some(entry.group.as_str()) && !entry.group.is_empty())
                .then_some(ListRow::Heading(&entry.group));
            group = Some(entry.group.as_str());
            begins.into_iter().chain([ListRow::Entry(position, entry)])
        })
    }

    /// Rows of the list when nothing is filtered out.
    pub fn height(&self) -> usize {
        let groups = self.entries.chunk_by(|a, b| a.group == b.group);
        self.entries.len() + groups.filter(|group| !group[0].group.is_empty()).count()
    }

    /// How many scenarios of the path were run, and how many there are.
    pub fn progress(&self) -> (usize, usize) {
        let on_path = || self.entries.iter().filter(|entry| entry.on_path);
        (on_path().filter(|entry| entry.ran.is_some()).count(), on_path().count())
    }

    /// The next scenario of the path that was not run yet: the first after the one given, from the beginning again
    /// after the last. Where all were run, simply the next.
    pub fn next_on_path(&self, after: Option<&str>) -> Option<&str> {
        let path: Vec<&LibraryEntry> = self.entries.iter().filter(|entry| entry.on_path).collect();
        let here = after.and_then(|name| path.iter().position(|entry| entry.name == name));
        let start = here.map_or(0, |here| here + 1);
        let others = path.len() - usize::from(here.is_some());
        let ahead = || path.iter().cycle().skip(start).take(others);
        ahead().find(|entry| entry.ran.is_none()).or_else(|| ahead().next()).map(|entry| entry.name.as_str())
    }

    /// What the filter says.
    pub fn filter(&self) -> &str {
        self.filter.text()
    }

    /// The position of the selected entry among the matching ones.
    pub fn position(&self) -> usize {
        self.selected
    }

    /// The selected entry; `None` if nothing matches.
    pub fn selected(&self) -> Option<&LibraryEntry> {
        self.matching.get(self.selected).map(|&index| &self.entries[index])
    }

    /// Selects the matching entry at a position, or the last.
    pub fn select(&mut self, position: usize) {
        self.selected = position.min(self.matching.len().saturating_sub(1));
        self.scroll = 0;
        self.refusal = None;
        self.notice = None;
    }

    /// Notes why a scenario could not be started, where it is read first.
    pub fn refuse(&mut self, name: String, why: String) {
        self.scroll = 0;
        self.refusal = Some((name, why));
    }

    /// Notes what went well with a scenario.
    pub fn tell(&mut self, name: String, what: String) {
        self.scroll = 0;
        self.notice = Some((name, what));
    }

    /// Selects an entry by name, taking a filter away if that hides it. Does nothing if there is none.
    pub fn select_name(&mut self, name: &str) {
        let Some(index) = self.entries.iter().position(|entry| entry.name == name) else { return };
        if !self.matching.contains(&index) {
            self.clear_filter();
        }
        self.select(self.matching.iter().position(|&i| i == index).unwrap_or(0));
    }

    /// Adds a character to the filter.
    pub fn type_char(&mut self, c: char) {
        self.filter.insert(c);
        self.apply_filter();
    }

    /// Adds a line to the filter.
    pub fn type_line(&mut self, line: &str) {
        self.filter.insert_line(line);
        self.apply_filter();
    }

    /// Takes back a character of the filter.
    pub fn erase(&mut self) {
        self.filter.erase();
        self.apply_filter();
    }

    /// Empties the filter.
    pub fn clear_filter(&mut self) {
        self.filter.clear();
        self.apply_filter();
    }

    /// Replaces the entries; the selection stays with its name, and what was learnt of durations is kept.
    pub fn replace(&mut self, mut entries: Vec<LibraryEntry>) {
        for entry in &mut entries {
            // A scenario that says something else now takes another time.
            let known = self.entries.iter().find(|old| old.name == entry.name && old.sha256 == entry.sha256);
            entry.ran = entry.ran.take().or_else(|| known?.ran.clone());
            if let (Some(Ok(old)), Ok(new)) = (known.map(|old| &old.preview), &mut entry.preview) {
                new.last_wall_s = new.last_wall_s.or(old.last_wall_s);
            }
        }
        let name = self.selected().map(|entry| entry.name.clone());
        self.entries = entries;
        self.apply_filter();
        if let Some(position) = name.and_then(|name| self.matching().position(|entry| entry.name == name)) {
            self.select(position);
        }
    }

    /// Remembers a whole run, and how long it took.
    pub fn took(&mut self, name: &str, wall_s: f64, ran: Ran) {
        if let Some(entry) = self.entries.iter_mut().find(|entry| entry.name == name)
            && let Ok(preview) = &mut entry.preview
        {
            preview.last_wall_s = Some(wall_s);
            entry.ran = Some(ran);
        }
    }

    /// What was predicted of a scenario in words: `threads × 2: 1.8 · threads × 4: 0.5s`; `None` if nothing was.
    pub fn predicted(&self, name: &str) -> Option<String> {
        let specs = self.prediction_specs.get(name).filter(|specs| !specs.is_empty())?;
        let words = specs.iter().map(|spec| format!("{}: {}", spec.who(), spec.expected));
        Some(words.collect::<Vec<_>>().join(" · "))
    }

    /// Every word of the filter has to be found, in any case: in the name, the title, the summary or a tag. The
    /// selected entry stays selected while it matches.
    fn apply_filter(&mut self) {
        let before = self.matching.get(self.selected).copied();
        let words: Vec<String> = self.filter.text().split_whitespace().map(str::to_lowercase).collect();
        self.matching = (0..self.entries.len()).filter(|&index| matches(&self.entries[index], &words)).collect();
        self.select(self.matching.iter().position(|&index| Some(index) == before).unwrap_or(0));
    }
}

fn matches(entry: &LibraryEntry, words: &[String]) -> bool {
    let texts = [&entry.name, &entry.title, &entry.summary].into_iter().chain(&entry.tags);
    let texts: Vec<String> = texts.map(|text| text.to_lowercase()).collect();
    words.iter().all(|word| texts.iter().any(|text| text.contains(word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &str, tags: &[&str]) -> LibraryEntry {
        LibraryEntry {
            name: name.to_owned(),
            title: name.to_uppercase(),
            summary: String::new(),
            tags: tags.iter().map(|&tag| tag.to_owned()).collect(),
            group: "Waiting".to_owned(),
            on_path: true,
            ran: None,
            origin: "bundled".to_owned(),
            lesson: String::new(),
            sha256: String::new(),
            preview: Err(vec!["broken".to_owned()]),
        }
    }

    fn library() -> LibraryList {
        LibraryList::new(vec![entry("alpha", &["lecture"]), entry("beta", &["lecture", "cpu"]), entry("gamma", &[])])
    }

    #[test]
    fn every_word_of_the_filter_counts_in_any_case() {
        let mut library = library();
        "CPU lect".chars().for_each(|c| library.type_char(c));
        assert_eq!(library.matching().map(|entry| &*entry.name).collect::<Vec<_>>(), ["beta"]);
        "x".chars().for_each(|c| library.type_char(c));
        assert_eq!(library.selected(), None);
        library.erase();
        assert_eq!(library.selected().map(|entry| &*entry.name), Some("beta"));
        library.clear_filter();
        assert_eq!(library.position(), 1, "the selection stays with its entry");
    }

    #[test]
    fn selection_stays_within_bounds_and_with_its_name() {
        let mut library = library();
        library.select(99);
        assert_eq!(library.position(), 2);
        library.replace(vec![entry("gamma", &[]), entry("alpha", &[])]);
        assert_eq!(library.position(), 0);
        library.replace(Vec::new());
        assert_eq!(library.selected(), None);
        library.select_name("unknown");
        library.select(3);
    }

    #[test]
    fn durations_are_kept_while_the_text_is_the_same() {
        let preview = crate::tui::port::Preview {
            kind: "sleep".to_owned(),
            tasks: 1,
            outline: Vec::new(),
            configs: Vec::new(),
            baseline: None,
            trials: 1,
            repeats: 1,
            is_auto: false,
            warmup: 0,
            last_wall_s: None,
        };
        let read = |sha256: &str| LibraryEntry {
            sha256: sha256.to_owned(),
            preview: Ok(preview.clone()),
            ..entry("alpha", &[])
        };
        let known = |library: &LibraryList| library.selected().and_then(|e| e.preview.as_ref().ok()?.last_wall_s);
        let mut library = LibraryList::new(vec![read("a")]);
        library.took("alpha", 4.0, ran());
        library.replace(vec![read("a")]);
        assert_eq!((known(&library), library.progress()), (Some(4.0), (1, 1)));
        library.replace(vec![read("b")]);
        assert_eq!((known(&library), library.progress()), (None, (0, 1)));
    }

    fn ran() -> Ran {
        Ran { at: "2026-01-02T03:04:05Z".to_owned(), best_speedup: None }
    }

    #[test]
    fn the_next_one_is_the_first_ahead_that_was_not_run() {
        let mut entries: Vec<LibraryEntry> = ["a", "b", "c", "d"].map(|name| entry(name, &[])).to_vec();
        entries.push(LibraryEntry { on_path: false, ..entry("own", &[]) });
        entries[1].ran = Some(ran());
        let library = LibraryList::new(entries.clone());
        let next = |after: Option<&str>| library.next_on_path(after).map(str::to_owned).unwrap_or_default();
        assert_eq!([Some("a"), Some("c"), Some("d"), Some("own"), None].map(next), ["c", "d", "a", "a", "a"]);
        assert_eq!(library.progress(), (1, 4));
        entries.iter_mut().for_each(|entry| entry.ran = Some(ran()));
        let library = LibraryList::new(entries.clone());
        assert_eq!(library.next_on_path(Some("d")), Some("a"), "all were run: once more around");
        assert_eq!(LibraryList::new(entries.split_off(4)).next_on_path(None), None);
        let alone = LibraryList::new(entries[..1].to_vec());
        assert_eq!(alone.next_on_path(Some("a")), None);
    }

    #[test]
    fn headings_stand_above_their_groups() {
        let group = |group: &str, name: &str| LibraryEntry { group: group.to_owned(), ..entry(name, &[]) };
        let library = LibraryList::new(vec![group("A", "a"), group("A", "b"), group("B", "c"), group("", "d")]);
        let names: Vec<String> = library
            .rows()
            .map(|row| match row {
                ListRow::Heading(text) => text.to_owned(),
                ListRow::Entry(position, entry) => format!("{position}{}", entry.name),
            })
            .collect();
        assert_eq!(names, ["A", "0a", "1b", "B", "2c", "3d"]);
    }

    #[test]
    fn naming_an_entry_lifts_a_filter_that_hides_it() {
        let mut library = library();
        "beta".chars().for_each(|c| library.type_char(c));
        library.select_name("gamma");
        assert_eq!(library.selected().map(|entry| &*entry.name), Some("gamma"));
        assert_eq!(library.filter(), "");
    }
}
