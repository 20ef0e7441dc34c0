//! Screens one above the other: the top one is shown and has the keys. There is always one.

/// A stack that is never empty.
#[derive(Debug, Clone)]
pub struct Stack<S> {
    bottom: S,
    above: Vec<S>,
}

impl<S> Stack<S> {
    /// With this screen at the bottom and none above.
    pub fn new(bottom: S) -> Self {
        Self { bottom, above: Vec::new() }
    }

    /// The screen that is shown.
    pub fn top(&self) -> &S {
        self.above.last().unwrap_or(&self.bottom)
    }

    /// The screen that is shown, to be changed.
    pub fn top_mut(&mut self) -> &mut S {
        self.above.last_mut().unwrap_or(&mut self.bottom)
    }

    /// All screens, from the bottom up.
    pub fn iter(&self) -> impl Iterator<Item = &S> {
        std::iter::once(&self.bottom).chain(&self.above)
    }

    /// All screens from the bottom up, to be changed.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut S> {
        std::iter::once(&mut self.bottom).chain(&mut self.above)
    }

    /// Opens a screen on top.
    pub fn open(&mut self, screen: S) {
        self.above.push(screen);
    }

    /// Closes the top one; the bottom one stays.
    pub fn close(&mut self) {
        self.above.pop();
    }

    /// Closes all but the bottom one and those to keep.
    pub fn keep(&mut self, is_kept: impl Fn(&S) -> bool) {
        self.above.retain(is_kept);
    }

    /// Closes the topmost of some screens, if there is one, whatever covers it.
    pub fn close_topmost(&mut self, is_one: impl Fn(&S) -> bool) {
        if let Some(at) = self.above.iter().rposition(is_one) {
            self.above.remove(at);
        }
    }

    /// Puts another screen in place of the topmost of some, if there is one, whatever covers it.
    pub fn swap_topmost(&mut self, is_one: impl Fn(&S) -> bool, screen: S) {
        if let Some(at) = self.above.iter().rposition(is_one) {
            self.above[at] = screen;
        }
    }

    /// Closes what lies between the bottom and the topmost of some screens: there is no way back to that.
    pub fn close_below_topmost(&mut self, is_one: impl Fn(&S) -> bool) {
        if let Some(at) = self.above.iter().rposition(is_one) {
            self.above.drain(..at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letters(stack: &Stack<char>) -> String {
        stack.iter().collect()
    }

    #[test]
    fn the_bottom_is_never_closed() {
        let mut stack = Stack::new('a');
        stack.close();
        stack.keep(|_| false);
        stack.close_topmost(|_| true);
        assert_eq!((letters(&stack).as_str(), *stack.top()), ("a", 'a'));
        stack.open('b');
        *stack.top_mut() = 'c';
        assert_eq!((letters(&stack).as_str(), *stack.top()), ("ac", 'c'));
    }

    #[test]
    fn the_topmost_of_some_is_found_whatever_covers_it() {
        let is_upper = |c: &char| c.is_uppercase();
        let mut stack = Stack::new('a');
        "BcDe".chars().for_each(|c| stack.open(c));
        stack.swap_topmost(is_upper, 'E');
        assert_eq!(letters(&stack), "aBcEe");
        stack.close_topmost(is_upper);
        assert_eq!(letters(&stack), "aBce");
        stack.open('F');
        stack.close_below_topmost(is_upper);
        assert_eq!(letters(&stack), "aF");
    }
}
