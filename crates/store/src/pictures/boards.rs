//! Boards, on which people gather pictures, and favourites.

use super::{Favourite, Pictures};
use crate::db::{Row, Work, sql};
use crate::{BoardId, Error, PersonId, PictureId};

/// A board.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Board {
    /// Names it.
    pub id: BoardId,
    /// Whose it is.
    pub person: PersonId,
    /// What it is called.
    pub title: String,
    /// When it was made.
    pub created_ms: i64,
    /// How many pictures lie on it.
    pub pictures: i64,
}

impl Pictures<'_> {
    /// Makes a board.
    pub async fn create_board(&self, person: &PersonId, title: &str) -> Result<Board, Error> {
        let created_ms = self.0.clock.now_ms();
        let id = BoardId::new(created_ms)?;
        const SQL: &str = "INSERT INTO boards (id, person, title, created_ms) VALUES ($1, $2, $3, $4)";
        let insert = sql(SQL).bind(id.as_str()).bind(person.as_str()).bind(title).bind(created_ms);
        self.0.db.run(insert).await?;
        Ok(Board { id, person: person.clone(), title: title.to_owned(), created_ms, pictures: 0 })
    }

    /// A person's boards, oldest first.
    pub async fn boards(&self, person: &PersonId) -> Result<Vec<Board>, Error> {
        const SQL: &str = "SELECT b.id AS id, b.person AS person, b.title AS title, b.created_ms AS created_ms, \
             (SELECT count(*) FROM board_pictures l JOIN pictures p ON p.seq = l.seq \
             WHERE l.board = b.id AND p.purge_ms IS NULL) AS pictures \
             FROM boards b WHERE b.person = $1 ORDER BY b.id";
        let rows = self.0.db.all(sql(SQL).bind(person.as_str())).await?;
        let board = |row: &Row| {
            Ok(Board {
                id: BoardId::of(row.text("id")?),
                person: PersonId::of(row.text("person")?),
                title: row.text("title")?,
                created_ms: row.number("created_ms")?,
                pictures: row.number("pictures")?,
            })
        };
        rows.iter().map(board).collect()
    }

    /// Calls a board something else.
    pub async fn rename_board(&self, person: &PersonId, board: &BoardId, title: &str) -> Result<(), Error> {
        const SQL: &str = "UPDATE boards SET title = $3 WHERE id = $1 AND person = $2";
        let renamed = self.0.db.run(sql(SQL).bind(board.as_str()).bind(person.as_str()).bind(title)).await?;
        if renamed == 0 { Err(Error::missing("board", board)) } else { Ok(()) }
    }

    /// Takes a board away; its pictures stay.
    pub async fn delete_board(&self, person: &PersonId, board: &BoardId) -> Result<(), Error> {
        let mut work = self.0.db.begin().await?;
        owned(&mut work, person, board).await?;
        work.run(sql("DELETE FROM board_pictures WHERE board = $1").bind(board.as_str())).await?;
        work.run(sql("DELETE FROM boards WHERE id = $1").bind(board.as_str())).await?;
        work.commit().await
    }

    /// Lays pictures of the same person on a board; gives how many were not there yet.
    pub async fn add_to_board(
        &self,
        person: &PersonId,
        board: &BoardId,
        pictures: &[PictureId],
    ) -> Result<u64, Error> {
        let mut work = self.0.db.begin().await?;
        owned(&mut work, person, board).await?;
        const SQL: &str = "INSERT INTO board_pictures (board, seq) \
             SELECT $1, seq FROM pictures WHERE id = $2 AND person = $3 ON CONFLICT (board, seq) DO NOTHING";
        let mut added = 0;
        for picture in pictures {
            let insert = sql(SQL).bind(board.as_str()).bind(picture.as_str()).bind(person.as_str());
            added += work.run(insert).await?;
        }
        work.commit().await?;
        Ok(added)
    }

    /// Takes pictures off a board; gives how many lay there.
    pub async fn take_from_board(
        &self,
        person: &PersonId,
        board: &BoardId,
        pictures: &[PictureId],
    ) -> Result<u64, Error> {
        let mut work = self.0.db.begin().await?;
        owned(&mut work, person, board).await?;
        const SQL: &str =
            "DELETE FROM board_pictures WHERE board = $1 AND seq IN (SELECT seq FROM pictures WHERE id = $2)";
        let mut taken = 0;
        for picture in pictures {
            taken += work.run(sql(SQL).bind(board.as_str()).bind(picture.as_str())).await?;
        }
        work.commit().await?;
        Ok(taken)
    }

    /// Marks pictures of a person, or takes the mark away; gives how many there were.
    pub async fn set_favourite(
        &self,
        person: &PersonId,
        pictures: &[PictureId],
        favourite: Favourite,
    ) -> Result<u64, Error> {
        const SQL: &str = "UPDATE pictures SET favourite = $3 WHERE id = $1 AND person = $2";
        let mut work = self.0.db.begin().await?;
        let mut marked = 0;
        for picture in pictures {
            let update = sql(SQL).bind(picture.as_str()).bind(person.as_str());
            marked += work.run(update.bind(i64::from(favourite == Favourite::Yes))).await?;
        }
        work.commit().await?;
        Ok(marked)
    }
}

async fn owned(work: &mut Work, person: &PersonId, board: &BoardId) -> Result<(), Error> {
    const SQL: &str = "SELECT id FROM boards WHERE id = $1 AND person = $2";
    let row = work.optional(sql(SQL).bind(board.as_str()).bind(person.as_str())).await?;
    if row.is_some() { Ok(()) } else { Err(Error::missing("board", board)) }
}
