//! A progress bar on one line: bar, percentage, and a text to its right.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use super::paint;
use crate::tui::theme::{Role, Theme};

/// How far something is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum GaugeProgress {
    /// This fraction is done, 0..1.
    Fraction(f64),
    /// Under way, and how far is not known: a block wanders once to and fro in 4 seconds.
    Unknown {
        /// Seconds since it began, or of any clock that goes on.
        clock_s: f64,
    },
}

/// A progress bar. Narrow areas lose the text first, then the percentage.
#[derive(Debug, Clone, Copy)]
pub struct Gauge<'a> {
    /// How far it is.
    pub progress: GaugeProgress,
    /// What stands to the right, e.g. `2.5 of 4 tasks`. May be empty.
    pub text: &'a str,
    /// Columns kept for the text, so that bars below each other line up; at least its own width is.
    pub text_width: u16,
    /// How the bar looks: [`Role::Accent`] as a rule.
    pub role: Role,
    /// What the terminal can show.
    pub theme: &'a Theme,
}

/// A bar shorter than this tells less than the text that it would push out.
const SHORTEST_BAR: u16 = 6;
/// Columns of ` 100 %`.
const PERCENT: u16 = 6;

impl Widget for Gauge<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        let area = area.intersection(buf.area);
        if area.is_empty() {
            return;
        }
        let text_width = match self.text {
            "" => 0,
            text => paint::width(self.theme, text).max(self.text_width) + 3,
        };
        let beside = [PERCENT + text_width, PERCENT, 0].into_iter().find(|w| area.width >= w + SHORTEST_BAR);
        let beside = beside.unwrap_or(0);
        let bar = Rect { width: area.width - beside, height: 1, ..area };
        match self.progress {
            GaugeProgress::Fraction(fraction) => self.fraction(fraction, bar, buf),
            GaugeProgress::Unknown { clock_s } => self.wandering(clock_s, bar, buf),
        }
        if beside == 0 {
            return;
        }
        let percent = match self.progress {
            GaugeProgress::Fraction(fraction) => format!("{:>4} %", paint::percent(fraction)),
            GaugeProgress::Unknown { .. } => format!("{:>4}", self.theme.symbols().ellipsis),
        };
        let text = self.theme.style(Role::Text);
        paint::put(buf, area, (bar.right(), area.y), &percent, self.theme, text);
        if beside > PERCENT {
            let dim = self.theme.style(Role::Dim);
            paint::put(buf, area, (bar.right() + PERCENT + 3, area.y), self.text, self.theme, dim);
        }
    }
}

impl Gauge<'_> {
    fn track(&self, bar: Rect, buf: &mut Buffer) {
        let style = self.theme.style(Role::Dim);
        for x in bar.left()..bar.right() {
            paint::dot(buf, bar, (x, bar.y), self.theme.symbols().track, style);
        }
    }

    fn fraction(&self, fraction: f64, bar: Rect, buf: &mut Buffer) {
        self.track(bar, buf);
        paint::bar(buf, bar, fraction, self.theme, self.theme.style(self.role));
    }

    fn wandering(&self, clock_s: f64, bar: Rect, buf: &mut Buffer) {
        self.track(bar, buf);
        let block = (bar.width / 5).max(1);
        let way = f64::from(bar.width - block);
        let phase = if clock_s.is_finite() { (clock_s / 4.0).rem_euclid(1.0) } else { 0.0 };
        // A triangle wave: out in the first half, back in the second.
        let there = 1.0 - (2.0 * phase - 1.0).abs();
        let block = Rect { x: bar.x + (way * there).round() as u16, width: block, ..bar };
        paint::bar(buf, block, 1.0, self.theme, self.theme.style(self.role));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::tui::widgets::frame::{draw, sizes, themes};

    fn gauge<'a>(progress: GaugeProgress, text: &'a str, theme: &'a Theme) -> Gauge<'a> {
        Gauge { progress, text, text_width: 0, role: Role::Accent, theme }
    }

    #[test]
    fn shows_what_there_is_room_for() {
        let at = |width| draw(gauge(GaugeProgress::Fraction(0.62), "2.5 of 4", &Theme::FULL), width, 1, &Theme::FULL);
        assert_eq!(at(40), "██████████████▎░░░░░░░░  62 %   2.5 of 4");
        assert_eq!(at(20), "████████▋░░░░░  62 %");
        assert_eq!(at(8), "█████░░░");
        assert_eq!(at(1), "▋");
        assert_eq!(at(0), "");
    }

    #[test]
    fn ascii_keeps_the_shape() {
        let at = |f| draw(gauge(GaugeProgress::Fraction(f), "", &Theme::PLAIN), 20, 1, &Theme::PLAIN);
        assert_eq!(at(0.0), "..............   0 %");
        assert_eq!(at(0.62), "########=.....  62 %");
        assert_eq!(at(1.0), "############## 100 %");
    }

    #[test]
    fn unknown_progress_wanders_and_comes_back() {
        let at = |clock_s| draw(gauge(GaugeProgress::Unknown { clock_s }, "", &Theme::FULL), 16, 1, &Theme::FULL);
        assert_eq!(at(0.0), "██░░░░░░░░   …");
        assert_eq!(at(2.0), "░░░░░░░░██   …");
        assert_eq!(at(1.0), at(3.0));
        assert_eq!(at(4.0), at(0.0));
        assert_eq!(at(f64::NAN), at(0.0));
    }

    #[test]
    fn any_size_and_theme_will_do() {
        for theme in themes() {
            for (w, h) in sizes() {
                draw(gauge(GaugeProgress::Fraction(0.4), "× of …", &theme), w, h, &theme);
                draw(gauge(GaugeProgress::Unknown { clock_s: 1.3 }, "", &theme), w, h, &theme);
            }
        }
    }

    proptest! {
        #[test]
        fn no_number_breaks_it(f in any::<f64>(), clock_s in any::<f64>(), w in 0u16..90) {
            draw(gauge(GaugeProgress::Fraction(f), "text", &Theme::PLAIN), w, 1, &Theme::PLAIN);
            draw(gauge(GaugeProgress::Unknown { clock_s }, "text", &Theme::FULL), w, 1, &Theme::FULL);
        }
    }
}
