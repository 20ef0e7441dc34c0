//! A table of the file while it is read: what has been asked for is what it may hold.

use toml::de::DeTable;

use super::diagnostics::{Diagnostics, Subject as _};
use super::raw::Setting;
use super::wording::{nearest, printable, remedy};

/// One table. Each key that is asked for becomes known; [`Section::close`] complains of all others.
pub(super) struct Section<'d> {
    /// How messages speak of it: `at the top of the file`, `in [sweep]`.
    place: String,
    table: Option<&'d DeTable<'d>>,
    /// The table as the file has it, before options were laid over it.
    file: Option<&'d DeTable<'d>>,
    /// Where its header stands.
    header: Option<usize>,
    known: Vec<&'static str>,
}

impl<'d> Section<'d> {
    /// The file itself, `table` with the options that stand in for its keys.
    pub(super) fn root(table: &'d DeTable<'d>, file: &'d DeTable<'d>) -> Self {
        let place = "at the top of the file".to_owned();
        Self { place, table: Some(table), file: Some(file), header: None, known: Vec::new() }
    }

    /// The inline table that a key holds.
    pub(super) fn inline(key: &str, table: &'d DeTable<'d>) -> Self {
        Self { place: format!("in {key}"), table: Some(table), file: None, header: None, known: Vec::new() }
    }

    /// A table within this one, empty if there is none.
    pub(super) fn section(&mut self, name: &'static str, diagnostics: &mut Diagnostics<'_>) -> Self {
        let given = self.get(name);
        let table = given.as_ref().and_then(Setting::table);
        if let (Some(given), None) = (&given, table) {
            let message = match given.is_array() {
                true => format!("must be a single table; write [{name}]"),
                false => format!("must be a table; write [{name}] on a line of its own"),
            };
            diagnostics.about(given, message);
        }
        let file = self.file.and_then(|file| file.get(name)?.get_ref().as_table());
        let header = given.map(|given| given.offset());
        Self { place: format!("in [{name}]"), table, file, header, known: Vec::new() }
    }

    /// Whether the file has such a table, or something in its place.
    pub(super) fn exists(&self) -> bool {
        self.header.is_some()
    }

    /// Whether it is a table that can be read.
    pub(super) fn is_table(&self) -> bool {
        self.table.is_some()
    }

    /// Where its header stands.
    pub(super) fn header(&self) -> Option<usize> {
        self.header
    }

    /// The value of a key, which is known from now on.
    pub(super) fn get(&mut self, key: &'static str) -> Option<Setting<'d>> {
        self.known.push(key);
        Setting::new(key, self.table?.get(key)?)
    }

    /// The value that the file has for a key that an option stands in for.
    pub(super) fn replaced(&self, key: &'static str) -> Option<Setting<'d>> {
        Setting::new(key, self.table?.get(key)?).filter(Setting::is_option)?;
        Setting::new(key, self.file?.get(key)?)
    }

    /// Everything it holds, in the order of the file: where each key stands, the key, and its setting.
    pub(super) fn everything(&self) -> Vec<(usize, &'d str, Setting<'d>)> {
        let mut all: Vec<_> = (self.table.into_iter().flatten())
            .filter_map(|(key, value)| {
                let name = key.get_ref().as_ref();
                Some((key.span().start, name, Setting::new(name, value)?))
            })
            .collect();
        all.sort_by_key(|(offset, _, _)| *offset);
        all
    }

    /// The value of a key in a table within this one, if there is such a table and it has such a key. Nothing becomes
    /// known by that.
    pub(super) fn within(&self, table: &str, key: &str) -> Option<Setting<'d>> {
        let (name, value) = self.table?.get(table)?.get_ref().as_table()?.get_key_value(key)?;
        Setting::new(name.get_ref().as_ref(), value)
    }

    /// Complains of every key that the parser did not ask for. `home` tells where a key does belong, if anywhere.
    pub(super) fn close(self, diagnostics: &mut Diagnostics<'_>, home: impl Fn(&str) -> Option<&'static str>) {
        let Some(table) = self.table else { return };
        let place = &self.place;
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            if self.known.contains(&name) {
                continue;
            }
            let near = nearest(name, self.known.iter().copied());
            let elsewhere = home(name).filter(|_| near.is_none());
            let (subject, what) = match value.get_ref().is_table() {
                true => (format!("[{}]", printable(name)), "table"),
                false => (printable(name), "key"),
            };
            let message = match elsewhere {
                Some("") => format!("no such {what} {place}; it belongs at the top of the file"),
                Some(home) => format!("no such {what} {place}; it belongs in [{home}]"),
                None => format!("no such {what} {place}; {}", remedy(name, self.known.iter().copied(), "")),
            };
            diagnostics.at(key.span().start, subject, message);
        }
    }
}
