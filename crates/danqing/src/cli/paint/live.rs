//! `danqing paint --live`: a picture under the line that one writes, painted again with every key.

use std::collections::VecDeque;
use std::io::{Write as _, stdout};
use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use console::{Key, Term};
use indicatif::ProgressBar;

use super::batch::{Batch, Layers};
use super::{Arguments, cancelled_by_keyboard};
use crate::config::Config;
use crate::error::Error;
use crate::labelling::Clock;
use crate::language::Language;
use crate::live::{Care, STYLES};
use crate::order::{Order, Wish, drawn_seed};
use crate::painter::Weights;
use crate::report::{self, Reader, Report};
use crate::terminal::{PICTURE_ROWS, Preview};
use crate::workshop::Workshop;

/// Lines above the picture: the words, and how they are painted.
const HEAD_ROWS: usize = 2;
/// A frame in work gives way to a key only after this, so that something is seen while a key is held down.
const PATIENCE: Duration = Duration::from_millis(150);
/// How long keys rest before a frame is painted with care.
const REST: Duration = Duration::from_millis(300);
/// Steps of the way from one seed to the other.
const JOURNEY: u32 = 20;
/// Steps from one style to the next.
const BETWEEN: u32 = 4;

/// Paints live until Esc or Ctrl-C.
pub(super) fn run(arguments: &Arguments, config: &Config, reader: Reader) -> Result<(), Error> {
    if !arguments.preview.unwrap_or_else(|| config.interface.preview()).is_shown() {
        return Err(Error::NoLiveTerminal);
    }
    let wish = arguments.wish().or(config.paint.wish());
    let mut sheet = Sheet::new(&arguments.prompt.join(" "), wish)?;
    let output = arguments.output(None, config)?;
    let weights = Weights::open(arguments.model.folder(config).as_deref())?;
    let clock = if arguments.reproducible { Clock::Fixed } else { Clock::System };
    let cpu = arguments.model.cpu(config)?;
    let drafts = arguments.model.drafts(config, &cpu);
    let workshop = Workshop::open(config, &weights, cpu, clock)?.drafting(&weights, drafts)?;
    let batch = Batch {
        workshop,
        output,
        layers: Layers::None,
        report: Report::new(reader, ProgressBar::hidden(), Preview::Never, 1),
        cancel: cancelled_by_keyboard(),
    };
    Board { batch, reader, keys: keys(), waiting: VecDeque::new(), can_rest: false, gave_way: false }
        .run(&mut sheet)
}

/// The keys that are pressed, read on a thread of their own. It ends with the key that ends the work, and leaves the
/// terminal as it was.
fn keys() -> Receiver<Key> {
    let (sender, keys): (Sender<Key>, _) = channel();
    thread::spawn(move || {
        let terminal = Term::stdout();
        loop {
            // A terminal that is gone is left.
            let key = terminal.read_key_raw().unwrap_or(Key::Escape);
            let last = is_last(&key);
            if sender.send(key).is_err() || last {
                return;
            }
        }
    });
    keys
}

fn is_last(key: &Key) -> bool {
    // Ctrl-D ends what Ctrl-C interrupts.
    matches!(key, Key::Escape | Key::CtrlC | Key::Char('\u{4}'))
}

/// What is written and chosen.
struct Sheet {
    prompt: String,
    /// What the flags and the settings say.
    wish: Wish,
    seed: u64,
    /// Where the journey leads.
    there: u64,
    /// Of [`JOURNEY`] steps; none taken by hand yet: as the flags have it.
    travelled: Option<u32>,
    /// Of [`BETWEEN`] steps from style to style; none chosen by hand yet: as the flags have it.
    place: Option<u32>,
}

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Deed {
    Nothing,
    Paint,
    Keep,
    Leave,
}

impl Sheet {
    fn new(prompt: &str, wish: Wish) -> Result<Self, Error> {
        // Checks the flags, whatever is going to be written.
        let checked = Order::new("猫", &wish)?;
        let (prompt, seed, there) = (prompt.to_owned(), checked.seed, drawn_seed());
        Ok(Self { prompt, wish, seed, there, travelled: None, place: None })
    }

    fn press(&mut self, key: &Key) -> Deed {
        let furthest = BETWEEN * (STYLES.len() as u32 - 1);
        match key {
            key if is_last(key) => return Deed::Leave,
            Key::Enter if self.prompt.trim().is_empty() => return Deed::Nothing,
            Key::Enter => return Deed::Keep,
            Key::Backspace => drop(self.prompt.pop()),
            // Ctrl-U.
            Key::Char('\u{15}') => self.prompt.clear(),
            Key::Char(c) if !c.is_control() => self.prompt.push(*c),
            Key::ArrowRight => self.travelled = Some((self.travelled.unwrap_or(0) + 1).min(JOURNEY)),
            Key::ArrowLeft => self.travelled = Some(self.travelled.unwrap_or(0).saturating_sub(1)),
            Key::ArrowUp => self.place = Some((self.place.unwrap_or(0) + 1).min(furthest)),
            Key::ArrowDown => self.place = Some(self.place.unwrap_or(0).saturating_sub(1)),
            Key::Tab => {
                (self.seed, self.there) = (drawn_seed(), drawn_seed());
                self.travelled = self.travelled.map(|_| 0);
            }
            _ => return Deed::Nothing,
        }
        Deed::Paint
    }

    fn order(&self) -> Result<Order, Error> {
        let mut wish = Wish { seed: i64::try_from(self.seed).ok(), count: Some(1), ..self.wish.clone() };
        if let Some(travelled) = self.travelled {
            let share = travelled as f32 / JOURNEY as f32;
            wish.travel = (travelled > 0).then(|| format!("{}:{share}", self.there));
        }
        if let Some(place) = self.place {
            let [first, second] =
                [0, 1].map(|next| STYLES.get((place / BETWEEN + next) as usize).copied().flatten());
            let share = (place % BETWEEN) as f32 / BETWEEN as f32;
            wish.style = first.map(|style| style.name().to_owned());
            wish.blend = second.filter(|_| share > 0.0).map(|second| format!("{}:{share}", second.name()));
        }
        Order::new(&self.prompt, &wish)
    }

    /// How it is painted, in one line.
    fn manner(&self, order: &Order, language: Language) -> String {
        let said = language.pick(danqing_scene::Language::Chinese, danqing_scene::Language::English);
        let mut parts = vec![format!("{} {}", language.pick("种子", "seed"), order.seed)];
        parts.extend(
            order.travel.map(|travel| format!("→ {} {:.0} %", travel.seed, travel.share.get() * 100.0)),
        );
        parts.extend(order.style.map(|style| style.word(said).to_owned()));
        parts.extend(
            order
                .blend
                .map(|blend| format!("+ {} {:.0} %", blend.style.word(said), blend.share.get() * 100.0)),
        );
        parts.push(language.pick("回车留下", "Enter keeps").to_owned());
        parts.join("  ")
    }
}

/// The place in the terminal where all this happens.
struct Board {
    batch: Batch,
    reader: Reader,
    keys: Receiver<Key>,
    /// Keys that came while a frame was painted.
    waiting: VecDeque<Key>,
    /// Whether the picture that is shown can still be painted with more care.
    can_rest: bool,
    /// Whether a frame gave way to a key since the last one that was shown: the next must come to its end.
    gave_way: bool,
}

impl Board {
    fn run(&mut self, sheet: &mut Sheet) -> Result<(), Error> {
        Self::make_room();
        self.paint(sheet, Care::Draft);
        loop {
            // Everything that was typed meanwhile is one change.
            let key = self.next(sheet);
            let mut deed = sheet.press(&key);
            while deed == Deed::Paint || deed == Deed::Nothing {
                let Some(key) = self.waiting.pop_front().or_else(|| self.keys.try_recv().ok()) else { break };
                deed = match sheet.press(&key) {
                    Deed::Nothing => deed,
                    other => other,
                };
            }
            match deed {
                Deed::Nothing => {}
                Deed::Paint => self.paint(sheet, Care::Draft),
                Deed::Keep => self.keep(sheet),
                Deed::Leave => return Self::leave(),
            }
        }
    }

    /// The next key; while none comes, the picture is painted with care. Whoever cannot be read any more has left.
    fn next(&mut self, sheet: &Sheet) -> Key {
        if self.waiting.is_empty() && self.can_rest {
            match self.keys.recv_timeout(REST) {
                Ok(key) => return key,
                Err(RecvTimeoutError::Timeout) => self.paint(sheet, Care::Fine),
                Err(RecvTimeoutError::Disconnected) => return Key::Escape,
            }
        }
        self.waiting.pop_front().or_else(|| self.keys.recv().ok()).unwrap_or(Key::Escape)
    }

    /// Shows the words at once, and the picture as soon as it is there.
    fn paint(&mut self, sheet: &Sheet, care: Care) {
        self.can_rest = false;
        let language = self.reader.language();
        let empty = sheet.prompt.trim().is_empty();
        let order = match sheet.order() {
            Ok(order) => order,
            Err(error) => {
                let help = language.pick("写几个字，画就来了", "write a few words, and the picture comes");
                let told = if empty { help.to_owned() } else { error.message(language) };
                return Self::show(&sheet.prompt, &told, "", language);
            }
        };
        let manner = sheet.manner(&order, language);
        if care == Care::Draft {
            Self::show(&sheet.prompt, &manner, "", language);
        }
        let start = Instant::now();
        let (keys, waiting, patient) = (&self.keys, &mut self.waiting, self.gave_way);
        let mut watch = || {
            waiting.extend(keys.try_iter());
            let gives_way = care == Care::Fine || (!patient && start.elapsed() > PATIENCE);
            if gives_way && !waiting.is_empty() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        match self.batch.workshop.frame(&order, care, &mut watch) {
            Ok(picture) => {
                (self.can_rest, self.gave_way) = (care == Care::Draft, false);
                let told = format!("{manner}  {} ms", start.elapsed().as_millis());
                Self::show(&sheet.prompt, &told, &Preview::frame(&picture), language);
            }
            Err(Error::Cancelled) => self.gave_way = care == Care::Draft,
            Err(error) => Self::show(&sheet.prompt, &error.message(language), "", language),
        }
    }

    /// Paints the order itself, writes its file, and goes on below.
    fn keep(&mut self, sheet: &Sheet) {
        Self::go_below();
        let kept = sheet.order().and_then(|order| self.batch.workshop.screen(order));
        if let Err(error) = kept.and_then(|order| self.batch.paint(&[order])) {
            report::failed(self.reader, Some(&sheet.prompt), &error);
        }
        Self::make_room();
        self.paint(sheet, Care::Draft);
    }

    fn leave() -> Result<(), Error> {
        Self::go_below();
        Ok(())
    }

    /// Empty lines for head and picture, and back to the first.
    fn make_room() {
        let rows = HEAD_ROWS + PICTURE_ROWS;
        write(&format!("{}\x1b[{rows}A", "\n".repeat(rows)));
    }

    fn go_below() {
        write(&format!("\r\x1b[{}B\n", HEAD_ROWS + PICTURE_ROWS - 1));
    }

    /// Head and picture, with the cursor behind the words again.
    fn show(prompt: &str, told: &str, picture: &str, language: Language) {
        let columns = usize::from(Term::stdout().size().1);
        let mark = language.pick("画 › ", "paint › ");
        let prompt = tail(prompt, columns.saturating_sub(console::measure_text_width(mark) + 1));
        let told = console::truncate_str(told, columns.saturating_sub(1), "…").into_owned();
        write(&format!("\r\x1b[K{mark}{prompt}\x1b7\n\r\x1b[K\x1b[2m{told}\x1b[0m\n\r{picture}\x1b8"));
    }
}

/// The end of `text` that fits into `columns`.
fn tail(text: &str, columns: usize) -> &str {
    let mut places = text.char_indices().map(|(place, _)| place).chain([text.len()]);
    places
        .find_map(|place| Some(&text[place..]).filter(|rest| console::measure_text_width(rest) <= columns))
        .unwrap_or("")
}

/// A terminal that takes nothing any more is noticed when it is read.
fn write(text: &str) {
    let mut out = stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet() -> Sheet {
        Sheet::new("猫", Wish { seed: Some(7), style: Some("flat".into()), ..Wish::default() })
            .expect("sound")
    }

    fn pressed(keys: &[Key]) -> Order {
        let mut sheet = sheet();
        for key in keys {
            assert_eq!(sheet.press(key), Deed::Paint, "{key:?}");
        }
        sheet.order().expect("sound")
    }

    #[test]
    fn keys_write_and_choose() {
        let order = pressed(&[Key::Backspace, Key::Char('红'), Key::Char('x'), Key::Backspace]);
        assert_eq!((order.prompt.as_str(), order.seed, order.travel), ("红", 7, None), "words");
        assert_eq!(order.style.map(|style| style.name()), Some("flat"), "as the flags say");
        let order = pressed(&[Key::ArrowRight, Key::ArrowRight, Key::ArrowLeft]);
        assert_eq!(order.travel.map(|travel| travel.share.get()), Some(0.05), "one step of twenty");
        assert_eq!(pressed(&[Key::ArrowRight, Key::ArrowLeft]).travel, None, "and back");
        let order = pressed(&vec![Key::ArrowUp; 5]);
        assert_eq!(order.style, STYLES[1], "the first style");
        let blend = order.blend.expect("a blend");
        assert_eq!((Some(blend.style), blend.share.get()), (STYLES[2], 0.25), "and a quarter of the second");
        assert_ne!(pressed(&[Key::Tab]).seed, 7, "another seed");
    }

    #[test]
    fn the_ends_of_both_ways_hold() {
        let order = pressed(&vec![Key::ArrowRight; 50]);
        assert_eq!(order.travel.map(|travel| travel.share.get()), Some(1.0), "there");
        let order = pressed(&vec![Key::ArrowUp; 50]);
        assert_eq!((order.style, order.blend), (STYLES[STYLES.len() - 1], None), "the last style");
        let order = pressed(&[Key::ArrowDown]);
        assert_eq!((order.style, order.blend), (None, None), "before the first");
    }

    #[test]
    fn enter_keeps_what_there_is_and_escape_leaves() {
        let mut sheet = sheet();
        assert_eq!(sheet.press(&Key::Enter), Deed::Keep, "a cat");
        sheet.press(&Key::Char('\u{15}'));
        assert_eq!(sheet.press(&Key::Enter), Deed::Nothing, "nothing to keep");
        for key in [Key::Escape, Key::CtrlC] {
            assert_eq!(sheet.press(&key), Deed::Leave, "{key:?}");
        }
    }

    #[test]
    fn of_long_lines_the_end_is_seen() {
        assert_eq!(tail("三只红灯笼", 6), "红灯笼", "wide characters");
        assert_eq!((tail("cat", 6), tail("cat", 0)), ("cat", ""), "all or nothing");
    }
}
