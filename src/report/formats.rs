//! The formats that things are written in, as one table: what each can write, and how. A format is a file beside this
//! one and a line of [`FORMATS`].

use super::{catalog, fit, fits, json, machine, metg, reference, text, width};
use crate::foreign;
use crate::record::{History, RunState};
use crate::results::{FittedFile, MetgStudy};
use crate::scenario::library::Library;
use crate::workload;

/// A format, with what can be written in it; `None` where something cannot.
pub struct Format {
    /// The word after `--format`.
    pub name: &'static str,
    /// What it is good for, in a few words.
    pub summary: &'static str,
    /// The ending of its files, without the dot.
    pub ending: &'static str,
    /// Whether it is read on a terminal, which may lack some characters; other formats are written to the letter.
    pub is_for_people: bool,
    /// A run, finished or not.
    pub report: Option<fn(&RunState) -> String>,
    /// The library of scenarios.
    pub library: Option<fn(&Library, &History) -> String>,
    /// The kinds of workload.
    pub kinds: Option<fn() -> String>,
    /// What is seen of the machine.
    pub machine: Option<fn(&machine::MachineNow) -> String>,
    /// Laws of scaling, fitted to a file of measurements.
    pub fit: Option<fn(&FittedFile) -> String>,
    /// The shortest tasks worth handing out.
    pub metg: Option<fn(&MetgStudy) -> String>,
}

impl Format {
    /// A format that nothing is written in yet.
    const PLAIN: Self = Self {
        name: "",
        summary: "",
        ending: "",
        is_for_people: false,
        report: None,
        library: None,
        kinds: None,
        machine: None,
        fit: None,
        metg: None,
    };

    /// What writes a report in this format.
    ///
    /// # Errors
    /// [`Unsupported`] where this version cannot: bad usage, exit code 2.
    pub fn reporter(&self) -> Result<fn(&RunState) -> String, Unsupported> {
        self.report.ok_or(Unsupported(self.name))
    }

    /// The format of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        FORMATS.iter().find(|format| format.name == name)
    }
}

/// A format that comes with a later version.
#[derive(Debug, thiserror::Error)]
#[error("--format {0}: comes with a later version; this one writes {written}", written = reports().join(" and "))]
pub struct Unsupported(&'static str);

/// The names of the formats that reports are written in.
fn reports() -> Vec<&'static str> {
    FORMATS.iter().filter(|format| format.report.is_some()).map(|format| format.name).collect()
}

impl std::fmt::Debug for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// A value as the text of a file.
fn lines_of_json(value: &serde_json::Value) -> String {
    foreign::json(value).expect("a value is always JSON") + "\n"
}

/// All formats; the first is the usual one.
pub static FORMATS: &[Format] = &[
    Format {
        name: "text",
        summary: "For people",
        ending: "txt",
        is_for_people: true,
        report: Some(text::render),
        library: Some(|library, history| catalog::list_text(library, history, width())),
        kinds: Some(|| catalog::kinds_text(workload::specs(), width())),
        machine: Some(machine::text),
        fit: Some(|file| fit::render(file, width())),
        metg: Some(metg::text),
    },
    Format {
        name: "json",
        summary: "For scripts",
        ending: "json",
        report: Some(json::render),
        library: Some(|library, history| lines_of_json(&catalog::list_json(library, history))),
        kinds: Some(|| lines_of_json(&catalog::kinds_json(workload::specs()))),
        machine: Some(machine::json),
        fit: Some(|file| fits::render(&file.fit)),
        metg: Some(metg::json),
        ..Format::PLAIN
    },
    Format { name: "csv", summary: "A row a configuration, comma-separated", ending: "csv", ..Format::PLAIN },
    Format {
        name: "md",
        summary: "For a page of documentation",
        ending: "md",
        kinds: Some(|| reference::kinds_markdown(workload::specs())),
        ..Format::PLAIN
    },
    Format { name: "svg", summary: "The speedup chart", ending: "svg", ..Format::PLAIN },
];
