//! A colour three times: exact, from the cube of 256, and by one of the sixteen names. It does not know what it is for.

use ratatui::style::Color;

use super::role::Colours;

/// One colour for each kind of terminal.
pub(super) struct Tone {
    pub(super) rgb: (u8, u8, u8),
    pub(super) cube: u8,
    /// `None` leaves the terminal's own.
    pub(super) ansi: Option<Color>,
}

pub(super) const fn tone(rgb: (u8, u8, u8), cube: u8, ansi: Option<Color>) -> Tone {
    Tone { rgb, cube, ansi }
}

impl Tone {
    /// The colour where there are so many.
    pub(super) fn on(&self, colours: Colours) -> Option<Color> {
        match colours {
            Colours::None => None,
            Colours::Ansi16 => self.ansi,
            Colours::Ansi256 => Some(Color::Indexed(self.cube)),
            Colours::Rgb => Some(Color::Rgb(self.rgb.0, self.rgb.1, self.rgb.2)),
        }
    }
}
