//! More lanes than rows: either as many as there are rows, from one on, or all of them folded, so that a row shows how
//! busy a group of workers was together.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::model::{LaneFold, LaneFrame, LaneRow, Lanes};
use super::row;
use crate::chart::heat;
use crate::record::LaneState;
use crate::tui::theme::Role;
use crate::tui::widgets::paint;

/// Which lanes stand in which row: one each where there is room, else those of a group, or those in sight.
pub(super) fn arrange(lanes: usize, rows: u16, fold: LaneFold) -> Vec<Range<usize>> {
    let rows = usize::from(rows);
    if rows == 0 {
        return Vec::new();
    }
    if lanes <= rows {
        return (0..lanes).map(|lane| lane..lane + 1).collect();
    }
    match fold {
        LaneFold::Folded => {
            let group = lanes.div_ceil(rows);
            (0..lanes).step_by(group).map(|first| first..(first + group).min(lanes)).collect()
        }
        LaneFold::From(first) => {
            let first = first.min(lanes - rows);
            (first..first + rows).map(|lane| lane..lane + 1).collect()
        }
    }
}

/// Which of all the lanes are in sight at a height, in words; `None` where each has a row: `8 a row`, `9–17 of 256`.
pub(super) fn sight(lanes: &Lanes<'_>, rows: u16) -> Option<String> {
    let all = lanes.lanes.len();
    let arrangement = arrange(all, rows, lanes.fold);
    let (first, last) = (arrangement.first()?, arrangement.last()?);
    let dash = lanes.theme.symbols().dash;
    match lanes.fold {
        _ if all <= usize::from(rows) => None,
        LaneFold::Folded => Some(format!("{all} workers, {} a row", first.len())),
        LaneFold::From(_) => Some(format!("{}{dash}{} of {all} workers", first.start, last.end - 1)),
    }
}

/// The name of a row: its lane's, or those of its first and last one.
pub(super) fn label(lanes: &Lanes<'_>, row: &Range<usize>) -> String {
    let name = |lane: usize| lanes.lanes.get(lane).map_or("", |lane| lane.label.as_str());
    match row.len() {
        1 => name(row.start).to_owned(),
        _ => format!("{}{}{}", name(row.start), lanes.theme.symbols().dash, name(row.end - 1)),
    }
}

/// What is said beside a group: who is in trouble, else how busy its workers were.
pub(super) fn words(group: &[LaneRow<'_>]) -> String {
    let troubled = group.iter().filter(|lane| matches!(lane.state, LaneState::Stalled | LaneState::Lost));
    let words: Vec<String> = troubled.map(|lane| format!("{} {}", lane.label, row::words(lane))).collect();
    if !words.is_empty() {
        return words.join("  ");
    }
    let shares: Vec<f64> = group.iter().filter_map(|lane| lane.share).collect();
    match shares.len() {
        0 => String::new(),
        n => format!("{:>3}%", paint::percent(shares.iter().sum::<f64>() / n as f64)),
    }
}

impl Lanes<'_> {
    /// A group of lanes in one row: a shade for the part of each column's time that its workers computed.
    pub(super) fn strip(&self, row: &Range<usize>, frame: &LaneFrame, y: u16, buf: &mut Buffer) {
        let group = &self.lanes[row.clone()];
        let label = Rect { y, height: 1, ..frame.label };
        let time = Rect { y, height: 1, ..frame.time };
        paint::put_right(buf, label, y, &self::label(self, row), self.theme, self.theme.style(Role::Dim));
        let symbols = self.theme.symbols();
        let (work, failure) = (self.theme.style(self.work), self.theme.style(Role::Bad));
        for (column, (sum, failed)) in self.group_columns(group, frame).into_iter().enumerate() {
            let at = (time.x + column as u16, y);
            let level = sum / group.len() as f64;
            if failed {
                paint::dot(buf, time, at, symbols.cross, failure);
            } else if level > 0.0 {
                paint::dot(buf, time, at, symbols.shades[heat::shade(level, symbols.shades.len())], work);
            }
        }
        self.say_of_group(group, frame, y, buf);
    }

    /// For each column how many of a group computed in it on average, and whether a task began there that failed.
    fn group_columns(&self, group: &[LaneRow<'_>], frame: &LaneFrame) -> Vec<(f64, bool)> {
        let mut columns = vec![(0.0, false); usize::from(frame.time.width)];
        for lane in group {
            let parts = super::doing::parts(lane, frame);
            let busy = row::computed_columns(lane, &parts, frame);
            for ((sum, failed), (level, fails)) in
                columns.iter_mut().zip(busy.iter().zip(row::failed_columns(lane, frame)))
            {
                *sum += level;
                *failed |= fails;
            }
        }
        columns
    }

    /// To the right, or over the end of the time line where there is no other room for what matters.
    fn say_of_group(&self, group: &[LaneRow<'_>], frame: &LaneFrame, y: u16, buf: &mut Buffer) {
        let words = words(group);
        let has = |state| group.iter().any(|lane| lane.state == state);
        let role = match (has(LaneState::Lost), has(LaneState::Stalled)) {
            (true, _) => Role::Bad,
            (false, true) => Role::Warn,
            (false, false) => Role::Dim,
        };
        let style = self.theme.style(role);
        let beside = Rect { y, height: 1, x: frame.words.x + 1, width: frame.words.width.saturating_sub(1) };
        if beside.width > 0 {
            paint::put(buf, beside, (beside.x, y), &words, self.theme, style);
        } else if role != Role::Dim {
            let time = Rect { y, height: 1, ..frame.time };
            let words = paint::fit(self.theme, &words, time.width);
            paint::put_right(buf, time, y, &words, self.theme, style);
        }
    }
}
