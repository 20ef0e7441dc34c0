//! Reads the texts of a scenario, such as title and lesson.
//!
//! They reach terminals and reports unescaped, so nothing but plain text is let through.

use super::diagnostics::Diagnostics;
use super::raw::Setting;
use super::wording::is_hazard;

/// Text of one line, not empty.
pub(super) fn line(setting: &Setting<'_>, max: usize, diagnostics: &mut Diagnostics<'_>) -> Option<String> {
    let text = setting.text(diagnostics)?.trim();
    if text.is_empty() {
        diagnostics.about(setting, "must not be empty");
        return None;
    }
    plain(setting, text, max, diagnostics)
}

/// Text of any number of lines.
pub(super) fn paragraphs(setting: &Setting<'_>, max: usize, diagnostics: &mut Diagnostics<'_>) -> Option<String> {
    let text = setting.text(diagnostics)?.replace("\r\n", "\n");
    let text = text.trim();
    let lines: Option<Vec<String>> = text.lines().map(|line| plain(setting, line, max, diagnostics)).collect();
    // Counted as a whole too: each line may be short enough and all of them too many.
    lines.and_then(|_| short_enough(setting, text, max, diagnostics)).map(str::to_owned)
}

/// At most so many texts of one line.
pub(super) fn tags(
    setting: &Setting<'_>,
    most: usize,
    max: usize,
    diagnostics: &mut Diagnostics<'_>,
) -> Option<Vec<String>> {
    let items = setting.items(diagnostics, "strings")?;
    if items.len() > most {
        diagnostics.about(setting, format!("has {} tags; at most {most} are allowed", items.len()));
        return None;
    }
    let tags: Vec<Option<String>> = items.iter().map(|item| line(item, max, diagnostics)).collect();
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
