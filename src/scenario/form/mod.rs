//! A scenario's parameters as a form: what its file says of each key, what may be said, and the file's text again with
//! what was changed.
//!
//! Nothing is checked here: the text that comes out is read by the parser, whose problems [`ScenarioForm::row_at`]
//! leads back to the rows. Comments and layout of the file stay as they are. Which keys there are and what is said of
//! them is taken from the parser's own table and the kind's.

mod keys;
mod values;

use std::path::{Path, PathBuf};

use toml_edit::{Document, DocumentMut, Item, Table, TableLike};

use self::keys::{AboutKeys, about_key, about_key_of, about_param};
use self::values::ValueShape;
use super::catalog::Catalog;
use super::data;
use super::domain::Domain;
use super::emulated;
use super::kind::KindSpec;
use super::source::Origin;

pub use self::keys::described;

/// Longer values are left to an editor that was made for it, in bytes.
const VALUE_MAX: usize = 4096;

/// The tables of which every key is a row, whether the file has it or not.
const WHOLE: [&str; 4] = ["workload", emulated::TABLE, "interpreter", "sweep"];

/// A scenario's parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct ScenarioForm {
    text: String,
    rows: Vec<FormRow>,
}

/// A parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct FormRow {
    /// The table that it stands in; empty for the top of the file.
    pub table: String,
    /// Its key.
    pub key: String,
    /// What it says, words without quotes and lists without brackets; empty for nothing.
    pub value: String,
    /// What it is when nothing is said; empty if that cannot be told.
    pub default: String,
    /// What it does, in a line.
    pub help: String,
    /// What it may be, in a few words.
    pub allowed: String,
    /// The values to choose from; empty if there are too many to name.
    pub choices: Vec<String>,
    shape: ValueShape,
    /// What the file says.
    given: String,
}

impl FormRow {
    /// Whether it says something else than the file.
    pub fn is_changed(&self) -> bool {
        self.value != self.given
    }
}

impl ScenarioForm {
    /// The form of a scenario that the parser accepts.
    ///
    /// # Errors
    /// Why there is none.
    pub fn of(text: &str, catalog: &Catalog) -> Result<Self, String> {
        let document: DocumentMut = text.parse().map_err(|_| "its file is no valid TOML".to_owned())?;
        let root = document.as_table();
        let work = root.get("workload").and_then(Item::as_table_like);
        let name = work.and_then(|work| work.get("kind")).and_then(Item::as_str).unwrap_or_default();
        let spec = catalog.kind(name).ok_or("its kind of workload is not known")?;
        let mut rows: Vec<FormRow> = keys::rows("").map(|key| row(root, "", key.name, about_key(key))).collect();
        rows.extend(workload(root, spec));
        rows.extend(others(root, spec));
        rows.extend(beside(root, catalog));
        for table in ["interpreter", "sweep"] {
            let keys = keys::rows(table).filter(|key| !is_elsewhere(root, key.name));
            rows.extend(keys.map(|key| row(root, table, key.name, about_key_of(key, spec))));
        }
        rows.retain(|row| row.given.len() <= VALUE_MAX);
        Ok(Self { text: text.to_owned(), rows })
    }

    /// Its rows, table by table.
    pub fn rows(&self) -> &[FormRow] {
        &self.rows
    }

    /// Changes what a row says.
    pub fn set(&mut self, row: usize, value: String) {
        if let Some(row) = self.rows.get_mut(row) {
            row.value = value;
        }
    }

    /// Takes all changes back.
    pub fn reset(&mut self) {
        self.rows.iter_mut().for_each(|row| row.value.clone_from(&row.given));
    }

    /// The form with the values of another of the same scenario, where that makes the other's text of it.
    pub fn changed_into(&self, other: &Self) -> Option<Self> {
        let mut form = self.clone();
        for row in &mut form.rows {
            let same = other.rows.iter().find(|same| same.table == row.table && same.key == row.key);
            row.value = same.map(|same| same.value.clone()).unwrap_or_default();
        }
        (form.text() == other.text()).then_some(form)
    }

    /// Whether any row says something else than the file.
    pub fn is_changed(&self) -> bool {
        self.rows.iter().any(FormRow::is_changed)
    }

    /// The file's text with all changes.
    pub fn text(&self) -> String {
        let Ok(mut document) = self.text.parse::<DocumentMut>() else { return self.text.clone() };
        for row in self.rows.iter().filter(|row| row.is_changed()) {
            write(document.as_table_mut(), row);
        }
        if self.is_changed() { document.to_string() } else { self.text.clone() }
    }

    /// The row that a line of a text of this form's belongs to, counted from 1.
    pub fn row_at(&self, text: &str, line: u32) -> Option<usize> {
        let document = Document::parse(text).ok()?;
        let line_of = |at: usize| 1 + text.bytes().take(at).filter(|byte| *byte == b'\n').count();
        let line = usize::try_from(line).ok()?;
        self.rows.iter().position(|row| {
            let Some(table) = table(document.as_table(), &row.table) else { return false };
            let Some((key, item)) = table.get_key_value(&row.key) else { return false };
            let (Some(key), Some(value)) = (key.span(), item.span()) else { return false };
            (line_of(key.start)..=line_of(value.end.saturating_sub(1))).contains(&line)
        })
    }
}

/// A scenario's text under another title.
pub fn retitled(text: &str, title: &str) -> String {
    let Ok(mut document) = text.parse::<DocumentMut>() else { return text.to_owned() };
    let Some(value) = document.get_mut("title").and_then(Item::as_value_mut) else { return text.to_owned() };
    let decor = value.decor().clone();
    *value = title.into();
    *value.decor_mut() = decor;
    document.to_string()
}

/// A scenario's text for a file in another folder: data that lies beside the old file is named by its whole path.
pub fn relocated(text: &str, catalog: &Catalog, origin: &Origin, folder: &Path) -> String {
    let is_home = |file: &PathBuf| file.parent().is_some_and(|old| same_folder(old, folder));
    let (Origin::File(file), Ok(mut document)) = (origin, text.parse::<DocumentMut>()) else { return text.to_owned() };
    let work = document.get_mut("workload").and_then(Item::as_table_like_mut).filter(|_| !is_home(file));
    let Some(work) = work else { return text.to_owned() };
    let name = work.get("kind").and_then(Item::as_str).unwrap_or_default().to_owned();
    let params = catalog.kind(&name).map_or(&[][..], |spec| spec.params);
    for param in params.iter().filter(|param| matches!(param.domain, Domain::File { .. })) {
        let Some(value) = work.get_mut(param.name).and_then(Item::as_value_mut) else { continue };
        let located = value.as_str().and_then(|given| data::locate(given, origin).ok());
        // A bundled file is found from anywhere.
        if let Some(path) = located.filter(|located| Path::new(located).is_absolute()) {
            let decor = value.decor().clone();
            *value = path.into();
            *value.decor_mut() = decor;
        }
    }
    document.to_string()
}

fn same_folder(a: &Path, b: &Path) -> bool {
    let real = |folder: &Path| if folder.as_os_str().is_empty() { Path::new(".") } else { folder }.canonicalize().ok();
    real(a).is_some_and(|a| Some(a) == real(b))
}

/// A table of the file; the file itself has no name.
fn table<'d>(root: &'d Table, name: &str) -> Option<&'d dyn TableLike> {
    if name.is_empty() { Some(root) } else { root.get(name)?.as_table_like() }
}

fn row(root: &Table, table: &str, key: &str, about: AboutKeys) -> FormRow {
    let value = self::table(root, table).and_then(|table| table.get(key)).and_then(Item::as_value);
    let given = value.map(|value| about.shape.shown(value)).unwrap_or_default();
    let AboutKeys { default, help, allowed, choices, shape } = about;
    let (table, key) = (table.to_owned(), key.to_owned());
    FormRow { table, key, value: given.clone(), default, help, allowed, choices, shape, given }
}

/// What the tasks are: the inputs, unless a grid has them, and the kind's parameters, unless a grid varies them.
fn workload(root: &Table, spec: &'static KindSpec) -> Vec<FormRow> {
    const TABLE: &str = "workload";
    let grid = table(root, "grid");
    let given = |key: &str| table(root, TABLE).is_some_and(|table| table.contains_key(key));
    let inputs = keys::rows(TABLE).filter(|key| (grid.is_none() && !spec.is_program()) || given(key.name));
    let params = spec.params.iter().filter(|param| !is_elsewhere(root, param.name) || given(param.name));
    let mut rows: Vec<FormRow> = params.map(|param| row(root, TABLE, param.name, about_param(param))).collect();
    rows.extend(inputs.map(|key| {
        let about = about_key(key);
        row(root, TABLE, key.name, AboutKeys { help: format!("{}: {}", about.help, spec.summary), ..about })
    }));
    rows
}

/// The parameters of what stands for a function of Python, if something does.
fn beside(root: &Table, catalog: &Catalog) -> Vec<FormRow> {
    let kind = table(root, emulated::TABLE).and_then(|table| table.get("kind")?.as_str());
    let params = kind.and_then(|kind| catalog.kind(kind)).map_or(&[][..], |spec| spec.params);
    params.iter().map(|param| row(root, emulated::TABLE, param.name, about_param(param))).collect()
}

/// Whether a key has its values in the grid or in what is varied, and could only be refused anywhere else.
fn is_elsewhere(root: &Table, key: &str) -> bool {
    ["grid", "vary"].iter().any(|name| table(root, name).is_some_and(|table| table.contains_key(key)))
}

/// Tables of values, such as the grid: the keys that the file has.
fn others(root: &Table, spec: &'static KindSpec) -> Vec<FormRow> {
    let tables = root.iter().filter(|(name, _)| !WHOLE.contains(name));
    let tables = tables.filter_map(|(name, item)| Some((name, item.as_table_like()?)));
    let rows = tables.flat_map(|(name, table)| {
        table.iter().map(move |(key, _)| {
            let param = spec.params.iter().find(|param| param.name == key).map(about_param);
            let about = param.unwrap_or_else(|| keys::about(name, key));
            row(
                root,
                name,
                key,
                AboutKeys { shape: ValueShape::List, choices: Vec::new(), default: String::new(), ..about },
            )
        })
    });
    rows.collect()
}

/// Writes a row into the file: in place of what stood there, with the comments around it, or as a new key; or takes the
/// key out.
fn write(root: &mut Table, row: &FormRow) {
    if !row.table.is_empty() && !root.contains_key(&row.table) {
        root.insert(&row.table, Item::Table(Table::new()));
    }
    let table: &mut dyn TableLike = match row.table.as_str() {
        "" => root,
        name => match root.get_mut(name).and_then(Item::as_table_like_mut) {
            Some(table) => table,
            None => return,
        },
    };
    if row.value.trim().is_empty() {
        table.remove(&row.key);
        return;
    }
    let mut value = row.shape.read(row.value.trim());
    match table.get_mut(&row.key) {
        Some(item) => {
            if let Some(old) = item.as_value() {
                *value.decor_mut() = old.decor().clone();
            }
            *item = Item::Value(value);
        }
        None => drop(table.insert(&row.key, Item::Value(value))),
    }
}
