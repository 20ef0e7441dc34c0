//! A line of text that is typed, with a cursor: for values of the form, names of files, the filter, and predictions.
//!
//! What may be typed, and what the line means, is the caller's matter.

/// A line that is being typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineEditor {
    text: String,
    /// In characters from the start.
    cursor: usize,
    /// Bytes from which on nothing more is taken.
    most: usize,
}

impl LineEditor {
    /// A line of about `most` bytes at most, with the cursor at its end.
    pub fn new(text: String, most: usize) -> Self {
        Self::at(text, usize::MAX, most)
    }

    /// A line with the cursor after so many characters, or at its end.
    pub fn at(text: String, cursor: usize, most: usize) -> Self {
        Self { cursor: cursor.min(text.chars().count()), text, most }
    }

    /// What it says.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Characters before the cursor.
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// What stands before the cursor, and what from it on.
    pub fn halves(&self) -> (&str, &str) {
        let at = self.text.char_indices().nth(self.cursor).map_or(self.text.len(), |(at, _)| at);
        self.text.split_at(at)
    }

    /// Adds a character before the cursor, unless it is a control character or the line is full.
    pub fn insert(&mut self, c: char) {
        if self.text.len() < self.most && !c.is_control() {
            let (before, after) = self.halves();
            self.text = format!("{before}{c}{after}");
            self.cursor += 1;
        }
    }

    /// Takes back the character before the cursor.
    pub fn erase(&mut self) {
        let (before, after) = self.halves();
        let mut before = before.to_owned();
        if before.pop().is_some() {
            self.text = before + after;
            self.cursor -= 1;
        }
    }

    /// Empties it.
    pub fn clear(&mut self) {
        self.set(String::new());
    }

    /// Has it say something else, with the cursor at the end.
    pub fn set(&mut self, text: String) {
        *self = Self::new(text, self.most);
    }

    /// Moves the cursor by a character.
    pub fn step(&mut self, forward: bool) {
        let last = self.text.chars().count();
        self.cursor = if forward { (self.cursor + 1).min(last) } else { self.cursor.saturating_sub(1) };
    }

    /// Moves the cursor to an end.
    pub fn jump(&mut self, to_the_end: bool) {
        self.cursor = if to_the_end { self.text.chars().count() } else { 0 };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_come_and_go_at_the_cursor() {
        let mut line = LineEditor::new("5".to_owned(), 64);
        line.insert('é');
        assert_eq!(line.halves(), ("5é", ""));
        line.step(false);
        line.erase();
        assert_eq!((line.halves(), line.cursor()), (("", "é"), 0));
        line.erase();
        assert_eq!(line.text(), "é", "there is nothing before the cursor");
        line.jump(true);
        line.insert('\n');
        assert_eq!(line.halves(), ("é", ""), "control characters are not typed");
    }

    #[test]
    fn a_line_that_is_full_takes_nothing_until_it_is_emptied() {
        let mut line = LineEditor::new(String::new(), 3);
        "abcd".chars().for_each(|c| line.insert(c));
        assert_eq!(line.text(), "abc");
        line.clear();
        "xyz!".chars().for_each(|c| line.insert(c));
        assert_eq!((line.text(), line.cursor()), ("xyz", 3));
    }
}
