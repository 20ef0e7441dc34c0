//! The grid search from the outside: its scores against scikit-learn's, what it tells, and what it refuses.

mod live;
mod refusals;
mod reports;
mod scores;
