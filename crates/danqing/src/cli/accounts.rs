//! `danqing accounts`: the first owner, people, invitations; for whoever sits at the machine.

use clap::Subcommand;
use danqing_store::{NewPerson, Role, Standing, Store};
use serde_json::json;

use super::serve::{OWNER_LINK_MS, block_on, role_word};
use crate::config::Config;
use crate::error::Error;
use crate::language::Language;
use crate::report::{Reader, say};
use crate::studio;

#[derive(Debug, Subcommand)]
pub(super) enum Action {
    /// A link for the first owner.
    Owner,
    /// Everybody.
    List,
    /// A link for one more person.
    Invite {
        #[arg(value_name = "owner|officer|creator|viewer", value_parser = role, default_value = "creator")]
        role: Role,
    },
    /// An account with the password on standard input.
    Create {
        #[arg(value_name = "NAME")]
        name: String,
        #[arg(long, value_name = "owner|officer|creator|viewer", value_parser = role, default_value = "creator")]
        role: Role,
    },
    /// A new password, from standard input.
    Password {
        #[arg(value_name = "NAME")]
        name: String,
    },
    /// A key for a program; shown once.
    Key {
        #[arg(value_name = "NAME")]
        name: String,
        #[arg(long, value_name = "TEXT", default_value = "danqing accounts key")]
        label: String,
    },
}

fn role(word: &str) -> Result<Role, String> {
    word.parse().map_err(|_| "owner, officer, creator, viewer".to_owned())
}

pub(super) fn run(action: &Action, config: &Config, reader: Reader) -> Result<(), Error> {
    block_on(async {
        let store = studio::store(config).await?;
        let done = act(action, &store, config, reader).await;
        store.close().await;
        done
    })
}

async fn act(action: &Action, store: &Store, config: &Config, reader: Reader) -> Result<(), Error> {
    let accounts = store.accounts();
    let language = reader.language();
    match action {
        Action::Owner => link(accounts.owner_link(OWNER_LINK_MS).await?.reveal(), config, reader),
        Action::Invite { role } => {
            let inviter = match accounts.list().await?.into_iter().find(|person| person.role == Role::Owner) {
                Some(owner) => owner,
                None => accounts.local_person().await?,
            };
            link(accounts.invite(&inviter.id, *role, OWNER_LINK_MS * 7).await?.reveal(), config, reader);
        }
        Action::List => {
            for person in
                accounts.list().await?.into_iter().filter(|person| person.standing != Standing::Erased)
            {
                let name = person.name.as_deref().unwrap_or("-");
                say(&match reader {
                    Reader::Program(_) => json!({
                        "id": person.id.as_str(),
                        "name": person.name,
                        "display": person.display,
                        "role": person.role.as_str(),
                        "standing": person.standing.as_str(),
                    })
                    .to_string(),
                    Reader::Person(_) => {
                        format!("{name:<20} {:<10} {}", role_word(person.role, language), person.display)
                    }
                });
            }
        }
        Action::Create { name, role } => {
            let password = Some(password()?);
            let new = NewPerson { name: name.clone(), display: name.clone(), password, role: *role };
            let person = accounts.create(new).await?;
            done(
                &json!({ "id": person.id.as_str(), "name": name }),
                "账户建好了",
                "the account is made",
                reader,
            );
        }
        Action::Password { name } => {
            accounts.set_password(&person(store, name).await?.id, &password()?).await?;
            done(&json!({ "name": name }), "密码换好了", "the password is changed", reader);
        }
        Action::Key { name, label } => {
            let (_, key) = accounts.create_key(&person(store, name).await?.id, label, None).await?;
            say(&match reader {
                Reader::Program(_) => json!({ "key": key.reveal() }).to_string(),
                Reader::Person(_) => key.reveal().to_owned(),
            });
        }
    }
    Ok(())
}

async fn person(store: &Store, name: &str) -> Result<danqing_store::Person, Error> {
    let people = store.accounts().list().await?;
    let found = people.into_iter().find(|person| person.name.as_deref() == Some(name.to_lowercase().trim()));
    found.ok_or_else(|| danqing_store::Error::Missing { what: "account", id: name.to_owned() }.into())
}

/// The first line of standard input.
fn password() -> Result<String, Error> {
    let mut line = String::new();
    let unreadable = |source| Error::Unreadable { file: "-".into(), source };
    std::io::stdin().read_line(&mut line).map_err(unreadable)?;
    Ok(line.trim_end_matches(['\n', '\r']).to_owned())
}

fn link(token: &str, config: &Config, reader: Reader) {
    let server = &config.server;
    let own = server.listen.value.map(|listen| format!("http://{listen}"));
    let url = server.url.value.clone().or(own).unwrap_or_default();
    let link = format!("{}/welcome/{token}", url.trim_end_matches('/'));
    say(&match reader {
        Reader::Program(_) => json!({ "link": link }).to_string(),
        Reader::Person(_) => link,
    });
}

fn done(object: &serde_json::Value, chinese: &str, english: &str, reader: Reader) {
    say(&match reader {
        Reader::Program(_) => object.to_string(),
        Reader::Person(Language::Chinese) => chinese.to_owned(),
        Reader::Person(Language::English) => english.to_owned(),
    });
}
