//! Inputs, and how others are made of them: by cutting, doubling, swapping and replacing what they are made of.

use parlab::system::random::SplitMix64;

/// Where choices come from.
pub(super) struct Dice(SplitMix64);

impl Dice {
    /// Those of an input, by its number.
    pub(super) fn new(seed: u64, input: u64) -> Self {
        Self(SplitMix64::new(parlab::system::random::output(seed, input + 1)))
    }

    /// A number below `n`, which is not 0.
    pub(super) fn below(&mut self, n: usize) -> usize {
        (self.0.next_word() % n as u64) as usize
    }

    /// Whether something happens that does once in `n` times.
    pub(super) fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    /// One of several.
    pub(super) fn one_of<'a, T>(&mut self, several: &'a [T]) -> &'a T {
        &several[self.below(several.len())]
    }

    /// So many bytes of any value.
    pub(super) fn bytes(&mut self, n: usize) -> Vec<u8> {
        (0..n).map(|_| self.below(256) as u8).collect()
    }
}

/// What no format expects, or every format dreads.
const SCRAPS: &[&[u8]] = &[
    b"\x1b[2J",
    b"\x1b]0;title\x07",
    b"\0",
    b"\r",
    b"\x7f",
    b"\xc2\x9b31m",
    b"\x9b31m",
    b"\xff\xfe",
    b"\xed\xa0\x80",
    b"\xef\xbb\xbf",
    "\u{202e}".as_bytes(),
    "\u{2066}".as_bytes(),
    "\u{200b}".as_bytes(),
    "\u{2028}".as_bytes(),
    "e\u{301}\u{301}\u{301}".as_bytes(),
    "漢字".as_bytes(),
    b"{}",
    b"{\"",
    b"[[",
    b"]]",
    b"\"\"\"",
    b"'''",
    b"\\u001b",
    b"\\u0000",
    b"\\",
    b"=",
    b",",
    b",,,,",
    b"\n",
    b"\n\n",
    b"\t",
    b" ",
    b"-",
    b"--",
    b"-1",
    b"-0",
    b"0",
    b"1",
    b"1e308",
    b"1e999",
    b"-1e-400",
    b"nan",
    b"inf",
    b"0x10",
    b"1_0",
    b"18446744073709551615",
    b"18446744073709551616",
    b"-9223372036854775809",
    b"340282366920938463463374607431768211456",
    b"0.1e",
    b"null",
    b"true",
    b"1979-05-27T07:32:00Z",
    b"%s%n",
    b"$(x)",
    b"..",
];

/// The pieces that a text is made of: words and numbers, white space, and every other byte by itself.
pub(super) fn pieces(text: &[u8]) -> Vec<Vec<u8>> {
    let class = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'.' => 1,
        b' ' => 2,
        128.. => 3,
        _ => 0,
    };
    let mut pieces: Vec<Vec<u8>> = Vec::new();
    for &byte in text {
        match pieces.last_mut() {
            Some(last) if class(byte) != 0 && class(last[0]) == class(byte) => last.push(byte),
            _ => pieces.push(vec![byte]),
        }
    }
    pieces
}

/// Good inputs, and what others are made of.
pub(super) struct Corpus {
    good: Vec<Vec<Vec<u8>>>,
}

impl Corpus {
    pub(super) fn new(good: impl IntoIterator<Item = Vec<u8>>) -> Self {
        Self { good: good.into_iter().map(|text| pieces(&text)).collect() }
    }

    /// An input: mostly a good one with some changes, now and then mere bytes.
    pub(super) fn input(&self, dice: &mut Dice) -> Vec<u8> {
        if dice.once_in(20) {
            let length = dice.below(300);
            return dice.bytes(length);
        }
        let mut pieces = dice.one_of(&self.good).clone();
        for _ in 0..=dice.below(6) {
            self.change(&mut pieces, dice);
        }
        let mut bytes = pieces.concat();
        if dice.once_in(10) && !bytes.is_empty() {
            let at = dice.below(bytes.len());
            bytes[at] ^= 1 << dice.below(8);
        }
        if dice.once_in(20) {
            bytes.truncate(dice.below(bytes.len() + 1));
        }
        bytes
    }

    /// Makes one change.
    fn change(&self, pieces: &mut Vec<Vec<u8>>, dice: &mut Dice) {
        if pieces.is_empty() {
            return pieces.push(dice.one_of(SCRAPS).to_vec());
        }
        let (at, other) = (dice.below(pieces.len()), dice.below(pieces.len()));
        let end = (at + 1 + dice.below(12)).min(pieces.len());
        match dice.below(8) {
            0 => pieces[at] = dice.one_of(SCRAPS).to_vec(),
            1 => pieces.insert(at, dice.one_of(SCRAPS).to_vec()),
            2 => drop(pieces.drain(at..end)),
            3 => {
                let doubled = pieces[at..end].to_vec();
                drop(pieces.splice(other..other, doubled));
            }
            4 => pieces.swap(at, other),
            5 => pieces[at] = pieces[other].clone(),
            6 => {
                let from = dice.one_of(&self.good);
                if !from.is_empty() {
                    let begin = dice.below(from.len());
                    let end = (begin + 1 + dice.below(12)).min(from.len());
                    drop(pieces.splice(at..at, from[begin..end].to_vec()));
                }
            }
            _ => {
                let piece = pieces[at].clone();
                pieces[at] = piece.repeat(2 + dice.below(40));
            }
        }
    }
}

/// A scrap, for inputs that are made otherwise.
pub(super) fn scrap(dice: &mut Dice) -> Vec<u8> {
    dice.one_of(SCRAPS).to_vec()
}
