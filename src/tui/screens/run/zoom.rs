//! Which panel of the results has the screen to itself. It goes with the run, as what is selected does.

/// Which panel of the results has the screen to itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Zoom {
    /// None: all are seen.
    #[default]
    All,
    /// What happened, and the lesson.
    Text,
    /// The chart.
    Chart,
    /// The table.
    Table,
}

impl Zoom {
    /// The next one, in a circle.
    pub fn next(self) -> Self {
        match self {
            Self::All => Self::Text,
            Self::Text => Self::Chart,
            Self::Chart => Self::Table,
            Self::Table => Self::All,
        }
    }
}
