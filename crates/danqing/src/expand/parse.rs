//! Text to template: one pass, each character looked at a bounded number of times.

use super::{Alternative, Choice, Error, Fault, Node, Template, Wildcard};

/// Braces within braces at most; more is a mistake, and each takes room on the stack.
const DEEPEST: usize = 24;
/// Options that can be taken at once at most.
const MOST_TAKEN: usize = 100;

/// Reads a whole text.
pub(super) fn template(text: &str) -> Result<Template, Error> {
    Parser::new(text).whole().map_err(|(at, fault)| Error::Grammar { place: at + 1, fault })
}

/// Reads a line of a file of wildcards: an option with a weight, as within braces.
pub(super) fn line(text: &str) -> Result<Alternative, (usize, Fault)> {
    let mut parser = Parser::new(text);
    let weight = parser.weight();
    Ok(Alternative { weight, template: parser.whole()? })
}

/// A character's index and what is wrong there.
type Wrong = (usize, Fault);

struct Parser {
    text: Vec<char>,
    at: usize,
    depth: usize,
    places: u64,
}

/// Where a sequence of nodes ends.
#[derive(Clone, Copy, PartialEq)]
enum Within {
    Nothing,
    Braces,
}

impl Parser {
    fn new(text: &str) -> Self {
        Self { text: text.chars().map(plain_sign).collect(), at: 0, depth: 0, places: 0 }
    }

    fn whole(&mut self) -> Result<Template, Wrong> {
        let template = self.sequence(Within::Nothing)?;
        match self.peek(0) {
            Some(_) => Err((self.at, Fault::Unopened)),
            None => Ok(template),
        }
    }

    fn peek(&self, ahead: usize) -> Option<char> {
        self.text.get(self.at + ahead).copied()
    }

    /// Takes `sign` if it stands here.
    fn take(&mut self, sign: &str) -> bool {
        let found = sign.chars().enumerate().all(|(ahead, c)| self.peek(ahead) == Some(c));
        self.at += if found { sign.chars().count() } else { 0 };
        found
    }

    fn place(&mut self) -> u64 {
        self.places += 1;
        self.places - 1
    }

    /// Nodes up to the end, a `}`, or within braces a `|`.
    fn sequence(&mut self, within: Within) -> Result<Template, Wrong> {
        let mut nodes = Vec::new();
        let mut words = String::new();
        while let Some(c) = self.peek(0) {
            let node = match c {
                '}' => break,
                '|' if within == Within::Braces => break,
                '{' => Node::Choice(self.choice()?),
                '_' if self.peek(1) == Some('_') => Node::Wildcard(self.wildcard()?),
                '$' if self.peek(1) == Some('{') => return Err((self.at, Fault::Variable)),
                '$' if self.peek(1) == Some('$') && within == Within::Braces => {
                    return Err((self.at, Fault::Count));
                }
                _ => {
                    words.push(c);
                    self.at += 1;
                    if let ('\\', Some(escaped)) = (c, self.peek(0)) {
                        words.push(escaped);
                        self.at += 1;
                    }
                    continue;
                }
            };
            if !words.is_empty() {
                nodes.push(Node::Text(std::mem::take(&mut words)));
            }
            nodes.push(node);
        }
        if !words.is_empty() {
            nodes.push(Node::Text(words));
        }
        Ok(Template { nodes })
    }

    /// From `{` to its `}`.
    fn choice(&mut self) -> Result<Choice, Wrong> {
        let opened = self.at;
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err((opened, Fault::Deep));
        }
        self.at += 1;
        let place = self.place();
        self.skip_space();
        if matches!(self.peek(0), Some('~' | '!' | '@')) {
            return Err((self.at, Fault::Sign));
        }
        let (taken, separator) = self.counts()?;
        let mut options = vec![self.alternative()?];
        while self.take("|") {
            options.push(self.alternative()?);
        }
        if !self.take("}") {
            return Err((opened, Fault::Unclosed));
        }
        self.depth -= 1;
        let (least, most) = taken.unwrap_or((Some(1), Some(1)));
        let (least, most) = (least.unwrap_or(1), most.unwrap_or(options.len()));
        Ok(Choice { place, least: least.min(most), most: most.max(least), separator, options })
    }

    /// `2$$`, `1-2$$`, `-2$$` or `2-$$`, and a separator before another `$$`.
    #[expect(clippy::type_complexity, reason = "a range whose ends may be open, and what follows it")]
    fn counts(&mut self) -> Result<(Option<(Option<usize>, Option<usize>)>, String), Wrong> {
        let start = self.at;
        let least = self.number();
        let taken = if self.take("-") { (least, self.number()) } else { (least, least) };
        if taken == (None, None) || !self.take("$$") {
            self.at = start;
            return Ok((None, ",".to_owned()));
        }
        if [taken.0, taken.1].into_iter().flatten().any(|count| count > MOST_TAKEN) {
            return Err((start, Fault::LargeCount));
        }
        let separator = self.text[self.at..].iter().take_while(|c| !matches!(c, '$' | '{' | '}'));
        let separator: String = separator.collect();
        let length = separator.chars().count();
        let closed = length > 0 && self.text[self.at + length..].starts_with(&['$', '$']);
        if !closed {
            return Ok((Some(taken), ",".to_owned()));
        }
        self.at += length + 2;
        Ok((Some(taken), separator))
    }

    fn number(&mut self) -> Option<usize> {
        let digits: String = self.text[self.at..].iter().take_while(|c| c.is_ascii_digit()).collect();
        self.at += digits.len();
        // A number that does not fit is larger than any that is allowed.
        (!digits.is_empty()).then(|| digits.parse().unwrap_or(usize::MAX))
    }

    fn alternative(&mut self) -> Result<Alternative, Wrong> {
        self.skip_space();
        let weight = self.weight();
        Ok(Alternative { weight, template: self.sequence(Within::Braces)? })
    }

    /// `3::` or `0.5::`; 1 where there is none.
    fn weight(&mut self) -> f64 {
        let number: String =
            self.text[self.at..].iter().take_while(|c| c.is_ascii_digit() || **c == '.').collect();
        let weight = number.parse().ok().filter(|weight: &f64| weight.is_finite());
        let start = self.at;
        self.at += number.len();
        match weight {
            Some(weight) if self.take("::") => weight,
            _ => {
                self.at = start;
                1.0
            }
        }
    }

    /// From `__` to the next `__`.
    fn wildcard(&mut self) -> Result<Wildcard, Wrong> {
        let opened = self.at;
        self.at += 2;
        let mut name = String::new();
        while let Some(c) = self.peek(0).filter(|c| !matches!(c, '{' | '}' | '|' | '$' | '#' | '(' | ')')) {
            if self.take("__") {
                let name = name.trim().to_owned();
                return if name.is_empty() {
                    Err((opened, Fault::Wildcard))
                } else {
                    Ok(Wildcard { place: self.place(), name })
                };
            }
            name.push(c);
            self.at += 1;
        }
        Err((opened, Fault::Wildcard))
    }

    fn skip_space(&mut self) {
        while self.peek(0).is_some_and(char::is_whitespace) {
            self.at += 1;
        }
    }
}

/// The signs of the grammar as Chinese input methods write them.
fn plain_sign(c: char) -> char {
    match c {
        '｛' => '{',
        '｝' => '}',
        '｜' => '|',
        c => c,
    }
}
