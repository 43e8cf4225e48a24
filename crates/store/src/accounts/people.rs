//! Making, finding, changing and erasing accounts; signing in.

use std::sync::atomic::Ordering;

use super::{Accounts, COLUMNS, Person, Role, SignIn, Standing, password};
use crate::db::{Work, is_duplicate, sql};
use crate::ledger::{self, Kind, NewEntry};
use crate::secret::{hex, random};
use crate::{Error, PersonId};

/// Wrong passwords in a row that cost nothing.
const FREE_FAILURES: i64 = 5;
const LONGEST_LOCK_MS: i64 = 15 * 60 * 1000;

/// An account to make.
#[derive(Clone, Debug)]
pub struct NewPerson {
    /// What one signs in with: 1 to 64 characters, no blanks; letters are compared in lower case.
    pub name: String,
    /// How the person is called.
    pub display: String,
    /// At least 8 characters; none for somebody who cannot sign in yet.
    pub password: Option<String>,
    /// What the person may do.
    pub role: Role,
}

impl Accounts<'_> {
    /// Makes an account and records it.
    pub async fn create(&self, new: NewPerson) -> Result<Person, Error> {
        let hash = match &new.password {
            Some(password) => Some(password::hash(password).await?),
            None => None,
        };
        let mut work = self.0.db.begin().await?;
        let person = self.insert(&mut work, &new, hash).await?;
        work.commit().await?;
        Ok(person)
    }

    pub(super) async fn insert(
        &self,
        work: &mut Work,
        new: &NewPerson,
        hash: Option<String>,
    ) -> Result<Person, Error> {
        let name = fold_name(&new.name)?;
        let person = self.insert_row(work, Some(&name), &new.display, new.role, hash).await;
        person.map_err(|error| if is_duplicate(&error) { Error::NameTaken(name) } else { error })
    }

    async fn insert_row(
        &self,
        work: &mut Work,
        name: Option<&str>,
        display: &str,
        role: Role,
        hash: Option<String>,
    ) -> Result<Person, Error> {
        let now = self.0.clock.now_ms();
        let id = PersonId::new(now)?;
        let pseudonym = hex(&random::<16>()?);
        let text = format!(
            "INSERT INTO people (id, name, display, role, standing, pseudonym, password, created_ms, seen_ms) \
             VALUES ($1, $2, $3, $4, 'active', $5, $6, $7, $7) RETURNING {COLUMNS}"
        );
        let insert = sql(text).bind(id.as_str()).bind(name).bind(display).bind(role.as_str());
        let row = work.one(insert.bind(&pseudonym).bind(hash).bind(now)).await?;
        let entry = NewEntry::new(Kind::Account, &pseudonym).fact("change", "created").fact("role", role);
        ledger::append(work, now, entry).await?;
        Person::read(&row)
    }

    /// The nameless person of a studio without accounts, an owner on their own machine; made on first call.
    pub async fn local_person(&self) -> Result<Person, Error> {
        let text = format!("SELECT {COLUMNS} FROM people WHERE name IS NULL AND standing = 'active' LIMIT 1");
        if let Some(row) = self.0.db.optional(sql(text.clone())).await? {
            return Person::read(&row);
        }
        let mut work = self.0.db.begin().await?;
        // Somebody else may have been quicker.
        ledger::hold(&mut work).await?;
        if let Some(row) = work.optional(sql(text)).await? {
            return Person::read(&row);
        }
        let person = self.insert_row(&mut work, None, "", Role::Owner, None).await?;
        work.commit().await?;
        Ok(person)
    }

    /// The account of an id.
    pub async fn person(&self, id: &PersonId) -> Result<Person, Error> {
        let text = format!("SELECT {COLUMNS} FROM people WHERE id = $1");
        let row = self.0.db.optional(sql(text).bind(id.as_str())).await?;
        Person::read(&row.ok_or_else(|| Error::missing("account", id))?)
    }

    /// The account behind a pseudonym of the ledger.
    pub async fn by_pseudonym(&self, pseudonym: &str) -> Result<Option<Person>, Error> {
        let text = format!("SELECT {COLUMNS} FROM people WHERE pseudonym = $1");
        self.0.db.optional(sql(text).bind(pseudonym)).await?.as_ref().map(Person::read).transpose()
    }

    /// All accounts that are not erased, oldest first.
    pub async fn list(&self) -> Result<Vec<Person>, Error> {
        let text = format!("SELECT {COLUMNS} FROM people WHERE standing <> 'erased' ORDER BY id");
        self.0.db.all(sql(text)).await?.iter().map(Person::read).collect()
    }

    /// Whether somebody with a name owns the studio. Once somebody does, somebody always will: the last owner stays.
    pub async fn has_owner(&self) -> Result<bool, Error> {
        if self.0.owned.load(Ordering::Relaxed) {
            return Ok(true);
        }
        let owned = owners(&mut self.0.db.begin_reading().await?).await? > 0;
        self.0.owned.fetch_or(owned, Ordering::Relaxed);
        Ok(owned)
    }

    /// Checks name and password. After five failures each further one doubles the wait, up to a quarter of an hour.
    pub async fn sign_in(&self, name: &str, password: &str) -> Result<SignIn, Error> {
        let now = self.0.clock.now_ms();
        let text = format!(
            "SELECT {COLUMNS}, password, locked_until_ms FROM people WHERE name = $1 AND standing = 'active'"
        );
        let row = match fold_name(name) {
            Ok(name) => self.0.db.optional(sql(text).bind(name)).await?,
            Err(_) => None,
        };
        let until_ms = row.as_ref().map_or(Ok(0), |row| row.number("locked_until_ms"))?;
        // A longer lock was set before the clock was put back.
        if (now + 1..=now + LONGEST_LOCK_MS).contains(&until_ms) {
            return Ok(SignIn::Locked { until_ms });
        }
        let hash = row.as_ref().map_or(Ok(None), |row| row.optional_text("password"))?;
        let fits = password::fits(password, hash).await?;
        let Some(person) = row.as_ref().map(Person::read).transpose()? else { return Ok(SignIn::Wrong) };
        if !fits {
            self.count_failure(&person.id).await?;
            return Ok(SignIn::Wrong);
        }
        const WELCOME: &str =
            "UPDATE people SET failures = 0, locked_until_ms = 0, seen_ms = $2 WHERE id = $1";
        self.0.db.run(sql(WELCOME).bind(person.id.as_str()).bind(now)).await?;
        Ok(SignIn::Welcome(Box::new(person)))
    }

    async fn count_failure(&self, id: &PersonId) -> Result<(), Error> {
        let mut work = self.0.db.begin().await?;
        const COUNT: &str = "UPDATE people SET failures = failures + 1 WHERE id = $1 RETURNING failures";
        let failures = work.one(sql(COUNT).bind(id.as_str())).await?.number("failures")?;
        let beyond = u32::try_from(failures - FREE_FAILURES).unwrap_or(0).min(20);
        if beyond > 0 {
            let until = self.0.clock.now_ms() + (1000_i64 << beyond).min(LONGEST_LOCK_MS);
            const LOCK: &str = "UPDATE people SET locked_until_ms = $2 WHERE id = $1";
            work.run(sql(LOCK).bind(id.as_str()).bind(until)).await?;
        }
        work.commit().await
    }

    /// Sets a password and ends all sessions.
    pub async fn set_password(&self, id: &PersonId, password: &str) -> Result<(), Error> {
        let hash = password::hash(password).await?;
        let mut work = self.0.db.begin().await?;
        const SQL: &str = "UPDATE people SET password = $2, failures = 0, locked_until_ms = 0 WHERE id = $1";
        touched(work.run(sql(SQL).bind(id.as_str()).bind(hash)).await?, id)?;
        work.run(sql("DELETE FROM sessions WHERE person = $1").bind(id.as_str())).await?;
        work.commit().await
    }

    /// Changes how the person is called.
    pub async fn set_display(&self, id: &PersonId, display: &str) -> Result<(), Error> {
        const SQL: &str = "UPDATE people SET display = $2 WHERE id = $1";
        touched(self.0.db.run(sql(SQL).bind(id.as_str()).bind(display)).await?, id)
    }

    /// Keeps JSON of the caller's with the account.
    pub async fn set_preferences(&self, id: &PersonId, preferences: &str) -> Result<(), Error> {
        const SQL: &str = "UPDATE people SET preferences = $2 WHERE id = $1";
        touched(self.0.db.run(sql(SQL).bind(id.as_str()).bind(preferences)).await?, id)
    }

    /// Changes what a person may do, and records it.
    pub async fn set_role(&self, id: &PersonId, role: Role) -> Result<(), Error> {
        let mut work = self.0.db.begin().await?;
        ledger::hold(&mut work).await?;
        let before = owners(&mut work).await?;
        const SQL: &str = "UPDATE people SET role = $2 WHERE id = $1 RETURNING pseudonym";
        let row = work.optional(sql(SQL).bind(id.as_str()).bind(role.as_str())).await?;
        let pseudonym = row.ok_or_else(|| Error::missing("account", id))?.text("pseudonym")?;
        an_owner_remains(&mut work, before).await?;
        let entry = NewEntry::new(Kind::Account, pseudonym).fact("change", "role").fact("role", role);
        ledger::append(&mut work, self.0.clock.now_ms(), entry).await?;
        work.commit().await
    }

    /// Takes an account out of use: sessions end, keys stop working, waiting orders are cancelled by the caller.
    pub async fn suspend(&self, id: &PersonId, reason: &str) -> Result<(), Error> {
        self.set_standing(id, Standing::Suspended, reason).await
    }

    /// Puts an account back into use.
    pub async fn reinstate(&self, id: &PersonId, reason: &str) -> Result<(), Error> {
        self.set_standing(id, Standing::Active, reason).await
    }

    async fn set_standing(&self, id: &PersonId, standing: Standing, reason: &str) -> Result<(), Error> {
        let mut work = self.0.db.begin().await?;
        ledger::hold(&mut work).await?;
        let before = owners(&mut work).await?;
        const SQL: &str =
            "UPDATE people SET standing = $2 WHERE id = $1 AND standing <> 'erased' RETURNING pseudonym";
        let row = work.optional(sql(SQL).bind(id.as_str()).bind(standing.as_str())).await?;
        let pseudonym = row.ok_or_else(|| Error::missing("account", id))?.text("pseudonym")?;
        if standing != Standing::Active {
            an_owner_remains(&mut work, before).await?;
            work.run(sql("DELETE FROM sessions WHERE person = $1").bind(id.as_str())).await?;
        }
        let entry =
            NewEntry::new(Kind::Sanction, pseudonym).fact("standing", standing).fact("reason", reason);
        ledger::append(&mut work, self.0.clock.now_ms(), entry).await?;
        work.commit().await
    }

    /// Erases a person: name, password, sessions, keys, and what stands behind the ledger's entries about the
    /// account. The pseudonym then leads nowhere. Pictures are the caller's to delete first.
    pub async fn erase(&self, id: &PersonId) -> Result<(), Error> {
        let mut work = self.0.db.begin().await?;
        ledger::hold(&mut work).await?;
        let before = owners(&mut work).await?;
        const READ: &str = "SELECT pseudonym FROM people WHERE id = $1 AND standing <> 'erased'";
        let row = work.optional(sql(READ).bind(id.as_str())).await?;
        let pseudonym = row.ok_or_else(|| Error::missing("account", id))?.text("pseudonym")?;
        const SQL: &str = "UPDATE people SET name = NULL, display = '', password = NULL, preferences = '{}', \
             standing = 'erased', pseudonym = $2 WHERE id = $1";
        work.run(sql(SQL).bind(id.as_str()).bind(hex(&random::<16>()?))).await?;
        an_owner_remains(&mut work, before).await?;
        for table in ["sessions", "api_keys"] {
            work.run(sql(format!("DELETE FROM {table} WHERE person = $1")).bind(id.as_str())).await?;
        }
        ledger::erase(&mut work, &pseudonym).await?;
        let entry = NewEntry::new(Kind::Account, pseudonym).fact("change", "erased");
        ledger::append(&mut work, self.0.clock.now_ms(), entry).await?;
        work.commit().await
    }
}

/// Fails where there were owners with a name before, and none is left.
async fn an_owner_remains(work: &mut Work, before: i64) -> Result<(), Error> {
    if before > 0 && owners(work).await? == 0 { Err(Error::LastOwner) } else { Ok(()) }
}

/// How many people with a name own the studio.
pub(super) async fn owners(work: &mut Work) -> Result<i64, Error> {
    const SQL: &str = "SELECT count(*) AS n FROM people \
         WHERE role = 'owner' AND standing = 'active' AND name IS NOT NULL";
    work.one(sql(SQL)).await?.number("n")
}

fn touched(rows: u64, id: &PersonId) -> Result<(), Error> {
    if rows == 0 { Err(Error::missing("account", id)) } else { Ok(()) }
}

/// The form in which names are compared.
fn fold_name(name: &str) -> Result<String, Error> {
    let folded = name.trim().to_lowercase();
    let good = |character: char| !character.is_whitespace() && !character.is_control();
    if (1..=64).contains(&folded.chars().count()) && folded.chars().all(good) {
        Ok(folded)
    } else {
        Err(Error::Name(name.to_owned()))
    }
}
