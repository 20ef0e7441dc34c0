//! More lanes than rows: which are shown, which share a row, and what is said of the rest.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::model::{LaneFrame, LaneRow, Lanes};
use super::row;
use crate::record::LaneState;
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::paint;

/// Which lanes stand in which row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Arrangement {
    /// One lane a row, or two.
    pub rows: Vec<Vec<usize>>,
    /// The lanes that are only summed up, on a line of their own.
    pub rest: Option<Vec<usize>>,
}

/// One lane a row if that fits, else two, else the first ones in pairs and a line for the rest. Lanes in trouble
/// are always among those shown, as far as there are rows.
pub(super) fn arrange(lanes: &[LaneRow<'_>], rows: u16) -> Arrangement {
    let (n, rows) = (lanes.len(), usize::from(rows));
    if n <= rows {
        return Arrangement { rows: (0..n).map(|lane| vec![lane]).collect(), rest: None };
    }
    let pairs = |lanes: &[usize]| lanes.chunks(2).map(<[usize]>::to_vec).collect();
    if n <= 2 * rows {
        return Arrangement { rows: pairs(&(0..n).collect::<Vec<_>>()), rest: None };
    }
    let room = rows.saturating_sub(1) * 2;
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by_key(|lane| !in_trouble(&lanes[*lane]));
    let (shown, rest) = order.split_at_mut(room);
    shown.sort_unstable();
    rest.sort_unstable();
    Arrangement { rows: pairs(shown), rest: (rows > 0).then(|| rest.to_vec()) }
}

fn in_trouble(lane: &LaneRow<'_>) -> bool {
    matches!(lane.state, LaneState::Stalled | LaneState::Lost)
}

/// `… 58 more: 56 running, 2 finished`, or without `more` when none is shown.
pub(super) fn summary(lanes: &[LaneRow<'_>], rest: &[usize], theme: &Theme) -> String {
    const WORDS: [(LaneState, &str); 6] = [
        (LaneState::Lost, "lost"),
        (LaneState::Stalled, "stalled"),
        (LaneState::Running, "running"),
        (LaneState::Finished, "finished"),
        (LaneState::Waiting, "waiting"),
        (LaneState::Absent, "not hired yet"),
    ];
    let count = |state| rest.iter().filter(|lane| lanes[**lane].state == state).count();
    let parts = WORDS.into_iter().map(|(state, word)| (count(state), word)).filter(|(n, _)| *n > 0);
    let parts: Vec<String> = parts.map(|(n, word)| format!("{n} {word}")).collect();
    let head = match rest.len() {
        n if n == lanes.len() => format!("{n} workers"),
        n => format!("{} {n} more", theme.symbols().ellipsis),
    };
    format!("{head}: {}", parts.join(", "))
}

/// What is said beside two lanes in one row: whichever is in trouble.
pub(super) fn words_of_pair(lanes: [&LaneRow<'_>; 2]) -> String {
    let troubled = lanes.into_iter().filter(|lane| in_trouble(lane));
    troubled.map(|lane| format!("{} {}", lane.label, row::words(lane))).collect::<Vec<_>>().join("  ")
}

impl Lanes<'_> {
    /// Two lanes in one row: a half block for each where it was busy for at least half of the column's time.
    pub(super) fn pair(&self, [upper, lower]: [usize; 2], frame: &LaneFrame, y: u16, buf: &mut Buffer) {
        let lanes = [&self.lanes[upper], &self.lanes[lower]];
        let label = Rect { y, height: 1, ..frame.label };
        let time = Rect { y, height: 1, ..frame.time };
        let text = format!("{} {}", lanes[0].label, lanes[1].label);
        paint::put_right(buf, label, y, &text, self.theme, self.theme.style(Role::Dim));
        let [above, below] = lanes.map(|lane| row::busy_columns(lane, frame));
        let failed = lanes.map(|lane| row::failed_columns(lane, frame));
        for column in 0..above.len() {
            let at = (time.x + column as u16, y);
            if failed[0][column] || failed[1][column] {
                paint::dot(buf, time, at, self.theme.symbols().cross, self.theme.style(Role::Bad));
            } else if let Some(symbol) = row::half(above[column] >= 0.5, below[column] >= 0.5, self.theme) {
                paint::dot(buf, time, at, symbol, self.theme.style(self.work));
            }
        }
        self.say_of_pair(lanes, frame, y, buf);
    }

    /// Which of the two is in trouble: to the right, or over the end of the time line where there is no other room.
    fn say_of_pair(&self, lanes: [&LaneRow<'_>; 2], frame: &LaneFrame, y: u16, buf: &mut Buffer) {
        let words = words_of_pair(lanes);
        if words.is_empty() {
            return;
        }
        let lost = lanes.iter().any(|lane| lane.state == LaneState::Lost);
        let style = self.theme.style(if lost { Role::Bad } else { Role::Warn });
        let beside = Rect { y, height: 1, x: frame.words.x + 1, width: frame.words.width.saturating_sub(1) };
        if beside.width > 0 {
            paint::put(buf, beside, (beside.x, y), &words, self.theme, style);
        } else {
            let time = Rect { y, height: 1, ..frame.time };
            let words = paint::fit(self.theme, &words, time.width);
            paint::put_right(buf, time, y, &words, self.theme, style);
        }
    }
}
