//! Finding pictures: filters, pages, search by words.

use super::words::{Asked, question};
use super::{COLUMNS, Picture, Pictures};
use crate::db::{Statement, sql};
use crate::{BoardId, Error, JobId, PersonId};

/// What is more than so many rows is not counted further: it is walked instead of collected.
const COUNTED: i64 = 20_000;

/// Whether a person marked a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Favourite {
    /// It is marked.
    Yes,
    /// It is not.
    No,
}

/// Which pictures to list. What is left out does not matter.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Whose.
    pub person: Option<PersonId>,
    /// On which board.
    pub board: Option<BoardId>,
    /// Of which job.
    pub job: Option<JobId>,
    /// Marked or not.
    pub favourite: Option<Favourite>,
    /// Kept at this time or later.
    pub since_ms: Option<i64>,
    /// Kept before this time.
    pub until_ms: Option<i64>,
    /// Whose prompt holds these words, in Chinese or English.
    pub text: Option<String>,
    /// Deleted pictures that wait for their purge, or those that are not deleted.
    pub shelf: Shelf,
    /// After the last one of the page before.
    pub after: Option<Cursor>,
    /// How many at most; 0 stands for 50.
    pub limit: u32,
}

/// Where a picture lies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shelf {
    /// In the gallery.
    #[default]
    Gallery,
    /// Deleted, and waiting for its purge.
    Deleted,
}

/// A place in a list; written as text into a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor(pub(super) i64);

/// Some pictures, newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PicturePage {
    /// The pictures.
    pub pictures: Vec<Picture>,
    /// Where the next page begins, where there is one.
    pub next: Option<Cursor>,
}

impl Pictures<'_> {
    /// One page of pictures, newest first. It costs the same however far back it lies.
    pub async fn list(&self, filter: &Filter) -> Result<PicturePage, Error> {
        let limit = if filter.limit == 0 { 50 } else { filter.limit };
        let mut select = Select::default();
        self.ask(&mut select, filter).await?;
        select.narrow(filter);
        let rows = self.0.db.all(select.statement(limit + 1)).await?;
        let mut pictures: Vec<Picture> = rows.iter().map(Picture::read).collect::<Result<_, _>>()?;
        let more = pictures.len() > limit as usize;
        pictures.truncate(limit as usize);
        let next = pictures.last().filter(|_| more).map(|last| Cursor(last.seq));
        Ok(PicturePage { pictures, next })
    }

    /// Adds the words of a search.
    ///
    /// Words that the index leads to quickly come first, rarest first. The rest, and all words where one person's few
    /// pictures are searched, are looked up picture by picture, newest first.
    async fn ask(&self, select: &mut Select, filter: &Filter) -> Result<(), Error> {
        let Some(text) = filter.text.as_deref().filter(|text| !text.trim().is_empty()) else { return Ok(()) };
        let question = question(text);
        let few = self.has_few(filter).await?;
        let mut counted = Vec::new();
        for asked in question.asked {
            counted.push((if few { COUNTED } else { self.count(&asked).await? }, asked));
        }
        counted.sort();
        for (count, asked) in counted {
            match asked {
                Asked::Word(word) if !few => select.walk(word),
                Asked::Beginning(start) if count < COUNTED => select.gather(start),
                Asked::Word(word) => select.look_up(word),
                Asked::Beginning(start) => select.look_up_beginning(start),
            }
        }
        for held in question.holds {
            let pattern = held.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
            let value = select.value(format!("%{pattern}%"));
            select.conditions.push(format!("p.folded LIKE {value} ESCAPE '\\'"));
        }
        Ok(())
    }

    /// Whether only pictures of a person are asked for who has few.
    async fn has_few(&self, filter: &Filter) -> Result<bool, Error> {
        let Some(person) = &filter.person else { return Ok(false) };
        const SQL: &str = "SELECT pictures FROM people WHERE id = $1";
        let row = self.0.db.optional(sql(SQL).bind(person.as_str())).await?;
        Ok(row.map_or(Ok(0), |row| row.number("pictures"))? < COUNTED)
    }

    /// How many pictures have a word, up to a limit.
    async fn count(&self, asked: &Asked) -> Result<i64, Error> {
        const WORD: &str =
            "SELECT count(*) AS n FROM (SELECT 1 FROM picture_words WHERE word = $1 LIMIT $2) AS counted";
        const BEGINNING: &str = "SELECT count(*) AS n FROM \
             (SELECT 1 FROM picture_words WHERE word >= $1 AND word < $2 LIMIT $3) AS counted";
        let statement = match asked {
            Asked::Word(word) => sql(WORD).bind(word),
            Asked::Beginning(start) => sql(BEGINNING).bind(start).bind(end_of(start)),
        };
        self.0.db.one(statement.bind(COUNTED)).await?.number("n")
    }
}

/// The first text after all that begin with `start`.
fn end_of(start: &str) -> String {
    format!("{start}\u{10ffff}")
}

/// A question to the database, in the making.
#[derive(Default)]
struct Select {
    /// Word tables that are joined before the pictures.
    words: usize,
    conditions: Vec<String>,
    values: Vec<crate::db::Value>,
}

impl Select {
    fn value(&mut self, value: impl Into<crate::db::Value>) -> String {
        self.values.push(value.into());
        format!("${}", self.values.len())
    }

    /// Walks the index of a word, newest first.
    fn walk(&mut self, word: String) {
        let value = self.value(word);
        let number = self.words;
        self.conditions.push(format!("w{number}.word = {value}"));
        if number > 0 {
            self.conditions.push(format!("w{number}.seq = w0.seq"));
        }
        self.words += 1;
    }

    /// Collects all pictures with words that begin so.
    fn gather(&mut self, start: String) {
        let end = self.value(end_of(&start));
        let start = self.value(start);
        self.conditions
            .push(format!("p.seq IN (SELECT seq FROM picture_words WHERE word >= {start} AND word < {end})"));
    }

    fn look_up(&mut self, word: String) {
        let value = self.value(word);
        self.conditions
            .push(format!("EXISTS (SELECT 1 FROM picture_words w WHERE w.word = {value} AND w.seq = p.seq)"));
    }

    /// The words of one picture are few. What is added to them keeps the database from reading the index by word.
    fn look_up_beginning(&mut self, start: String) {
        let end = self.value(end_of(&start));
        let start = self.value(start);
        self.conditions.push(format!(
            "EXISTS (SELECT 1 FROM picture_words w WHERE w.seq = p.seq \
             AND (w.word || '') >= {start} AND (w.word || '') < {end})"
        ));
    }

    fn narrow(&mut self, filter: &Filter) {
        let person = filter.person.as_ref().map(PersonId::as_str);
        let job = filter.job.as_ref().map(JobId::as_str);
        for (column, id) in [("person", person), ("job", job)] {
            if let Some(id) = id {
                let value = self.value(id);
                self.conditions.push(format!("p.{column} = {value}"));
            }
        }
        let favourite = filter.favourite.map(|favourite| i64::from(favourite == Favourite::Yes));
        let before = filter.after.map(|cursor| cursor.0);
        let bounds = [("favourite =", favourite), ("created_ms >=", filter.since_ms)];
        for (comparison, bound) in
            bounds.into_iter().chain([("created_ms <", filter.until_ms), ("seq <", before)])
        {
            if let Some(bound) = bound {
                let value = self.value(bound);
                self.conditions.push(format!("p.{comparison} {value}"));
            }
        }
        // They follow from the conditions above, and spare the database the walk to the first that fulfils them. What is
        // added keeps SQLite from seeking the edge by that same walk.
        let edges = [("<=", "max", "<", filter.until_ms), (">=", "min", ">=", filter.since_ms)];
        for (comparison, edge, side, bound) in edges {
            if let Some(bound) = bound {
                let value = self.value(bound);
                self.conditions.push(format!(
                    "p.seq {comparison} (SELECT {edge}(seq + 0) FROM pictures WHERE created_ms {side} {value})"
                ));
            }
        }
        if let Some(board) = &filter.board {
            let value = self.value(board.as_str());
            self.conditions.push(format!("p.seq IN (SELECT seq FROM board_pictures WHERE board = {value})"));
        }
        self.conditions.push(match filter.shelf {
            Shelf::Gallery => "p.purge_ms IS NULL".to_owned(),
            Shelf::Deleted => "p.purge_ms IS NOT NULL".to_owned(),
        });
    }

    /// The written order of CROSS JOIN is the order in which SQLite walks; PostgreSQL chooses for itself.
    fn statement(mut self, limit: u32) -> Statement {
        let mut tables: Vec<String> =
            (0..self.words).map(|number| format!("picture_words w{number}")).collect();
        tables.push("pictures p".to_owned());
        let mut order = "p.seq";
        if self.words > 0 {
            self.conditions.push("p.seq = w0.seq".to_owned());
            order = "w0.seq";
        }
        let limit = self.value(limit);
        let text = format!(
            "SELECT {COLUMNS} FROM {} WHERE {} ORDER BY {order} DESC LIMIT {limit}",
            tables.join(" CROSS JOIN "),
            self.conditions.join(" AND "),
        );
        self.values.into_iter().fold(sql(text), Statement::bind)
    }
}
