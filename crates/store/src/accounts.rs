//! People: who they are, what they may do, how they prove it.

mod credentials;
mod invitations;
mod password;
mod people;
mod quota;

use std::fmt;
use std::str::FromStr;

pub use credentials::{ApiKey, Session};
pub use invitations::Invitation;
pub use people::NewPerson;
pub use quota::{Kept, Quota, Quotas, Usage};
pub(crate) use quota::{Ordered, admit};

use crate::db::Row;
use crate::{Error, PersonId, Store};

/// The accounts of a store.
#[derive(Clone, Copy, Debug)]
pub struct Accounts<'a>(pub(crate) &'a Store);

/// What a person may do; each may do what those after it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Looks.
    Viewer,
    /// Orders pictures.
    Creator,
    /// Answers for what the studio lets through: screening, appeals, the ledger.
    Officer,
    /// Runs the studio.
    Owner,
}

/// Whether an account is in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Standing {
    /// It is.
    Active,
    /// An officer took it out of use.
    Suspended,
    /// Everything personal is gone; the row remains for what refers to it.
    Erased,
}

/// An account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Names it everywhere but in the ledger.
    pub id: PersonId,
    /// What one signs in with; none for the local person and after erasure.
    pub name: Option<String>,
    /// How the person is called.
    pub display: String,
    /// What the person may do.
    pub role: Role,
    /// Whether the account is in use.
    pub standing: Standing,
    /// Stands for the person in the ledger; means nothing without this row.
    pub pseudonym: String,
    /// JSON of the caller's: language, theme and the like.
    pub preferences: String,
    /// When the account was made, milliseconds since 1970.
    pub created_ms: i64,
    /// When it was last used.
    pub seen_ms: i64,
}

/// What came of an attempt to sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignIn {
    /// The password was right.
    Welcome(Box<Person>),
    /// Name or password are wrong; which one is not told.
    Wrong,
    /// Too many attempts failed; none is looked at before this time.
    Locked {
        /// Milliseconds since 1970.
        until_ms: i64,
    },
}

/// The columns of a [`Person`].
const COLUMNS: &str = "id, name, display, role, standing, pseudonym, preferences, created_ms, seen_ms";

impl Person {
    fn read(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            id: PersonId::of(row.text("id")?),
            name: row.optional_text("name")?,
            display: row.text("display")?,
            role: row.text("role")?.parse()?,
            standing: row.text("standing")?.parse()?,
            pseudonym: row.text("pseudonym")?,
            preferences: row.text("preferences")?,
            created_ms: row.number("created_ms")?,
            seen_ms: row.number("seen_ms")?,
        })
    }
}

macro_rules! words {
    ($type:ident, $column:literal, $($variant:ident = $word:literal),*) => {
        impl $type {
            /// The word in the database and in the ledger.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(self.as_str())
            }
        }

        impl FromStr for $type {
            type Err = Error;

            fn from_str(word: &str) -> Result<Self, Error> {
                match word {
                    $($word => Ok(Self::$variant),)*
                    _ => Err(Error::Column { column: $column, value: word.to_owned() }),
                }
            }
        }
    };
}

words!(Role, "role", Owner = "owner", Officer = "officer", Creator = "creator", Viewer = "viewer");
words!(Standing, "standing", Active = "active", Suspended = "suspended", Erased = "erased");
