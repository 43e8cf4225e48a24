//! `danqing paint`: from the command line to orders.

mod batch;
mod editing;
mod files;
mod live;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use batch::{Batch, Layers};
use danqing_moderation::Screened;

use super::ModelArguments;
use crate::config::Config;
use crate::edit::Incoming;
use crate::error::Error;
use crate::expand::Wildcards;
use crate::labelling::Clock;
use crate::metadata::{self, Found, Parameters};
use crate::order::{self, Choice, Grid, Order, Reading, Wish};
use crate::output::{Existing, Format, Output};
use crate::painter::{Cancel, Weights};
use crate::report::{self, Reader, Report};
use crate::terminal::{Preview, progress};
use crate::workshop::Workshop;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[arg(value_name = "PROMPT")]
    prompt: Vec<String>,
    #[arg(short, long, value_name = "N", allow_negative_numbers = true)]
    seed: Option<i64>,
    #[arg(long, value_name = "N")]
    steps: Option<u32>,
    #[arg(short, long, value_name = "X", allow_negative_numbers = true)]
    guidance: Option<f32>,
    #[arg(long, value_name = "SIZE", allow_hyphen_values = true)]
    size: Option<String>,
    #[arg(short = 'n', long, value_name = "N")]
    count: Option<u32>,
    #[arg(long, value_name = "STYLE")]
    style: Option<String>,
    #[arg(long, value_name = "STYLE:SHARE")]
    blend: Option<String>,
    #[arg(long, value_name = "SEED:SHARE")]
    travel: Option<String>,
    #[arg(long, value_name = "WORDS")]
    negative: Option<String>,
    #[arg(short, long, value_name = "COLOUR")]
    background: Option<String>,
    #[arg(long, value_name = "NAME")]
    sampler: Option<String>,
    #[arg(long, value_name = "png|webp|jpeg")]
    format: Option<String>,
    #[arg(short, long, value_name = "PATH")]
    out: Option<PathBuf>,
    #[arg(long)]
    force: bool,
    #[arg(long)]
    grid: bool,
    #[arg(long)]
    layers: bool,
    #[arg(long)]
    whole: bool,
    #[arg(long, value_name = "FILE")]
    like: Option<PathBuf>,
    #[arg(long)]
    reproducible: bool,
    #[arg(long, value_name = "FILE", conflicts_with_all = ["size", "background", "change"])]
    from: Option<PathBuf>,
    #[arg(long, value_name = "FILE", requires = "from")]
    mask: Option<PathBuf>,
    #[arg(long, requires = "mask")]
    invert_mask: bool,
    #[arg(long, value_name = "X", requires = "from", allow_negative_numbers = true)]
    strength: Option<f32>,
    #[arg(long, value_name = "whole|mask", requires = "mask")]
    area: Option<String>,
    #[arg(long, value_name = "CHANGE", allow_hyphen_values = true)]
    change: Vec<String>,
    #[arg(long)]
    every: bool,
    #[arg(long, value_name = "DIR")]
    wildcards: Option<PathBuf>,
    #[arg(short, long, value_name = "FILE", conflicts_with_all = ["prompt", "like"])]
    from_file: Option<PathBuf>,
    #[arg(long, conflicts_with_all = ["from", "from_file", "like", "json", "grid", "layers", "count", "every", "change"])]
    live: bool,
    #[arg(long)]
    pub(super) json: bool,
    #[arg(long, value_name = "auto|always|never", hide_possible_values = true)]
    preview: Option<Preview>,
    #[command(flatten)]
    model: ModelArguments,
}

pub(super) fn run(arguments: &Arguments, config: &Config, reader: Reader) -> Result<(), Error> {
    if arguments.live {
        return live::run(arguments, config, reader);
    }
    let start = Instant::now();
    let like = arguments.like.as_deref().map(Like::read).transpose()?;
    let (orders, refused) = arguments.orders(like.as_ref(), config, reader)?;
    let output = arguments.output(like.as_ref(), config)?;
    let clock = if arguments.reproducible { Clock::Fixed } else { Clock::System };
    let weights = Weights::open(arguments.model.folder(config).as_deref())?;
    let cancel = cancelled_by_keyboard();
    let workshop = Workshop::open(config, &weights, arguments.model.cpu(config)?, clock)?;

    let ours = workshop.painter.painted_by().hash;
    if let Some(theirs) = like.and_then(|like| like.parameters.model_hash).filter(|theirs| *theirs != ours) {
        report::other_weights(reader, &theirs, &ours);
    }
    let pictures: u32 = orders.iter().map(|order| order.count).sum();
    let all = refused + pictures as usize;
    let (orders, stopped) = screened(&workshop, orders, reader)?;
    let bar = progress(steps(&orders, &workshop), reader.language());
    let preview = arguments.preview.unwrap_or_else(|| config.interface.preview());
    let mut batch = Batch {
        workshop,
        output,
        layers: if arguments.layers { Layers::OpenRaster } else { Layers::None },
        report: Report::new(reader, bar, preview, pictures as usize),
        cancel,
    };
    let painted = batch.paint(&orders);
    batch.report.done(start.elapsed().as_secs_f64());
    match refused + stopped + painted? {
        0 => Ok(()),
        failed => Err(Error::SomeFailed { failed, all }),
    }
}

/// The orders that the rules let pass, and how many pictures those would have been that they stop. A single order that
/// is stopped is an error.
fn screened(
    workshop: &Workshop,
    orders: Vec<Order>,
    reader: Reader,
) -> Result<(Vec<Screened<Order>>, usize), Error> {
    let alone = orders.len() == 1;
    let mut stopped = 0;
    let mut passed = Vec::new();
    for order in orders {
        let (prompt, count) = (order.prompt.clone(), order.count as usize);
        match workshop.screen(order) {
            Ok(order) => passed.push(order),
            Err(error) if alone => return Err(error),
            Err(error) => {
                stopped += count;
                report::failed(reader, Some(&prompt), &error);
            }
        }
    }
    Ok((passed, stopped))
}

/// A picture to be repeated.
struct Like {
    parameters: Parameters,
    format: Option<Format>,
}

impl Like {
    fn read(file: &Path) -> Result<Self, Error> {
        let file = file.to_owned();
        let bytes = fs::read(&file).map_err(|source| Error::Unreadable { file: file.clone(), source })?;
        match metadata::find(&bytes) {
            Found::Parameters(parameters, format) => {
                Ok(Self { parameters: *parameters, format: Format::of(format) })
            }
            Found::Nothing => Err(Error::NoParameters { file }),
            Found::NotAPicture => Err(Error::NotAPicture { file }),
        }
    }
}

impl Arguments {
    /// What the flags say.
    fn wish(&self) -> Wish {
        Wish {
            negative: self.negative.clone(),
            seed: self.seed,
            steps: self.steps,
            guidance: self.guidance,
            sampler: self.sampler.clone(),
            size: self.size.clone(),
            count: self.count,
            style: self.style.clone(),
            background: self.background.clone(),
            reading: self.whole.then_some(Reading::Whole),
            grid: self.grid.then_some(Grid::Sheet),
            changes: Some(self.change.join(";")).filter(|changes| !changes.is_empty()),
            strength: self.strength,
            area: self.area.clone(),
            travel: self.travel.clone(),
            blend: self.blend.clone(),
        }
    }

    /// The orders, and how many prompts of a file were refused.
    ///
    /// A picture that is repeated stands for the settings: what it does not say is as it was built in, not as the
    /// configuration has it.
    fn orders(
        &self,
        like: Option<&Like>,
        config: &Config,
        reader: Reader,
    ) -> Result<(Vec<Order>, usize), Error> {
        let wish = match like {
            Some(like) => self.wish().or(like.parameters.wish.clone()),
            None => self.wish().or(config.paint.wish()),
        };
        if self.from.is_none() && like.is_some_and(|like| like.parameters.incoming_hash.is_some()) {
            return Err(Error::NeedsPicture);
        }
        let folder =
            self.wildcards.clone().or_else(|| config.paint.wildcards.value.as_ref().map(PathBuf::from));
        let many = Many {
            choice: if self.every { Choice::Every } else { Choice::Drawn },
            wildcards: Wildcards::new(folder),
            incoming: self.incoming(&wish)?,
            reader,
        };
        if let Some(file) = &self.from_file {
            return files::orders(file, &wish, &many);
        }
        let said = self.prompt.join(" ");
        let prompt = match like {
            Some(like) if said.trim().is_empty() => &like.parameters.prompt,
            _ => &said,
        };
        Ok((many.orders(prompt, &wish)?, 0))
    }

    fn output(&self, like: Option<&Like>, config: &Config) -> Result<Output, Error> {
        let named = self.format.as_deref().map(Format::parse).transpose()?;
        let set = || config.paint.format.value.as_deref().map(Format::parse).transpose();
        let format = match (named, like.and_then(|like| like.format)) {
            (None, None) if self.out.is_none() => set()?,
            (named, of_like) => named.or(of_like),
        };
        let out = self.out.clone().or_else(|| config.paint.out.value.as_ref().map(PathBuf::from));
        let existing = if self.force { Existing::Replace } else { Existing::Keep };
        Output::open(out.as_deref(), format, existing)
    }
}

/// How prompts become orders.
struct Many {
    choice: Choice,
    wildcards: Wildcards,
    incoming: Option<Arc<Incoming>>,
    reader: Reader,
}

impl Many {
    fn orders(&self, prompt: &str, wish: &Wish) -> Result<Vec<Order>, Error> {
        let orders = order::orders(prompt, wish, self.choice, &self.wildcards)?;
        Ok(match &self.incoming {
            None => orders,
            Some(incoming) => orders.into_iter().map(|order| order.starting_from(incoming.clone())).collect(),
        })
    }
}

/// Steps of all paintings together.
fn steps(orders: &[Screened<Order>], workshop: &Workshop) -> u64 {
    let of = |order: &Order| {
        let plan = crate::plan::Plan::new(order.single(0), &workshop.knowledge);
        plan.paintings.len() as u64 * u64::from(order.count) * u64::from(order.steps)
    };
    orders.iter().map(|order| of(order.get())).sum()
}

/// Ctrl-C ends the work after the current step; a second one ends danqing at once.
fn cancelled_by_keyboard() -> Cancel {
    let cancel = Cancel::default();
    let handler = cancel.clone();
    let set = move || {
        if handler.is_set() {
            std::process::exit(130);
        }
        handler.set();
    };
    // Without a handler Ctrl-C ends danqing the system's way, which leaves no half file either.
    let _ = ctrlc::set_handler(set);
    cancel
}
