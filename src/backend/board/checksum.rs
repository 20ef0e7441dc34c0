//! What a result adds to the checksum of a trial.

use crate::system::random;

/// Depends on the task and every bit of its values and of what it was sent with; the sum over all tasks does not depend
/// on their order.
#[inline]
pub(in crate::backend) fn fingerprint(task: u64, values: &[f64], payload_sum: u64) -> u64 {
    let start = random::output(task, 1);
    values.iter().fold(start, |sum, value| random::mix(sum ^ value.to_bits())).wrapping_add(payload_sum)
}
