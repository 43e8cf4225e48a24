//! `danqing backup` and `danqing restore`: everything in one file, and back.

use std::path::PathBuf;

use danqing_store::Archived;
use serde_json::json;

use super::serve::block_on;
use crate::config::Config;
use crate::error::Error;
use crate::report::{Reader, say};
use crate::studio;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[arg(long)]
    pub(super) json: bool,
}

/// Writes the archive; the studio may be open meanwhile.
pub(super) fn back_up(arguments: &Arguments, config: &Config, reader: Reader) -> Result<(), Error> {
    if arguments.file.exists() {
        return Err(Error::Occupied { file: arguments.file.clone() });
    }
    block_on(async {
        let store = studio::store(config).await?;
        tell(&store.back_up(&arguments.file).await?, "备份好了", "backed up", reader);
        store.close().await;
        Ok(())
    })
}

/// Reads an archive into an empty store.
pub(super) fn restore(arguments: &Arguments, config: &Config, reader: Reader) -> Result<(), Error> {
    block_on(async {
        let store = studio::store(config).await?;
        tell(&store.restore(&arguments.file).await?, "恢复好了", "restored", reader);
        store.close().await;
        Ok(())
    })
}

fn tell(archived: &Archived, chinese: &str, english: &str, reader: Reader) {
    let Archived { rows, blobs } = archived;
    say(&match reader {
        Reader::Program(_) => json!({ "rows": rows, "files": blobs }).to_string(),
        Reader::Person(language) => language.pick(
            format!("{chinese}：{rows} 行记录，{blobs} 个文件"),
            format!("{english}: {rows} rows, {blobs} files"),
        ),
    });
}
