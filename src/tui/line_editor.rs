//! A line of text that is typed, with a cursor: the one of filters, forms and file names.
//!
//! It takes characters and keeps within its length; what they mean, and how the line is drawn, is its owner's matter.

/// A line and a cursor in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineEditor {
    text: String,
    /// In characters from the start.
    cursor: usize,
    /// The longest text that characters are added to, in bytes.
    most: usize,
}

/// Longer lines were typed by no user.
const LINE_MAX: usize = 4096;

impl LineEditor {
    /// A line with the cursor at its end.
    pub fn new(text: String) -> Self {
        Self::within(text, LINE_MAX)
    }

    /// As [`Self::new`], which grows to `most` bytes at most.
    pub fn within(text: String, most: usize) -> Self {
        Self { cursor: text.chars().count(), text, most }
    }

    /// A line with the cursor after so many characters, or at its end.
    pub fn at(text: String, cursor: usize) -> Self {
        let line = Self::new(text);
        Self { cursor: cursor.min(line.cursor), ..line }
    }

    /// What it says.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How many characters stand before the cursor.
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
            self.text.insert(self.halves().0.len(), c);
            self.cursor += 1;
        }
    }

    /// Adds characters before the cursor, as far as there is room.
    pub fn insert_line(&mut self, line: &str) {
        line.chars().take(self.most).for_each(|c| self.insert(c));
    }

    /// Takes back the character before the cursor.
    pub fn erase(&mut self) {
        if let Some((at, _)) = self.halves().0.char_indices().next_back() {
            self.text.remove(at);
            self.cursor -= 1;
        }
    }

    /// Empties it.
    pub fn clear(&mut self) {
        self.set(String::new());
    }

    /// Replaces the text, however long; the cursor goes to its end.
    pub fn set(&mut self, text: String) {
        *self = Self::within(text, self.most);
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
    fn characters_come_and_go_before_the_cursor() {
        let mut line = LineEditor::new("aé".to_owned());
        line.insert('漢');
        assert_eq!(line.halves(), ("aé漢", ""));
        line.step(false);
        line.step(false);
        assert_eq!(line.halves(), ("a", "é漢"));
        line.insert('b');
        assert_eq!((line.text(), line.cursor()), ("abé漢", 2));
        line.erase();
        line.erase();
        line.erase();
        assert_eq!(line.halves(), ("", "é漢"), "there was nothing more to erase");
        line.jump(true);
        line.step(true);
        line.erase();
        assert_eq!(line.halves(), ("é", ""));
        line.insert('\n');
        line.insert('\u{1b}');
        assert_eq!(line.text(), "é", "controls are not typed");
        line.jump(false);
        assert_eq!(line.halves(), ("", "é"));
        line.clear();
        assert_eq!(line, LineEditor::new(String::new()));
    }

    #[test]
    fn lines_end_somewhere() {
        let mut line = LineEditor::within(String::new(), 3);
        "abcd".chars().for_each(|c| line.insert(c));
        assert_eq!(line.text(), "abc");
        line.set("longer".to_owned());
        line.insert('x');
        assert_eq!(line.halves(), ("longer", ""));
        assert_eq!(LineEditor::at("ab".to_owned(), 1).halves(), ("a", "b"));
        assert_eq!(LineEditor::at("ab".to_owned(), 7).halves(), ("ab", ""));
    }
}
