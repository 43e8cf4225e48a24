//! `danqing mcp`: danqing as tools for a language model's program, over standard input and output.

use std::sync::Arc;

use super::ModelArguments;
use super::serve::{Drafts, begin_logging, block_on, opened};
use crate::config::Config;
use crate::error::Error;
use crate::{api, serve, studio, worker};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[arg(long = "as", value_name = "NAME")]
    name: Option<String>,
    #[command(flatten)]
    model: ModelArguments,
}

/// Serves one client until it goes. Whoever can run this owns the database, and may act as anybody in it.
pub(super) fn run(arguments: &Arguments, config: Config) -> Result<(), Error> {
    begin_logging();
    block_on(async {
        let store = studio::store(&config).await?;
        let studio = opened(&arguments.model, config, store, Drafts::Unseen)?;
        let accounts = studio.store.accounts();
        let person = match &arguments.name {
            None => accounts.local_person().await?,
            Some(name) => {
                let wanted = name.trim().to_lowercase();
                let people = accounts.list().await?;
                let found = people.into_iter().find(|person| person.name.as_deref() == Some(&wanted));
                found.ok_or(danqing_store::Error::Missing { what: "account", id: wanted })?
            }
        };
        let worker =
            worker::run(Arc::clone(&studio), format!("{}-mcp", serve::worker_name()), studio.going.clone());
        let client = api::mcp_over_stdio(&studio, person);
        tokio::select! {
            served = client => served,
            () = worker => Ok(()),
        }
    })
}
