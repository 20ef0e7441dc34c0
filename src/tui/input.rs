//! From the terminal's bytes to keys, and the thread that reads them.
//!
//! crossterm's own reader spins on a terminal that has gone away (it takes a read of nothing for "try again"), which
//! would cost a core for ever. This one waits in `poll(2)`, and takes an end or an error for what it is.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, IsTerminal as _, Read as _};
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::net::UnixStream;
use std::thread::JoinHandle;
use std::time::Duration;

use super::keys::Key;
use crate::system::poll::{PollFd, PollFlags, is_ready, poll};

/// After a lone escape byte, the rest of a sequence may still be on its way over a slow line.
const ESCAPE_WAIT: Duration = Duration::from_millis(40);

/// What the reader has to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A key was pressed.
    Key(Key),
    /// A text was pasted: its beginning, if it is long.
    Paste(String),
    /// The terminal says in which column the cursor stands, counted from 1.
    CursorAt(u16),
    /// There will be no more: the terminal is gone.
    Closed,
}

/// The thread that reads keys. Dropping it ends it.
#[derive(Debug)]
pub struct Reader {
    // Closing it wakes the thread.
    stop: Option<UnixStream>,
    thread: Option<JoinHandle<()>>,
}

impl Reader {
    /// Starts to read the terminal.
    ///
    /// # Errors
    /// When there is no terminal to read from, or no thread to be had.
    pub fn start(deliver: impl FnMut(Input) + Send + 'static) -> io::Result<Self> {
        let terminal = terminal()?;
        let (stop, stopped) = UnixStream::pair()?;
        let thread = std::thread::Builder::new()
            .name("keys".to_owned())
            .spawn(move || read_until_stopped(terminal, &stopped, deliver))?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.stop = None;
        if let Some(thread) = self.thread.take() {
            // If it panicked, that was reported when it happened.
            let _ = thread.join();
        }
    }
}

/// Standard input if that is a terminal, else the one that controls this process.
fn terminal() -> io::Result<File> {
    let stdin = io::stdin();
    if stdin.is_terminal() {
        let own: OwnedFd = stdin.as_fd().try_clone_to_owned()?;
        return Ok(own.into());
    }
    File::open("/dev/tty")
}

fn read_until_stopped(mut terminal: File, stopped: &UnixStream, mut deliver: impl FnMut(Input)) {
    let mut decoder = Decoder::default();
    let mut bytes = [0; 256];
    loop {
        let timeout = decoder.patience();
        match wait(&terminal, stopped, timeout) {
            Wake::Stop => return,
            Wake::Nothing => decoder.give_up_waiting(),
            Wake::Bytes => match terminal.read(&mut bytes) {
                Ok(0) => return deliver(Input::Closed),
                Ok(n) => decoder.feed(&bytes[..n]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return deliver(Input::Closed),
            },
        }
        decoder.inputs.drain(..).for_each(&mut deliver);
    }
}

enum Wake {
    Stop,
    Nothing,
    Bytes,
}

fn wait(terminal: &File, stopped: &UnixStream, timeout: Option<Duration>) -> Wake {
    let watch = |fd| PollFd::new(fd, PollFlags::POLLIN);
    let mut files = [watch(terminal.as_fd()), watch(stopped.as_fd())];
    match poll(&mut files, timeout) {
        Ok(0) => Wake::Nothing,
        Err(_) => Wake::Stop,
        // A hang-up counts as something to read: the read then tells of it.
        Ok(_) if is_ready(&files[1]) => Wake::Stop,
        Ok(_) => Wake::Bytes,
    }
}

/// Takes bytes, in whatever pieces they come, and makes keys of them.
///
/// It knows what xterm, VTE, tmux, screen and the Linux console send for the keys of the table. Sequences that it
/// does not know are skipped whole.
#[derive(Debug, Default)]
pub struct Decoder {
    pending: Vec<u8>,
    inputs: VecDeque<Input>,
    /// What is being pasted.
    paste: Option<PasteBuffer>,
}

/// A text that is being pasted.
#[derive(Debug, Default)]
struct PasteBuffer {
    text: Vec<u8>,
    /// The last bytes, which may be the beginning of its end.
    tail: Vec<u8>,
    /// Whether nothing has come for a while: its end may have been lost.
    is_stale: bool,
}

/// Bytes that are kept of a paste: more than any line takes.
const PASTE_MAX: usize = 8192;
/// How long the next piece of a paste may take before its end may have been lost.
const PASTE_WAIT: Duration = Duration::from_secs(1);
/// What stands before a paste, and after it.
const PASTE_BEGINS: &[u8] = b"\x1b[200~";
const PASTE_ENDS: &[u8] = b"\x1b[201~";

/// Longer sequences than any terminal sends for a key are noise.
const SEQUENCE_MAX: usize = 32;

impl Decoder {
    /// Takes in bytes.
    pub fn feed(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            if self.paste.is_some() {
                self.feed_paste(byte);
                continue;
            }
            self.pending.push(byte);
            if self.pending == PASTE_BEGINS {
                self.pending.clear();
                self.paste = Some(PasteBuffer::default());
                continue;
            }
            match decode(&self.pending) {
                Parsed::More if self.pending.len() < SEQUENCE_MAX => {}
                Parsed::More | Parsed::Nothing => self.pending.clear(),
                Parsed::Key(key) => {
                    self.pending.clear();
                    self.inputs.push_back(Input::Key(key));
                }
                Parsed::CursorAt(column) => {
                    self.pending.clear();
                    self.inputs.push_back(Input::CursorAt(column));
                }
                // Escape, and then a key of its own.
                Parsed::EscapeThen => {
                    self.pending.clear();
                    self.inputs.push_back(Input::Key(Key::Esc));
                    self.feed(&[byte]);
                }
            }
        }
    }

    /// Takes in a byte of what is pasted. Where its end may have been lost, Ctrl-C ends it.
    fn feed_paste(&mut self, byte: u8) {
        let Some(paste) = &mut self.paste else { return };
        let is_lost = paste.is_stale && byte == 0x03;
        paste.is_stale = false;
        paste.tail.push(byte);
        if is_lost {
            paste.tail.pop();
        } else if paste.tail == PASTE_ENDS {
            paste.tail.clear();
        } else {
            while !PASTE_ENDS.starts_with(&paste.tail) {
                let first = paste.tail.remove(0);
                if paste.text.len() < PASTE_MAX {
                    paste.text.push(first);
                }
            }
            return;
        }
        let text = paste.text.utf8_chunks().map(|chunk| chunk.valid()).collect();
        self.paste = None;
        self.inputs.push_back(Input::Paste(text));
        if is_lost {
            self.inputs.push_back(Input::Key(Key::Ctrl('c')));
        }
    }

    /// How long to wait for what comes next before [`Self::give_up_waiting`]; `None` if for ever.
    pub fn patience(&self) -> Option<Duration> {
        match &self.paste {
            Some(paste) => (!paste.is_stale).then_some(PASTE_WAIT),
            None => self.undecided().then_some(ESCAPE_WAIT),
        }
    }

    /// Whether there are bytes whose meaning depends on what follows.
    pub fn undecided(&self) -> bool {
        !self.pending.is_empty()
    }

    /// Nothing followed for a while: an escape byte was the key, anything else is dropped.
    pub fn give_up_waiting(&mut self) {
        if let Some(paste) = &mut self.paste {
            paste.is_stale = true;
        }
        if self.pending == [ESC] {
            self.inputs.push_back(Input::Key(Key::Esc));
        }
        self.pending.clear();
    }

    /// What came next, if there is something.
    pub fn next_input(&mut self) -> Option<Input> {
        self.inputs.pop_front()
    }
}

const ESC: u8 = 0x1b;

enum Parsed {
    Key(Key),
    CursorAt(u16),
    Nothing,
    More,
    EscapeThen,
}

fn decode(bytes: &[u8]) -> Parsed {
    match bytes {
        b"\x1b[[A" => Parsed::Key(Key::F1),
        [ESC] | [ESC, b'[' | b'O'] => Parsed::More,
        [ESC, b'[', b'['] => Parsed::More, // the Linux console's F1 to F5: ESC [ [ A
        [ESC, b'[', b'[', _] => Parsed::Nothing,
        [ESC, b'O', last] => cursor_key(*last),
        [ESC, b'[', middle @ .., last] => match last {
            b'@'..=b'~' => control_sequence(middle, *last),
            _ => Parsed::More,
        },
        [ESC, ..] => Parsed::EscapeThen,
        [byte] if byte.is_ascii() => plain(*byte),
        _ => utf8(bytes),
    }
}

fn plain(byte: u8) -> Parsed {
    Parsed::Key(match byte {
        b'\r' | b'\n' => Key::Enter,
        b'\t' => Key::Tab,
        0x7f => Key::Backspace,
        0 => Key::Ctrl(' '),
        1..=26 => Key::Ctrl(char::from(byte - 1 + b'a')),
        28..=31 => return Parsed::Nothing,
        _ => Key::Char(char::from(byte)),
    })
}

fn cursor_key(last: u8) -> Parsed {
    Parsed::Key(match last {
        b'A' => Key::Up,
        b'B' => Key::Down,
        b'C' => Key::Right,
        b'D' => Key::Left,
        b'H' => Key::Home,
        b'F' => Key::End,
        b'M' => Key::Enter,
        b'P' => Key::F1,
        _ => return Parsed::Nothing,
    })
}

/// `ESC [ … X`; modifiers after a semicolon are ignored, so that Shift-Up is Up.
fn control_sequence(middle: &[u8], last: u8) -> Parsed {
    let number = middle.split(|&byte| byte == b';').next().unwrap_or_default();
    match (last, number) {
        (b'~', b"1" | b"7") => Parsed::Key(Key::Home),
        (b'~', b"11") => Parsed::Key(Key::F1),
        (b'~', b"4" | b"8") => Parsed::Key(Key::End),
        (b'~', b"5") => Parsed::Key(Key::PageUp),
        (b'~', b"6") => Parsed::Key(Key::PageDown),
        (b'A'..=b'D' | b'F' | b'H', _) => cursor_key(last),
        (b'R', _) => cursor_place(middle),
        _ => Parsed::Nothing,
    }
}

/// `ESC [ row ; column R`.
fn cursor_place(middle: &[u8]) -> Parsed {
    let column = std::str::from_utf8(middle).ok().and_then(|text| text.split_once(';')?.1.parse().ok());
    column.map_or(Parsed::Nothing, Parsed::CursorAt)
}

fn utf8(bytes: &[u8]) -> Parsed {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.chars().next().map_or(Parsed::Nothing, |c| Parsed::Key(Key::Char(c))),
        Err(error) if error.error_len().is_none() => Parsed::More,
        Err(_) => Parsed::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn keys(bytes: &[u8]) -> Vec<Key> {
        let mut decoder = Decoder::default();
        decoder.feed(bytes);
        decoder.give_up_waiting();
        let keys = std::iter::from_fn(|| decoder.next_input());
        keys.filter_map(|input| if let Input::Key(key) = input { Some(key) } else { None }).collect()
    }

    fn inputs(chunks: &[&[u8]]) -> Vec<Input> {
        let mut decoder = Decoder::default();
        for chunk in chunks {
            decoder.feed(chunk);
            decoder.give_up_waiting();
        }
        std::iter::from_fn(|| decoder.next_input()).collect()
    }

    #[test]
    fn pastes_are_texts_whatever_the_pieces_they_come_in() {
        let paste = |text: &str| Input::Paste(text.to_owned());
        let key = |key| Input::Key(key);
        assert_eq!(inputs(&[b"\x1b[200~quit\r\x1b[A\x1b[201~x"]), [paste("quit\r\x1b[A"), key(Key::Char('x'))]);
        assert_eq!(inputs(&[b"\x1b[200~qu", b"it\x1b[2", b"01~x"]), [paste("quit"), key(Key::Char('x'))]);
        assert_eq!(inputs(&[b"\x1b[200~\x1b\x1b[201~"]), [paste("\x1b")]);
        assert_eq!(inputs(&[b"\x1b[200~lost", b"\x03"]), [paste("lost"), key(Key::Ctrl('c'))]);
        assert_eq!(inputs(&[b"\x1b[200~a\x03b\x1b[201~"]), [paste("a\x03b")], "in the middle it is a part of it");
        let long = [b"\x1b[200~".as_slice(), &vec![b'a'; 1 << 20], b"\x1b[201~"].concat();
        assert_eq!(inputs(&[&long]), [paste(&"a".repeat(PASTE_MAX))]);
        assert_eq!(inputs(&[b"\x1b[1;2R\x1b[24;80R"]), [Input::CursorAt(2), Input::CursorAt(80)]);
    }

    #[test]
    fn keys_of_common_terminals() {
        let cases: &[(&[u8], &[Key])] = &[
            (b"q", &[Key::Char('q')]),
            ("é漢".as_bytes(), &[Key::Char('é'), Key::Char('漢')]),
            (b"\r\n\t", &[Key::Enter, Key::Enter, Key::Tab]),
            (b"\x03\x1a\x08\x7f", &[Key::Ctrl('c'), Key::Ctrl('z'), Key::Ctrl('h'), Key::Backspace]),
            (b"\x1b[A\x1b[B\x1bOC\x1bOD", &[Key::Up, Key::Down, Key::Right, Key::Left]),
            (b"\x1b[5~\x1b[6~", &[Key::PageUp, Key::PageDown]),
            (
                b"\x1b[H\x1b[F\x1b[1~\x1b[4~\x1b[7~\x1b[8~\x1bOH",
                &[Key::Home, Key::End, Key::Home, Key::End, Key::Home, Key::End, Key::Home],
            ),
            (b"\x1b[1;2A", &[Key::Up]),
            (b"\x1b", &[Key::Esc]),
            (b"\x1b\x1b", &[Key::Esc, Key::Esc]),
            (b"\x1bq", &[Key::Esc, Key::Char('q')]),
            (b"\x1b[[Bx", &[Key::Char('x')]),
            (b"\x1b[[A\x1bOP\x1b[11~", &[Key::F1, Key::F1, Key::F1]),
            (b"\x1b[200~x\x1b[201~", &[]),
            (b"\x1b[?1;2cx", &[Key::Char('x')]),
            (b"\xffx", &[Key::Char('x')]),
        ];
        for (bytes, expected) in cases {
            assert_eq!(keys(bytes), *expected, "{:?}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn a_sequence_in_pieces_is_one_key() {
        let mut decoder = Decoder::default();
        for byte in b"\x1b[6~" {
            assert_eq!(decoder.next_input(), None);
            decoder.feed(&[*byte]);
        }
        assert_eq!(decoder.next_input(), Some(Input::Key(Key::PageDown)));
        assert!(!decoder.undecided());
    }

    proptest! {
        #[test]
        fn any_bytes_are_borne(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let found = keys(&bytes);
            prop_assert!(found.len() <= bytes.len());
            let mut decoder = Decoder::default();
            decoder.feed(&bytes);
            prop_assert!(decoder.pending.len() <= SEQUENCE_MAX);
        }
    }
}
