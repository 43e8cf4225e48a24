//! Invitations, and the link by which a studio gets its first owner.

use super::people::owners;
use super::{Accounts, NewPerson, Person, Role, password};
use crate::db::{Row, sql};
use crate::ledger;
use crate::secret::{Token, token_hash};
use crate::{Error, InvitationId, PersonId};

/// An invitation that nobody has accepted yet, without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// Names it in lists.
    pub id: InvitationId,
    /// What whoever accepts it may do.
    pub role: Role,
    /// Who invites; nobody for the link of the first owner.
    pub inviter: Option<PersonId>,
    /// When it was made.
    pub created_ms: i64,
    /// Until when it holds.
    pub expires_ms: i64,
}

impl Invitation {
    fn read(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            id: InvitationId::of(row.text("id")?),
            role: row.text("role")?.parse()?,
            inviter: row.optional_text("inviter")?.map(PersonId::of),
            created_ms: row.number("created_ms")?,
            expires_ms: row.number("expires_ms")?,
        })
    }
}

impl Accounts<'_> {
    /// Invites one person; the token goes into a link.
    pub async fn invite(&self, inviter: &PersonId, role: Role, lifetime_ms: i64) -> Result<Token, Error> {
        self.insert_invitation(Some(inviter), role, lifetime_ms).await
    }

    /// The link by which the first owner makes an account. A new one makes older ones void.
    ///
    /// # Errors
    ///
    /// [`Error::Owned`] where somebody with a name owns the studio.
    pub async fn owner_link(&self, lifetime_ms: i64) -> Result<Token, Error> {
        if self.has_owner().await? {
            return Err(Error::Owned);
        }
        self.0.db.run(sql("DELETE FROM invitations WHERE inviter IS NULL AND accepted_by IS NULL")).await?;
        self.insert_invitation(None, Role::Owner, lifetime_ms).await
    }

    async fn insert_invitation(
        &self,
        inviter: Option<&PersonId>,
        role: Role,
        lifetime_ms: i64,
    ) -> Result<Token, Error> {
        let now = self.0.clock.now_ms();
        let token = Token::new("")?;
        const SQL: &str = "INSERT INTO invitations (hash, id, role, inviter, created_ms, expires_ms) \
             VALUES ($1, $2, $3, $4, $5, $6)";
        let insert = sql(SQL).bind(token_hash(token.reveal())).bind(InvitationId::new(now)?.as_str());
        let insert = insert.bind(role.as_str()).bind(inviter.map(PersonId::as_str));
        self.0.db.run(insert.bind(now).bind(now + lifetime_ms)).await?;
        Ok(token)
    }

    /// What a token invites to, if it still holds.
    pub async fn invitation(&self, token: &str) -> Result<Option<Invitation>, Error> {
        const SQL: &str = "SELECT id, role, inviter, created_ms, expires_ms FROM invitations \
             WHERE hash = $1 AND accepted_by IS NULL AND expires_ms > $2";
        let row = self.0.db.optional(sql(SQL).bind(token_hash(token)).bind(self.0.clock.now_ms())).await?;
        row.as_ref().map(Invitation::read).transpose()
    }

    /// Makes the account that a token invites to; the token is used up. Role of `new` is that of the invitation.
    ///
    /// # Errors
    ///
    /// [`Error::Invitation`] where the token does not hold, [`Error::Owned`] where it is the link of the first owner
    /// and there is one by now.
    pub async fn accept(&self, token: &str, new: NewPerson) -> Result<Person, Error> {
        let hash = match &new.password {
            Some(password) => Some(password::hash(password).await?),
            None => None,
        };
        let mut work = self.0.db.begin().await?;
        ledger::hold(&mut work).await?;
        const SQL: &str = "SELECT id, role, inviter, created_ms, expires_ms FROM invitations \
             WHERE hash = $1 AND accepted_by IS NULL AND expires_ms > $2";
        let row = work.optional(sql(SQL).bind(token_hash(token)).bind(self.0.clock.now_ms())).await?;
        let invitation = Invitation::read(&row.ok_or(Error::Invitation)?)?;
        if invitation.inviter.is_none() && owners(&mut work).await? > 0 {
            return Err(Error::Owned);
        }
        let person = self.insert(&mut work, &NewPerson { role: invitation.role, ..new }, hash).await?;
        const USE: &str = "UPDATE invitations SET accepted_by = $2 WHERE hash = $1";
        work.run(sql(USE).bind(token_hash(token)).bind(person.id.as_str())).await?;
        work.commit().await?;
        Ok(person)
    }

    /// Invitations that nobody has accepted yet, newest first.
    pub async fn invitations(&self) -> Result<Vec<Invitation>, Error> {
        const SQL: &str = "SELECT id, role, inviter, created_ms, expires_ms FROM invitations \
             WHERE accepted_by IS NULL AND expires_ms > $1 ORDER BY id DESC";
        let rows = self.0.db.all(sql(SQL).bind(self.0.clock.now_ms())).await?;
        rows.iter().map(Invitation::read).collect()
    }

    /// Takes an invitation back.
    pub async fn withdraw(&self, invitation: &InvitationId) -> Result<(), Error> {
        const SQL: &str = "DELETE FROM invitations WHERE id = $1 AND accepted_by IS NULL";
        let withdrawn = self.0.db.run(sql(SQL).bind(invitation.as_str())).await?;
        if withdrawn == 0 { Err(Error::missing("invitation", invitation)) } else { Ok(()) }
    }
}
