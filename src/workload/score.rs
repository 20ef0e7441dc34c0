//! By what a grid search judges its combinations.

use crate::scenario::GridSearch;

/// By what the combinations of a grid are judged.
#[derive(Debug, Clone)]
pub struct Score {
    /// The value of a result that is the score.
    pub name: String,
    /// Whether the lowest is the best, and not the highest.
    pub is_lowest_best: bool,
    /// How the kind searches, if that is what it is for.
    pub search: Option<GridSearch>,
}
