//! One lane in one row: segments where they are wide enough to be told apart, else how busy each column was.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::doing::{self, LaneDoing};
use super::model::{KINDS, Label, LaneFrame, LaneRow, Lanes, Segment};
use crate::record::LaneState;
use crate::tui::theme::Role;
use crate::tui::widgets::{paint, sparkline};

/// Segments are drawn as such while they are at least this wide on average, in columns.
const NARROWEST_SEGMENT: usize = 2;

impl Lanes<'_> {
    pub(super) fn lane(&self, lane: &LaneRow<'_>, frame: &LaneFrame, y: u16, buf: &mut Buffer) {
        let row = |part: Rect| Rect { y, height: 1, ..part };
        let label = paint::fit_ends(self.theme, &lane.label, frame.label.width);
        paint::put_right(buf, row(frame.label), y, &label, self.theme, self.theme.style(Role::Dim));
        let time = row(frame.time);
        let parts = doing::parts(lane, frame);
        let states = self.doing(&parts);
        self.doing_marks(&states, time, buf);
        if lane.spans.is_empty() || is_crowded(lane, frame) {
            self.density(lane, &computed_columns(lane, &parts, frame), &states, frame, time, buf);
        } else {
            for segment in lane.spans.iter().filter(|segment| frame.shows(segment)) {
                self.segment(segment, lane.state, &states, frame, time, buf);
            }
        }
        self.say(lane, row(frame.words), time, buf);
    }

    /// Says the lane's words to the right, or over the end of its time line where there is no other room.
    fn say(&self, lane: &LaneRow<'_>, words: Rect, time: Rect, buf: &mut Buffer) {
        let text = words_of(lane);
        if text.is_empty() {
            return;
        }
        let style = self.theme.style(role_of_words(lane.state));
        if words.width > 1 {
            paint::put(buf, words, (words.x + 1, words.y), &text, self.theme, style);
        } else {
            let text = paint::fit(self.theme, &text, time.width);
            paint::put_right(buf, time, time.y, &text, self.theme, style);
        }
    }

    /// Draws a task. What its worker did about the lock has been drawn, and is left where it tells more.
    fn segment(
        &self,
        segment: &Segment,
        state: LaneState,
        states: &[Option<LaneDoing>],
        frame: &LaneFrame,
        time: Rect,
        buf: &mut Buffer,
    ) {
        let symbols = self.theme.symbols();
        let (from, to) = frame.columns(segment);
        let role = match (segment.failed, segment.end_s) {
            (true, _) => Role::Bad,
            (false, None) => self.role_of_open(state),
            (false, Some(_)) => self.work,
        };
        let style = self.theme.style(role);
        let body = symbols.span_body[usize::from(segment.failed)];
        for column in from..to {
            let symbol = match column {
                c if c == from => symbols.span_ends[0],
                c if c + 1 < to && has_mark(states, c) && !segment.failed => continue,
                c if c + 1 < to => body,
                _ if segment.end_s.is_none() => symbols.span_open,
                _ => symbols.span_ends[1],
            };
            paint::dot(buf, time, (time.x + column, time.y), symbol, style);
        }
        self.label_in(segment, (from, to), time, buf);
    }

    fn role_of_open(&self, state: LaneState) -> Role {
        match state {
            LaneState::Stalled => Role::Warn,
            LaneState::Lost => Role::Bad,
            _ => self.work,
        }
    }

    /// The label in the middle, with blanks around it where the segment is long.
    fn label_in(&self, segment: &Segment, (from, to): (u16, u16), time: Rect, buf: &mut Buffer) {
        let room = (to - from).saturating_sub(2);
        if room == 0 {
            return;
        }
        let text = match &segment.label {
            Label::None => return,
            Label::Input(x) => input(*x),
            Label::Text(text) => text.clone(),
        };
        let width = paint::width(self.theme, &text);
        if width == 0 || width > room {
            return;
        }
        let (text, width) = if width + 4 <= room { (format!(" {text} "), width + 2) } else { (text, width) };
        let x = time.x + from + 1 + (room - width) / 2;
        let role = if segment.failed { Role::Bad } else { Role::Text };
        paint::put(buf, time, (x, time.y), &text, self.theme, self.theme.style(role));
    }

    /// How much of each column was computed, where tasks are too short to be seen.
    fn density(
        &self,
        lane: &LaneRow<'_>,
        computed: &[f64],
        states: &[Option<LaneDoing>],
        frame: &LaneFrame,
        time: Rect,
        buf: &mut Buffer,
    ) {
        let failed = failed_columns(lane, frame);
        for (column, (level, failed)) in computed.iter().zip(failed).enumerate() {
            let Some(symbol) = sparkline::symbol(*level, self.theme) else { continue };
            let at = (time.x + column as u16, time.y);
            if failed {
                paint::dot(buf, time, at, self.theme.symbols().cross, self.theme.style(Role::Bad));
            } else if !self.locked && !has_mark(states, column as u16) {
                paint::dot(buf, time, at, symbol, self.theme.style(self.work));
            }
        }
    }
}

fn has_mark(states: &[Option<LaneDoing>], column: u16) -> bool {
    states.get(usize::from(column)).is_some_and(Option::is_some)
}

/// Whether segments would be too narrow to be told apart.
fn is_crowded(lane: &LaneRow<'_>, frame: &LaneFrame) -> bool {
    let covered = lane.spans.last().map_or(0.0, |last| frame.column(last.end_s.unwrap_or(frame.now_s)));
    let seen = lane.spans.iter().filter(|segment| frame.shows(segment)).count();
    seen > 2 && seen * NARROWEST_SEGMENT > covered as usize
}

/// The fraction of each column's time that the lane was busy.
pub(super) fn busy_columns(lane: &LaneRow<'_>, frame: &LaneFrame) -> Vec<f64> {
    let mut busy = vec![0.0; usize::from(frame.time.width)];
    let mut add = |from: f64, to: f64, level: f64| {
        for (column, cell) in busy.iter_mut().enumerate().take(to.ceil() as usize).skip(from as usize) {
            let left = column as f64;
            let covered = to.min(left + 1.0) - from.max(left);
            *cell = (*cell + covered.max(0.0) * level).min(1.0);
        }
    };
    for segment in lane.spans {
        add(frame.column(segment.start_s), frame.column(segment.end_s.unwrap_or(frame.now_s)), 1.0);
    }
    if lane.spans.is_empty() {
        let at_s = |step: usize| frame.now_s * step as f64 / lane.busy.len().max(1) as f64;
        for (i, level) in lane.busy.iter().enumerate() {
            let level = if level.is_finite() { f64::from(level.clamp(0.0, 1.0)) } else { 0.0 };
            add(frame.column(at_s(i)), frame.column(at_s(i + 1)), level);
        }
    }
    // Sums of many tiny parts miss 1 by rounding, and would then lack the last eighth.
    for cell in &mut busy {
        *cell = (*cell * 1e6).round() / 1e6;
    }
    busy
}

/// The fraction of each column's time that the worker computed: that it was in a task, but for what it waited there.
pub(super) fn computed_columns(lane: &LaneRow<'_>, parts: &[[f64; KINDS]], frame: &LaneFrame) -> Vec<f64> {
    let mut computed = busy_columns(lane, frame);
    for (level, [held, waited, blocked, native, _, queued, messages, collective]) in computed.iter_mut().zip(parts) {
        let worked = held + native;
        let all = worked + waited + blocked + queued + messages + collective;
        if all > 0.0 {
            *level *= worked / all;
        }
    }
    computed
}

/// The columns in which a failed task began.
pub(super) fn failed_columns(lane: &LaneRow<'_>, frame: &LaneFrame) -> Vec<bool> {
    let mut failed = vec![false; usize::from(frame.time.width)];
    for segment in lane.spans.iter().filter(|segment| segment.failed && frame.shows(segment)) {
        if let Some(cell) = failed.get_mut(usize::from(frame.columns(segment).0)) {
            *cell = true;
        }
    }
    failed
}

/// What is said of a lane: its state unless that is plain to see, and its note.
pub(super) fn words(lane: &LaneRow<'_>) -> String {
    // Waiting lanes have an empty time line to say it on.
    match lane.state {
        LaneState::Absent | LaneState::Waiting if lane.note.is_empty() => String::new(),
        _ => words_of(lane),
    }
}

fn words_of(lane: &LaneRow<'_>) -> String {
    let state = match lane.state {
        LaneState::Absent => "not started yet",
        LaneState::Waiting => "at the gate",
        LaneState::Stalled => "stopped",
        LaneState::Lost => "lost",
        LaneState::Running | LaneState::Finished => "",
    };
    match (state, lane.note.as_str()) {
        (state, "") => state.to_owned(),
        ("", note) => note.to_owned(),
        (state, note) => format!("{state}: {note}"),
    }
}

fn role_of_words(state: LaneState) -> Role {
    match state {
        LaneState::Stalled => Role::Warn,
        LaneState::Lost => Role::Bad,
        _ => Role::Dim,
    }
}

/// An input as short as it is exact to three digits: `8`, `1.5`, `0.333`, `2e6`.
fn input(x: f64) -> String {
    let plain = format!("{x}");
    if plain.len() <= 6 {
        return plain;
    }
    let size = x.abs();
    if (0.1..1e5).contains(&size) {
        let digits = crate::units::digits(x);
        return if digits.contains('.') {
            digits.trim_end_matches('0').trim_end_matches('.').to_owned()
        } else {
            digits
        };
    }
    let short = format!("{x:.2e}");
    match short.split_once('e') {
        Some((mantissa, exponent)) if mantissa.contains('.') => {
            format!("{}e{exponent}", mantissa.trim_end_matches('0').trim_end_matches('.'))
        }
        _ => short,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inputs_are_short() {
        let cases = [
            (8.0, "8"),
            (1.5, "1.5"),
            (1.0 / 3.0, "0.33"),
            (0.012_345_6, "1.23e-2"),
            (2e6, "2e6"),
            (1_234_567.0, "1.23e6"),
            (12_345.0, "12345"),
            (123_456.0, "123456"),
            (1e-9, "1e-9"),
            (-0.001, "-0.001"),
            (f64::NAN, "NaN"),
            (f64::INFINITY, "inf"),
        ];
        for (x, text) in cases {
            assert_eq!(input(x), text);
        }
    }
}
