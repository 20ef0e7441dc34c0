//! The cores' panel: how busy each is, how much of that is this program's own, and both in figures on its frame.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget as _;

use crate::machine::Sample;
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::{Cores, paint};

/// Columns of the panel that say whose load it is.
const LOAD_WIDE: u16 = 28;
/// What is known of own load is told to be old from this age on.
const OLD: Duration = Duration::from_secs(2);

/// As many rows as there are cores, as long as what stands below keeps so many.
pub(super) fn height(sample: Option<&Sample>, area: Rect, below: u16) -> u16 {
    let cores = sample.map_or(1, |sample| sample.cores.len());
    let wanted = u16::try_from(cores).unwrap_or(u16::MAX).saturating_add(2).max(4);
    let most = if wanted <= area.height - below { area.height - below } else { area.height / 2 };
    wanted.min(most).max(3)
}

/// Draws the panel.
pub(super) fn render(sample: Option<&Sample>, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let words = sample.map_or_else(Vec::new, load_in_words);
    let title = longest(&words, theme, area.width.saturating_sub(4)).unwrap_or("cores");
    let block = theme.block(title, area.width);
    let inner = paint::padded(block.inner(area));
    block.render(area, buf);
    let Some(sample) = sample else {
        return paint::put_centred(buf, inner, "not sampled yet", theme, theme.style(Role::Dim));
    };
    let usable: Vec<bool> = sample.layout.iter().map(|core| core.usable).collect();
    let cores = Cores { samples: &sample.cores, own: sample.own.as_deref(), usable: &usable, theme };
    let legends = with_age(cores.legends(inner), sample.own_age);
    match longest(&legends, theme, area.width.saturating_sub(5)) {
        Some(legend) => paint::on_frame(buf, area, legend, theme),
        None if sample.own.is_none() && area.width >= LOAD_WIDE => {
            paint::on_frame(buf, area, "load of all programs", theme);
        }
        None => {}
    }
    cores.render(inner, buf);
}

/// The first of these forms that is no wider than this.
fn longest<'a>(forms: &'a [String], theme: &Theme, columns: u16) -> Option<&'a str> {
    forms.iter().find(|form| paint::width(theme, form) <= columns).map(String::as_str)
}

/// Own load and others' on usable cores, in CPUs, in more words and in fewer; none where it is not known which is which.
fn load_in_words(sample: &Sample) -> Vec<String> {
    let Some(own) = &sample.own else { return Vec::new() };
    let usable = sample.layout.iter().zip(sample.cores.iter().zip(own)).filter(|(core, _)| core.usable);
    let (mut all, mut ours, mut cpus) = (0.0, 0.0, 0);
    for (_, (load, own)) in usable {
        all += f64::from(*load);
        ours += f64::from(*own);
        cpus += 1;
    }
    let both = format!("own {}, others' {}", in_cpus(ours), in_cpus(all - ours));
    let of = if cpus == 1 { "of 1 CPU".to_owned() } else { format!("of {cpus} CPUs") };
    vec![format!("cores: {both} {of}"), format!("cores: {both}"), both]
}

/// What tells own load from others', with its age where that matters and as far as there is room.
fn with_age(legends: Vec<String>, own_age: Duration) -> Vec<String> {
    if own_age < OLD {
        return legends;
    }
    let aged: Vec<String> = legends.iter().map(|legend| format!("{legend}, {} s ago", own_age.as_secs())).collect();
    aged.into_iter().chain(legends).collect()
}

/// Tenths, as far as they mean anything.
fn in_cpus(load: f64) -> String {
    let load = load.max(0.0);
    if load < 99.95 { format!("{load:.1}") } else { format!("{load:.0}") }
}

#[cfg(test)]
mod tests;
