//! What tests of this folder look at: a lane of which nothing is known.

use std::sync::Arc;

use crate::protocol::{Life, OutsideActivity, OutsideLane};

pub(super) fn lane() -> OutsideLane {
    OutsideLane {
        slot: 0,
        pid: 10,
        tid: 11,
        name: Arc::from("worker"),
        claimed_at: 0,
        looked_at: 0,
        ended_at: None,
        life: Life::Alive,
        hand: None,
        done: 0,
        failed: 0,
        lost: 0,
        busy_ns: 0,
        activity: OutsideActivity::Idle,
        since: 0,
        spent_ns: Default::default(),
        memory: 0,
        pending: Vec::new(),
    }
}
