//! `danqing serve` and `danqing work`: the studio, or a worker alone.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;

use danqing_store::Store;
use serde_json::json;
use tokio::sync::watch;
use tracing_subscriber::EnvFilter;

use super::ModelArguments;
use crate::config::Config;
use crate::error::Error;
use crate::hands::give_way;
use crate::language::Language;
use crate::painter::Weights;
use crate::report::{Reader, say};
use crate::studio::{self, Studio};
use crate::{serve, worker};

/// How long the link of the first owner holds: a day.
pub(super) const OWNER_LINK_MS: i64 = 24 * 60 * 60 * 1000;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,
    #[arg(long)]
    pub(super) json: bool,
    #[command(flatten)]
    model: ModelArguments,
}

#[derive(Debug, clap::Args)]
pub(super) struct WorkArguments {
    #[command(flatten)]
    model: ModelArguments,
}

/// Serves until it is interrupted.
pub(super) fn run(arguments: &Arguments, mut config: Config, reader: Reader) -> Result<(), Error> {
    begin_logging();
    config.server.listen = config.server.listen.or_flag(arguments.listen);
    block_on(async {
        let store = studio::store(&config).await?;
        // The address is tried before the weights are read, so that a mistake is told at once.
        let has_owner = store.accounts().has_owner().await?;
        let listener = serve::bind(&config.server, has_owner).await?;
        let listen = listener.local_addr().ok().or(config.server.listen.value);
        config.server.listen = config.server.listen.or_flag(listen);
        let studio = opened(&arguments.model, config, store, Drafts::Seen)?;
        tell(&studio, reader, has_owner).await?;
        serve::serve(studio, listener).await
    })
}

/// Paints what others' processes queue, until it is interrupted.
pub(super) fn work(arguments: &WorkArguments, config: Config) -> Result<(), Error> {
    begin_logging();
    block_on(async {
        let store = studio::store(&config).await?;
        let studio = opened(&arguments.model, config, store, Drafts::Unseen)?;
        worker::run(Arc::clone(&studio), serve::worker_name(), studio.going.clone()).await;
        Ok(())
    })
}

/// Whether somebody paints live in this process: only then it pays to load a painter for drafts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Drafts {
    Seen,
    Unseen,
}

/// The studio around `store`, until the system or the keyboard asks for its end.
pub(super) fn opened(
    model: &ModelArguments,
    config: Config,
    store: Store,
    drafts: Drafts,
) -> Result<Arc<Studio>, Error> {
    let weights = Weights::open(model.folder(&config).as_deref())?;
    let cpu = model.cpu(&config)?;
    let drafts = model.drafts(&config, &cpu).filter(|_| drafts == Drafts::Seen);
    Ok(Arc::new(Studio::open(config, store, &weights, cpu, drafts, interrupted())?))
}

/// Where the studio is, and how its first owner gets in.
async fn tell(studio: &Studio, reader: Reader, has_owner: bool) -> Result<(), Error> {
    let url = studio.url();
    let link = match has_owner {
        true => None,
        false => {
            let token = studio.store.accounts().owner_link(OWNER_LINK_MS).await?;
            Some(format!("{url}/welcome/{}", token.reveal()))
        }
    };
    match reader {
        Reader::Program(_) => say(&json!({ "url": url, "owner_link": link }).to_string()),
        Reader::Person(language) => {
            say(&language.pick(format!("丹青开门了：{url}"), format!("danqing is open: {url}")));
            if let Some(link) = link {
                say(&language.pick(
                    format!("本机使用不用登录；要建主人账户，打开：{link}"),
                    format!(
                        "no sign-in is needed on this machine; to make the owner's account, open: {link}"
                    ),
                ));
            }
            say(language.pick("按 Ctrl-C 关门", "Ctrl-C closes it"));
        }
    }
    Ok(())
}

/// Runs `work` to its end on this thread and a pool of threads that give way to painting.
pub(super) fn block_on<T>(work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().on_thread_start(give_way).build();
    runtime.map_err(|_| Error::Broken)?.block_on(work)
}

/// Turns true when the system or the keyboard asks for the end.
fn interrupted() -> watch::Receiver<bool> {
    let (sender, receiver) = watch::channel(false);
    tokio::spawn(async move {
        wait_for_signal().await;
        // Without listeners there is nothing left to end.
        let _ = sender.send(true);
        wait_for_signal().await;
        std::process::exit(130);
    });
    receiver
}

#[cfg(unix)]
async fn wait_for_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else { return std::future::pending().await };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

#[cfg(not(unix))]
async fn wait_for_signal() {
    // Where signals cannot be had, the process ends the system's way.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending().await
    }
}

/// Log lines on standard error; `DANQING_LOG` says which, as `info` or `danqing=debug`.
pub(super) fn begin_logging() {
    let filter =
        EnvFilter::try_from_env("DANQING_LOG").unwrap_or_else(|_| EnvFilter::new("warn,danqing=info"));
    // A second call, as in tests of one process, changes nothing.
    let _ = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).try_init();
}

/// A role in the words of people.
pub(super) fn role_word(role: danqing_store::Role, language: Language) -> &'static str {
    use danqing_store::Role;
    match role {
        Role::Owner => language.pick("主人", "owner"),
        Role::Officer => language.pick("审核员", "officer"),
        Role::Creator => language.pick("创作者", "creator"),
        Role::Viewer => language.pick("看客", "viewer"),
    }
}
