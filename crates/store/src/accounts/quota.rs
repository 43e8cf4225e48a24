//! How much a person may use, and uses.

use std::fmt;

use super::Accounts;
use crate::db::{Row, Work, sql};
use crate::{Error, PersonId};

const DAY_MS: i64 = 24 * 3600 * 1000;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Quota {
    /// Orders that wait or are painted.
    Queued,
    /// Cost of the orders of the last 24 hours.
    Daily,
    /// Bytes of kept pictures.
    Bytes,
}

/// Limits; none means no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quotas {
    /// Orders that may wait or be painted at once.
    pub queued: Option<i64>,
    /// Cost of orders in 24 hours.
    pub daily: Option<i64>,
    /// Bytes of kept pictures.
    pub bytes: Option<i64>,
}

/// What a person uses now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Orders that wait or are painted.
    pub queued: i64,
    /// Cost of the orders of the last 24 hours.
    pub daily: i64,
    /// Bytes of kept pictures, and of those that wait for their purge.
    pub bytes: i64,
    /// Kept pictures, and those that wait for their purge.
    pub pictures: i64,
}

/// What a person keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Whose it is.
    pub person: PersonId,
    /// Kept pictures, and those that wait for their purge.
    pub pictures: i64,
    /// Bytes of them.
    pub bytes: i64,
}

/// How many orders of which cost are asked for.
pub(crate) struct Ordered {
    pub(crate) orders: i64,
    pub(crate) cost: i64,
}

impl fmt::Display for Quota {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Queued => "waiting orders",
            Self::Daily => "the day",
            Self::Bytes => "storage",
        })
    }
}

impl Accounts<'_> {
    /// A person's limits.
    pub async fn quotas(&self, person: &PersonId) -> Result<Quotas, Error> {
        quotas(&mut self.0.db.begin_reading().await?, person).await
    }

    /// Sets a person's limits.
    pub async fn set_quotas(&self, person: &PersonId, quotas: Quotas) -> Result<(), Error> {
        const SQL: &str =
            "UPDATE people SET quota_queued = $2, quota_daily = $3, quota_bytes = $4 WHERE id = $1";
        let update = sql(SQL).bind(person.as_str()).bind(quotas.queued).bind(quotas.daily);
        let touched = self.0.db.run(update.bind(quotas.bytes)).await?;
        if touched == 0 { Err(Error::missing("account", person)) } else { Ok(()) }
    }

    /// What everybody keeps, whoever keeps most first; nobody who keeps nothing.
    pub async fn kept(&self) -> Result<Vec<Kept>, Error> {
        const SQL: &str =
            "SELECT id, pictures, bytes FROM people WHERE pictures > 0 OR bytes > 0 ORDER BY bytes DESC, id";
        let kept = |row: &Row| {
            Ok(Kept {
                person: PersonId::of(row.text("id")?),
                pictures: row.number("pictures")?,
                bytes: row.number("bytes")?,
            })
        };
        self.0.db.all(sql(SQL)).await?.iter().map(kept).collect()
    }

    /// How many pictures a person keeps; quicker than [`Accounts::usage`], which looks at the orders of a day.
    pub async fn pictures(&self, person: &PersonId) -> Result<i64, Error> {
        const SQL: &str = "SELECT pictures FROM people WHERE id = $1";
        let row = self.0.db.optional(sql(SQL).bind(person.as_str())).await?;
        row.ok_or_else(|| Error::missing("account", person))?.number("pictures")
    }

    /// What a person uses now.
    pub async fn usage(&self, person: &PersonId) -> Result<Usage, Error> {
        usage(&mut self.0.db.begin_reading().await?, person, self.0.clock.now_ms()).await
    }
}

impl Quotas {
    /// These limits, and those of `others` where there is none.
    fn or(self, others: Self) -> Self {
        Self {
            queued: self.queued.or(others.queued),
            daily: self.daily.or(others.daily),
            bytes: self.bytes.or(others.bytes),
        }
    }
}

/// Fails where orders would pass a limit of the person's, or one of `usual` where the person has none. The nameless
/// person of a studio without accounts has no usual limits.
pub(crate) async fn admit(
    work: &mut Work,
    person: &PersonId,
    now_ms: i64,
    ordered: &Ordered,
    usual: Quotas,
) -> Result<(), Error> {
    const NAMED: &str = "SELECT count(*) AS n FROM people WHERE id = $1 AND name IS NOT NULL";
    let own = quotas(work, person).await?;
    let named = work.optional(sql(NAMED).bind(person.as_str())).await?;
    let named = named.map(|row| row.number("n")).transpose()?.unwrap_or(0) > 0;
    let quotas = if named { own.or(usual) } else { own };
    if quotas == Quotas::default() {
        return Ok(());
    }
    let usage = usage(work, person, now_ms).await?;
    let limits = [
        (Quota::Queued, quotas.queued, usage.queued + ordered.orders),
        (Quota::Daily, quotas.daily, usage.daily.saturating_add(ordered.cost)),
        (Quota::Bytes, quotas.bytes, usage.bytes + 1),
    ];
    let passed = |&(quota, limit, wanted): &(Quota, Option<i64>, i64)| {
        limit.filter(|limit| wanted > *limit).map(|limit| Error::Quota { quota, limit })
    };
    limits.iter().find_map(passed).map_or(Ok(()), Err)
}

async fn quotas(work: &mut Work, person: &PersonId) -> Result<Quotas, Error> {
    const SQL: &str = "SELECT quota_queued, quota_daily, quota_bytes FROM people WHERE id = $1";
    let row = work.optional(sql(SQL).bind(person.as_str())).await?;
    let row = row.ok_or_else(|| Error::missing("account", person))?;
    Ok(Quotas {
        queued: row.optional_number("quota_queued")?,
        daily: row.optional_number("quota_daily")?,
        bytes: row.optional_number("quota_bytes")?,
    })
}

async fn usage(work: &mut Work, person: &PersonId, now_ms: i64) -> Result<Usage, Error> {
    // What costs nothing is the studio's own work.
    const QUEUED: &str =
        "SELECT count(*) AS n FROM jobs WHERE person = $1 AND state IN ('queued', 'leased') AND cost > 0";
    // What was cancelled before it began cost nothing.
    const DAILY: &str = "SELECT CAST(coalesce(sum(cost), 0) AS BIGINT) AS n FROM jobs WHERE person = $1 \
         AND created_ms > $2 AND NOT (state = 'cancelled' AND started_ms IS NULL)";
    const KEPT: &str = "SELECT pictures, bytes FROM people WHERE id = $1";
    let kept = work.optional(sql(KEPT).bind(person.as_str())).await?;
    let kept = kept.ok_or_else(|| Error::missing("account", person))?;
    Ok(Usage {
        queued: work.one(sql(QUEUED).bind(person.as_str())).await?.number("n")?,
        daily: work.one(sql(DAILY).bind(person.as_str()).bind(now_ms - DAY_MS)).await?.number("n")?,
        bytes: kept.number("bytes")?,
        pictures: kept.number("pictures")?,
    })
}
