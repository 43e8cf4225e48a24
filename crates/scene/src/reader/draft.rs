//! A scene while it is being read.

use std::ops::Range;

use crate::lexicon::Match;
use crate::scene::{
    Background, Colouring, Concept, Count, Language, Layout, Place, Relation, RelationKind, Scene, Size,
    Subject, Tiling, WornAt,
};
use crate::styles::Style;

/// A noun with what is said about it.
#[derive(Clone, Debug, Default)]
pub(crate) struct NounPhrase {
    pub(crate) description: String,
    pub(crate) head: String,
    pub(crate) head_span: Range<usize>,
    pub(crate) concept: Option<Concept>,
    pub(crate) count: Count,
    pub(crate) size: Size,
    pub(crate) colour: Option<Colouring>,
    pub(crate) styles: Vec<Style>,
    pub(crate) kind: Kind,
    /// A layout that the number word brings along (一排, `a row of`).
    pub(crate) layout: Option<Layout>,
}

/// What sort of noun a head is, as far as sentences care.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A thing or an animal.
    #[default]
    Thing,
    /// A person: attributes belong to it.
    Person,
    /// A surrounding rather than a thing: a background when others stand in it.
    Scenery,
    /// Something to wear.
    Wearable(WornAt),
}

/// Copies of something in many colours, when no number is given.
const MIXED: u32 = 5;

/// A scene in the making, with the subjects that a following relation speaks of.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    scene: Scene,
    kinds: Vec<Kind>,
    language: Language,
    /// Styles said of the whole picture.
    styles: Vec<Style>,
    /// Subjects of the current sentence, the ones a predicate applies to.
    pub(crate) group: Vec<usize>,
}

impl Draft {
    pub(crate) fn new(language: Language) -> Self {
        Self { language, ..Self::default() }
    }

    pub(crate) fn concept(found: &Match<'_>) -> Concept {
        Concept { id: found.id.to_owned(), near: found.near }
    }

    pub(crate) fn subject_count(&self) -> usize {
        self.scene.subjects.len()
    }

    /// Adds a subject and gives its index.
    pub(crate) fn add(&mut self, phrase: NounPhrase) -> usize {
        if let Some(layout) = phrase.layout {
            self.scene.layout = layout;
        }
        self.kinds.push(phrase.kind);
        self.scene.subjects.push(Subject {
            description: phrase.description,
            head: phrase.head,
            head_span: phrase.head_span,
            concept: phrase.concept,
            language: self.language,
            count: phrase.count,
            size: phrase.size,
            colour: phrase.colour,
            styles: phrase.styles,
            place: None,
            mirror_ok: false,
        });
        self.scene.subjects.len() - 1
    }

    /// Adds several and makes them the current group.
    pub(crate) fn add_group(&mut self, phrases: Vec<NounPhrase>) -> Vec<usize> {
        let group: Vec<usize> = phrases.into_iter().map(|phrase| self.add(phrase)).collect();
        self.group.clone_from(&group);
        group
    }

    pub(crate) fn kind(&self, subject: usize) -> Kind {
        self.kinds[subject]
    }

    pub(crate) fn subject(&mut self, subject: usize) -> &mut Subject {
        &mut self.scene.subjects[subject]
    }

    pub(crate) fn last(&mut self) -> Option<&mut Subject> {
        self.scene.subjects.last_mut()
    }

    /// Says that each of `group` stands `kind` to `object`; a surrounding becomes the background.
    pub(crate) fn relate(&mut self, group: &[usize], kind: RelationKind, object: NounPhrase) {
        if object.kind == Kind::Scenery && matches!(object.count, Count::Unstated) {
            self.background(Background::Phrase(object.description));
            return;
        }
        let object = self.add(object);
        self.relate_to(group, kind, object);
    }

    /// Like [`Draft::relate`], for an object that is a subject already.
    pub(crate) fn relate_to(&mut self, group: &[usize], kind: RelationKind, object: usize) {
        for &subject in group.iter().filter(|&&subject| subject != object) {
            self.scene.relations.push(Relation { subject, kind, object });
        }
    }

    /// The object of the last relation.
    pub(crate) fn last_object(&self) -> Option<usize> {
        self.scene.relations.last().map(|relation| relation.object)
    }

    /// Sets the background; the first one said stays.
    pub(crate) fn background(&mut self, background: Background) {
        self.scene.background.get_or_insert(background);
    }

    pub(crate) fn place(&mut self, group: &[usize], place: Place) {
        for &subject in group {
            self.scene.subjects[subject].place = Some(place);
        }
    }

    pub(crate) fn layout(&mut self, layout: Layout) {
        self.scene.layout = layout;
    }

    pub(crate) fn seamless(&mut self) {
        self.scene.tiling = Tiling::Seamless;
    }

    pub(crate) fn style(&mut self, style: Style) {
        self.styles.push(style);
    }

    pub(crate) fn without(&mut self, what: String) {
        if !what.is_empty() {
            self.scene.without.push(what);
        }
    }

    pub(crate) fn leave(&mut self, word: impl Into<String>) {
        self.scene.leftover.push(word.into());
    }

    /// The finished scene: styles of the whole picture given to every subject, numbers of grids filled in.
    pub(crate) fn finish(mut self) -> Scene {
        for subject in &mut self.scene.subjects {
            for style in self
                .styles
                .iter()
                .filter(|style| !subject.styles.contains(style))
                .copied()
                .collect::<Vec<_>>()
            {
                subject.styles.push(style);
            }
        }
        for subject in &mut self.scene.subjects {
            // Many colours need many copies: 五颜六色的气球, `colorful balloons`; not `a colorful parrot`.
            let some = match self.language {
                Language::Chinese => subject.count == Count::Unstated,
                Language::English => matches!(subject.count, Count::About(_)) && subject.copies() < MIXED,
            };
            // 彩色 may be said of one thing too.
            if some && matches!(&subject.colour, Some(Colouring::Mixed { words }) if words != "彩色") {
                subject.count = Count::About(MIXED);
            }
        }
        if let (Layout::Grid { columns, rows }, [only]) =
            (self.scene.layout, self.scene.subjects.as_mut_slice())
            && only.count == Count::Unstated
        {
            only.count = Count::Exactly((columns * rows).max(1));
        }
        self.scene
    }
}
