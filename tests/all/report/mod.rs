//! Figures, reports, journal and progress, from hand-made events with scripted durations.

mod delivery;
mod doubts;
mod figures;
mod fixtures;
mod interpreters;
mod journal;
mod json;
mod progress;
mod properties;
mod text;
mod varied;
