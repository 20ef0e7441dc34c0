//! Reports of runs on the screen, written into files that the user names there.

use std::path::Path;

use super::failure::Failure;
use super::typed_files::{check_place, folder_of, typed_path, write};
use crate::foreign::PlainText;
use crate::record::RunState;
use crate::report::FORMATS;
use crate::scenario::label;
use crate::tui::port::{Existing, ReportFormat, ReportOffer, Unsaved};

/// A file in the current folder, called by the scenario and the time of the run. Whether it exists is asked when it is
/// written.
pub(super) fn offer(record: &RunState) -> ReportOffer {
    ReportOffer { stem: stem(record), formats: formats() }
}

/// `database-20260102-030405`.
fn stem(record: &RunState) -> String {
    let Some(planned) = &record.planned else { return "report".to_owned() };
    let is_plain = |c: char| c.is_alphanumeric() || ['-', '_', '.'].contains(&c);
    let name: String = planned.scenario.name.chars().filter(|c| is_plain(*c)).collect();
    let digits: String = planned.started_at.chars().filter(char::is_ascii_digit).take(14).collect();
    let (day, time) = digits.split_at(digits.len().min(8));
    format!("{}-{day}-{time}", name.trim_start_matches('.'))
}

/// What reports can be written in.
fn formats() -> Vec<ReportFormat> {
    let written = FORMATS.iter().filter(|format| format.report.is_some());
    written.map(|format| ReportFormat { name: format.name, summary: format.summary, ending: format.ending }).collect()
}

/// Writes a report, if its place `may_be` written to.
///
/// # Errors
/// Why not; then nothing was changed.
pub(super) fn save(
    record: &RunState,
    format: &str,
    file: &str,
    existing: Existing,
    may_be: impl FnOnce(&Path) -> Result<(), Failure>,
) -> Result<String, Unsaved> {
    let format =
        FORMATS.iter().find(|known| known.name == format).and_then(|known| Some((known.report?, known.ending)));
    let (render, ending) = format.ok_or_else(|| Unsaved::Failed("there is no such format".to_owned()))?;
    let path = typed_path(file, ending).map_err(Unsaved::Failed)?;
    let folder = folder_of(&path);
    if !folder.is_dir() {
        return Err(Unsaved::Failed(format!("there is no folder {}", label(&folder))));
    }
    check_place(&path, existing)?;
    may_be(&path).map_err(|failure| Unsaved::Failed(failure.message))?;
    write(&path, PlainText::lines(&render(record)).as_str(), existing)?;
    Ok(label(&path))
}
