//! What one look is made with: the memory, the instant, and where what is found is put.
//!
//! Nothing is read or judged here but whether a time can be one of this board's.

use super::complaint::OutsideComplaint;
use super::layout::Shape;
use super::look::{EndedTask, OutsideLane, OutsideRun};
use super::socket::ServedBoard;
use crate::system::outside_memory::OutsideMemory;

/// How far a time may lie off what can be: clocks of two CPUs, and words that are stored one after the other.
pub(super) const SLACK_NS: u64 = 1_000_000;

/// What all lanes are looked at with.
pub(super) struct Looking<'a> {
    /// Where it lies.
    pub(super) memory: &'a OutsideMemory,
    /// How it is laid out.
    pub(super) shape: Shape,
    /// When the board was made.
    pub(super) created: u64,
    /// The instant of the look.
    pub(super) now: u64,
    /// Up to when writers may have written what is read.
    pub(super) latest: u64,
    /// Whether it is the last one: whether threads are there is looked at whenever that was last.
    pub(super) is_last: bool,
    /// What the server of connections knows, where the writers have no shared memory.
    pub(super) served: Option<&'a ServedBoard>,
    /// The writers so far.
    pub(super) lanes: &'a mut Vec<OutsideLane>,
    /// Takes tasks that ended.
    pub(super) take: &'a mut dyn FnMut(&OutsideRun<'_>),
    /// What was wrong.
    pub(super) complaints: Vec<OutsideComplaint>,
    /// Room to work in.
    pub(super) scratch: &'a mut Scratch,
}

/// Room that is kept from look to look.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    /// To read a ring into.
    pub(super) words: Vec<u64>,
    /// For the tasks of a run.
    pub(super) tasks: Vec<EndedTask>,
}

impl Looking<'_> {
    /// Whether a time can be one of this board's.
    pub(super) fn can_be(&self, time: u64) -> bool {
        (self.created.saturating_sub(SLACK_NS)..=self.latest.saturating_add(SLACK_NS)).contains(&time)
    }
}
