//! Sessions of browsers and keys of programs. Both are kept as hashes only.

use super::{Accounts, Person};
use crate::db::{Row, sql};
use crate::secret::{Token, token_hash};
use crate::{Error, KeyId, PersonId, SessionId};

/// How often the time of last use is written at most.
const SEEN_EVERY_MS: i64 = 60_000;
/// Characters of a key that remain visible.
const VISIBLE: usize = 11;

/// A browser that is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Names the session in lists.
    pub id: SessionId,
    /// Whose it is.
    pub person: PersonId,
    /// What the caller noted about the browser.
    pub note: String,
    /// When it began.
    pub created_ms: i64,
    /// When it was last used, to the minute.
    pub seen_ms: i64,
    /// When it ends.
    pub expires_ms: i64,
}

/// A program's key, without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    /// Names the key in lists.
    pub id: KeyId,
    /// Whose it is.
    pub person: PersonId,
    /// The first characters, by which a person knows it again.
    pub prefix: String,
    /// What it is for.
    pub label: String,
    /// When it was made.
    pub created_ms: i64,
    /// When it was last used, to the minute.
    pub seen_ms: Option<i64>,
    /// When it stops working, if ever.
    pub expires_ms: Option<i64>,
}

impl Session {
    fn read(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            id: SessionId::of(row.text("session")?),
            person: PersonId::of(row.text("person")?),
            note: row.text("note")?,
            created_ms: row.number("session_created_ms")?,
            seen_ms: row.number("session_seen_ms")?,
            expires_ms: row.number("expires_ms")?,
        })
    }
}

impl ApiKey {
    fn read(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            id: KeyId::of(row.text("id")?),
            person: PersonId::of(row.text("person")?),
            prefix: row.text("prefix")?,
            label: row.text("label")?,
            created_ms: row.number("created_ms")?,
            seen_ms: row.optional_number("seen_ms")?,
            expires_ms: row.optional_number("expires_ms")?,
        })
    }
}

/// Columns of a session, under names that do not meet those of its person.
const SESSION: &str = "s.id AS session, s.person, s.note, s.created_ms AS session_created_ms, \
     s.seen_ms AS session_seen_ms, s.expires_ms";

impl Accounts<'_> {
    /// Begins a session of `lifetime_ms` and gives its token, for a cookie. Old sessions are cleared away.
    pub async fn open_session(
        &self,
        person: &PersonId,
        lifetime_ms: i64,
        note: &str,
    ) -> Result<Token, Error> {
        let now = self.0.clock.now_ms();
        let token = Token::new("")?;
        self.0.db.run(sql("DELETE FROM sessions WHERE expires_ms <= $1").bind(now)).await?;
        const SQL: &str = "INSERT INTO sessions (hash, id, person, note, created_ms, seen_ms, expires_ms) \
             VALUES ($1, $2, $3, $4, $5, $5, $6)";
        let insert = sql(SQL).bind(token_hash(token.reveal())).bind(SessionId::new(now)?.as_str());
        self.0.db.run(insert.bind(person.as_str()).bind(note).bind(now).bind(now + lifetime_ms)).await?;
        Ok(token)
    }

    /// The session of a token and its person, unless it is over or the account is out of use.
    pub async fn session(&self, token: &str) -> Result<Option<(Session, Person)>, Error> {
        let now = self.0.clock.now_ms();
        let hash = token_hash(token);
        let text = format!(
            "SELECT {SESSION}, p.id, p.name, p.display, p.role, p.standing, p.pseudonym, p.preferences, \
             p.created_ms, p.seen_ms FROM sessions s JOIN people p ON p.id = s.person \
             WHERE s.hash = $1 AND s.expires_ms > $2 AND p.standing = 'active'"
        );
        let Some(row) = self.0.db.optional(sql(text).bind(hash.clone()).bind(now)).await? else {
            return Ok(None);
        };
        let session = Session::read(&row)?;
        if session.seen_ms + SEEN_EVERY_MS <= now {
            self.0
                .db
                .run(sql("UPDATE sessions SET seen_ms = $2 WHERE hash = $1").bind(hash).bind(now))
                .await?;
        }
        Ok(Some((session, Person::read(&row)?)))
    }

    /// A person's sessions, newest first.
    pub async fn sessions(&self, person: &PersonId) -> Result<Vec<Session>, Error> {
        let text = format!(
            "SELECT {SESSION} FROM sessions s WHERE s.person = $1 AND s.expires_ms > $2 ORDER BY s.id DESC"
        );
        let rows = self.0.db.all(sql(text).bind(person.as_str()).bind(self.0.clock.now_ms())).await?;
        rows.iter().map(Session::read).collect()
    }

    /// Ends the session of a token, if there is one.
    pub async fn close_session(&self, token: &str) -> Result<(), Error> {
        self.0.db.run(sql("DELETE FROM sessions WHERE hash = $1").bind(token_hash(token))).await.map(drop)
    }

    /// Ends one of a person's sessions.
    pub async fn end_session(&self, person: &PersonId, session: &SessionId) -> Result<(), Error> {
        const SQL: &str = "DELETE FROM sessions WHERE person = $1 AND id = $2";
        let ended = self.0.db.run(sql(SQL).bind(person.as_str()).bind(session.as_str())).await?;
        if ended == 0 { Err(Error::missing("session", session)) } else { Ok(()) }
    }

    /// Ends all of a person's sessions.
    pub async fn close_sessions(&self, person: &PersonId) -> Result<u64, Error> {
        self.0.db.run(sql("DELETE FROM sessions WHERE person = $1").bind(person.as_str())).await
    }

    /// Makes a key for a program. The secret, `dq_` and 43 characters, is never shown again.
    pub async fn create_key(
        &self,
        person: &PersonId,
        label: &str,
        expires_ms: Option<i64>,
    ) -> Result<(ApiKey, Token), Error> {
        let now = self.0.clock.now_ms();
        let token = Token::new("dq_")?;
        let prefix: String = token.reveal().chars().take(VISIBLE).collect();
        const SQL: &str = "INSERT INTO api_keys (hash, id, person, prefix, label, created_ms, expires_ms) \
             VALUES ($1, $2, $3, $4, $5, $6, $7) \
             RETURNING id, person, prefix, label, created_ms, seen_ms, expires_ms";
        let insert = sql(SQL).bind(token_hash(token.reveal())).bind(KeyId::new(now)?.as_str());
        let insert = insert.bind(person.as_str()).bind(prefix).bind(label).bind(now).bind(expires_ms);
        let mut work = self.0.db.begin().await?;
        let key = ApiKey::read(&work.one(insert).await?)?;
        work.commit().await?;
        Ok((key, token))
    }

    /// The person whose key this is, unless it ran out or the account is out of use.
    pub async fn by_key(&self, secret: &str) -> Result<Option<(KeyId, Person)>, Error> {
        let now = self.0.clock.now_ms();
        let hash = token_hash(secret);
        const SQL: &str = "SELECT k.id AS key, k.seen_ms AS key_seen_ms, p.id, p.name, p.display, p.role, \
             p.standing, p.pseudonym, p.preferences, p.created_ms, p.seen_ms \
             FROM api_keys k JOIN people p ON p.id = k.person \
             WHERE k.hash = $1 AND (k.expires_ms IS NULL OR k.expires_ms > $2) AND p.standing = 'active'";
        let Some(row) = self.0.db.optional(sql(SQL).bind(hash.clone()).bind(now)).await? else {
            return Ok(None);
        };
        if row.optional_number("key_seen_ms")?.is_none_or(|seen| seen + SEEN_EVERY_MS <= now) {
            self.0
                .db
                .run(sql("UPDATE api_keys SET seen_ms = $2 WHERE hash = $1").bind(hash).bind(now))
                .await?;
        }
        Ok(Some((KeyId::of(row.text("key")?), Person::read(&row)?)))
    }

    /// A person's keys, newest first.
    pub async fn keys(&self, person: &PersonId) -> Result<Vec<ApiKey>, Error> {
        const SQL: &str = "SELECT id, person, prefix, label, created_ms, seen_ms, expires_ms FROM api_keys \
             WHERE person = $1 ORDER BY id DESC";
        self.0.db.all(sql(SQL).bind(person.as_str())).await?.iter().map(ApiKey::read).collect()
    }

    /// Takes one of a person's keys away.
    pub async fn revoke_key(&self, person: &PersonId, key: &KeyId) -> Result<(), Error> {
        const SQL: &str = "DELETE FROM api_keys WHERE person = $1 AND id = $2";
        let revoked = self.0.db.run(sql(SQL).bind(person.as_str()).bind(key.as_str())).await?;
        if revoked == 0 { Err(Error::missing("key", key)) } else { Ok(()) }
    }
}
