//! Reads what a scenario says about itself: title, summary, tags and lesson.
//!
//! These texts reach terminals and reports unescaped, so nothing but plain text is let through.

use super::diagnostics::Diagnostics;
use super::raw::Setting;
use super::section::Section;
use super::wording::is_hazard;

/// The keys read here, all at the top of the file.
pub(super) const KEYS: [&str; 4] = ["title", "summary", "tags", "lesson"];

pub(super) const TITLE_MAX: usize = 200;
pub(super) const SUMMARY_MAX: usize = 400;
const LESSON_MAX: usize = 20_000;
pub(super) const TAG_MAX: usize = 40;
pub(super) const TAGS_MAX: usize = 32;

/// The texts of a scenario.
pub(super) struct About {
    pub(super) title: String,
    pub(super) summary: String,
    pub(super) tags: Vec<String>,
    pub(super) lesson: String,
}

/// Reads the texts; nothing if any is wrong.
pub(super) fn read(root: &mut Section<'_>, diagnostics: &mut Diagnostics<'_>) -> Option<About> {
    let title = match root.get("title") {
        Some(title) => line(&title, TITLE_MAX, diagnostics),
        None => {
            diagnostics.missing("title", None, "title", "is missing; begin the file with title = \"…\"");
            None
        }
    };
    let summary = root.get("summary").map_or(Some(String::new()), |summary| line(&summary, SUMMARY_MAX, diagnostics));
    let tags = root.get("tags").map_or(Some(Vec::new()), |tags| words(&tags, diagnostics));
    let lesson = root.get("lesson").map_or(Some(String::new()), |lesson| paragraphs(&lesson, diagnostics));
    Some(About { title: title?, summary: summary?, tags: tags?, lesson: lesson? })
}

/// Text of one line, not empty.
fn line(setting: &Setting<'_>, max: usize, diagnostics: &mut Diagnostics<'_>) -> Option<String> {
    let text = setting.text(diagnostics)?.trim();
    if text.is_empty() {
        diagnostics.about(setting, "must not be empty");
        return None;
    }
    plain(setting, text, max, diagnostics)
}

/// Text of any number of lines.
fn paragraphs(setting: &Setting<'_>, diagnostics: &mut Diagnostics<'_>) -> Option<String> {
    let text = setting.text(diagnostics)?.replace("\r\n", "\n");
    let text = text.trim();
    let lines: Option<Vec<String>> = text.lines().map(|line| plain(setting, line, LESSON_MAX, diagnostics)).collect();
    // Counted as a whole too: each line may be short enough and all of them too many.
    lines.and_then(|_| short_enough(setting, text, LESSON_MAX, diagnostics)).map(str::to_owned)
}

fn words(setting: &Setting<'_>, diagnostics: &mut Diagnostics<'_>) -> Option<Vec<String>> {
    let items = setting.items(diagnostics, "strings")?;
    if items.len() > TAGS_MAX {
        diagnostics.about(setting, format!("has {} tags; at most {TAGS_MAX} are allowed", items.len()));
        return None;
    }
    let tags: Vec<Option<String>> = items.iter().map(|item| line(item, TAG_MAX, diagnostics)).collect();
    tags.into_iter().collect()
}

fn plain(setting: &Setting<'_>, text: &str, max: usize, diagnostics: &mut Diagnostics<'_>) -> Option<String> {
    if let Some(hazard) = text.chars().find(|c| is_hazard(*c)) {
        let shown = hazard.escape_unicode();
        diagnostics.about(setting, format!("holds the control character {shown}; only plain text may be shown"));
        return None;
    }
    short_enough(setting, text, max, diagnostics).map(str::to_owned)
}

fn short_enough<'t>(
    setting: &Setting<'_>,
    text: &'t str,
    max: usize,
    diagnostics: &mut Diagnostics<'_>,
) -> Option<&'t str> {
    let length = text.chars().count();
    if length > max {
        diagnostics.about(setting, format!("has {length} characters; at most {max} are allowed"));
        return None;
    }
    Some(text)
}
