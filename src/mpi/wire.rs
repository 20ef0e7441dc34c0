//! What ranks that cannot reach the board send, and what they are answered, in words of 8 bytes. Numbers only: nothing here
//! sends or receives.
//!
//! It is compiled into the program, which receives, and into the library, which sends.
//!
//! ```text
//!   greeting         MAGIC, the layout's MAGIC, the secret, the name of the node           → WELCOME
//!   TIME             nothing                                                               → nanoseconds of parlab's clock
//!   CLOCK            what to add to the rank's clock (wrapping), how far off that may be
//!   BATCH            when the lane was looked at, by the rank's clock; then runs of words that have changed since the batch
//!                    before: place in the lane | count << 32, the words
//! ```
//!
//! Messages begin with a word of their own: kind | words that follow << 8.

/// What a greeting begins with.
pub const MAGIC: u64 = 0x3172_6c72_6170_0001;
/// What one is answered whose secret is the right one.
pub const WELCOME: u64 = 0x656d_6f63_6c65_7701;

/// Words of the secret, as letters and digits.
pub const SECRET_WORDS: usize = 4;
/// Words of a node's name, UTF-8, zeros behind it.
pub const NODE_WORDS: usize = 8;
/// Words of a greeting.
pub const GREETING_WORDS: usize = 2 + SECRET_WORDS + NODE_WORDS;

/// Asks for the time.
pub const TIME: u64 = 1;
/// Tells how the rank's clock is to be understood.
pub const CLOCK: u64 = 2;
/// Tells what has changed.
pub const BATCH: u64 = 3;

/// Bits of the kind of a message, below the count of its words.
pub const KIND_BITS: u32 = 8;
/// Bits of the place of a run, below the count of its words.
pub const PLACE_BITS: u32 = 32;

/// Words that a message may have behind its first: a lane in as many runs as there can be, and more.
pub const WORDS_MAX: usize = 2 * super::layout::lane::WORDS;
