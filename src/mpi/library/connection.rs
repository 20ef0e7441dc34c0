//! The connection of a rank that cannot reach the board: what is sent over it, by one thread at a time, and what parlab's
//! clock says meanwhile. What is sent is the caller's matter.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use super::layout;
use super::system::{node_name, now_ns};
use super::wire::{CLOCK, GREETING_WORDS, KIND_BITS, MAGIC, NODE_WORDS, SECRET_WORDS, TIME, WELCOME};

/// Tells where parlab listens: addresses with ports, commas between them.
const ADDRESSES_VARIABLE: &str = "PARLAB_MPI_CONNECT";
/// Tells what ranks are known by.
const SECRET_VARIABLE: &str = "PARLAB_MPI_SECRET";

/// For so long an address is tried, and an answer waited for.
const PATIENCE: Duration = Duration::from_secs(2);
/// Round trips of which the tightest tells the time.
const ROUND_TRIPS: u32 = 10;

/// A connection that parlab has welcomed.
#[derive(Debug)]
pub struct Connection(TcpStream);

impl Connection {
    /// Connects to the first address where parlab is; `None` where that is none.
    pub fn open() -> Option<Self> {
        let addresses = std::env::var(ADDRESSES_VARIABLE).ok()?;
        let secret = std::env::var(SECRET_VARIABLE).ok()?;
        addresses.split(',').filter_map(|address| address.parse().ok()).find_map(|address| Self::to(&address, &secret))
    }

    fn to(address: &SocketAddr, secret: &str) -> Option<Self> {
        let stream = TcpStream::connect_timeout(address, PATIENCE).ok()?;
        // A parlab that does not answer must not hold up the program.
        stream.set_read_timeout(Some(PATIENCE)).ok()?;
        stream.set_write_timeout(Some(PATIENCE)).ok()?;
        stream.set_nodelay(true).ok()?;
        let mut connection = Self(stream);
        let mut greeting = Vec::with_capacity(GREETING_WORDS);
        greeting.extend([MAGIC, layout::MAGIC]);
        greeting.extend(words_of(secret.as_bytes(), SECRET_WORDS));
        greeting.extend(words_of(&node_name(), NODE_WORDS));
        connection.write(&greeting)?;
        (connection.read()? == WELCOME).then_some(connection)
    }

    /// Sends a message; `None` when parlab is gone, or does not take it.
    pub fn send(&mut self, kind: u64, words: &[u64]) -> Option<()> {
        let mut message = Vec::with_capacity(words.len() + 1);
        message.push(kind | (words.len() as u64) << KIND_BITS);
        message.extend_from_slice(words);
        self.write(&message)
    }

    /// Asks what time it is where parlab is, and tells what that means: the answer came about when half of the time had
    /// passed, and with certainty within it.
    pub fn align(&mut self) -> Option<()> {
        let (mut tightest_ns, mut offset) = (u64::MAX, 0);
        for _ in 0..ROUND_TRIPS {
            let asked_ns = now_ns();
            self.send(TIME, &[])?;
            let there_ns = self.read()?;
            let took_ns = now_ns().saturating_sub(asked_ns);
            if took_ns < tightest_ns {
                (tightest_ns, offset) = (took_ns, there_ns.wrapping_sub(asked_ns + took_ns / 2));
            }
        }
        self.send(CLOCK, &[offset, tightest_ns.div_ceil(2)])
    }

    fn write(&mut self, words: &[u64]) -> Option<()> {
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_ne_bytes()).collect();
        self.0.write_all(&bytes).ok()
    }

    fn read(&mut self) -> Option<u64> {
        let mut bytes = [0; 8];
        self.0.read_exact(&mut bytes).ok()?;
        Some(u64::from_ne_bytes(bytes))
    }
}

/// Text as so many words, as far as there is room for it.
fn words_of(text: &[u8], words: usize) -> impl Iterator<Item = u64> {
    (0..words).map(move |word| {
        let mut bytes = [0; 8];
        let rest = text.get(word * 8..).unwrap_or_default();
        bytes.iter_mut().zip(rest).for_each(|(byte, of)| *byte = *of);
        u64::from_ne_bytes(bytes)
    })
}
