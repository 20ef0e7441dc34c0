//! Bars of block characters, which come in eighths of a cell.

/// A cell that is filled from the left, by one eighth to eight.
pub const EIGHTHS: [&str; 8] = ["▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"];

/// A cell that is filled from below, by one eighth to eight.
pub const LEVELS: [&str; 8] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/// A bar that fills a fraction of its columns, to the nearest eighth of one.
pub fn bar(fraction: f64, columns: usize) -> String {
    let eighths = (fraction.clamp(0.0, 1.0) * columns as f64 * 8.0).round() as usize;
    let rest = (eighths % 8).checked_sub(1).map_or("", |rest| EIGHTHS[rest]);
    format!("{}{rest}", EIGHTHS[7].repeat(eighths / 8))
}

/// Which of [`LEVELS`] a level between 0 and 1 reaches into; the lowest for nothing.
pub fn level(level: f64) -> usize {
    let eighths = (level * LEVELS.len() as f64).ceil() as usize;
    eighths.clamp(1, LEVELS.len()) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_drawn_in_eighths() {
        assert_eq!(bar(1.0, 4), "████");
        assert_eq!(bar(0.5, 4), "██");
        assert_eq!(bar(0.4, 4), "█▋");
        assert_eq!(bar(0.001, 4), "");
        assert_eq!(bar(7.0, 2), "██");
        assert_eq!(bar(f64::NAN, 2), "");
    }

    #[test]
    fn levels_show_something_for_little_and_full_only_for_all() {
        let shown = [0.0, 0.001, 0.125, 0.126, 0.875, 0.876, 1.0, 9.0].map(|x| LEVELS[level(x)]);
        assert_eq!(shown, ["▁", "▁", "▁", "▂", "▇", "█", "█", "█"]);
        assert_eq!(level(f64::NAN), 0);
    }
}
