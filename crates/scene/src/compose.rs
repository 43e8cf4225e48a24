//! Lays painted subjects out in one picture.

mod arrange;
mod backdrop;
mod change;
mod pack;
mod pattern;
mod piece;
mod pixels;
mod relate;

use image::RgbaImage;

use crate::random::Random;
use crate::scene::{Background, Layout, Relation, RelationKind, Scene, Tiling};
use arrange::{arrange, at_places};
use pack::root;
use piece::{Bounds, Cutout, Item, Piece};
use pixels::{Pose, draw_over, posed, trimmed};

/// One picture in its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    /// The subject's phrase and the number of the copy.
    pub name: String,
    /// Pixels with straight alpha.
    pub image: RgbaImage,
    /// Left edge in the composition, in pixels; may be outside.
    pub x: i32,
    /// Top edge in the composition, in pixels; may be outside.
    pub y: i32,
    /// What it shows; `None` for what is no subject, such as a surrounding.
    pub origin: Option<Origin>,
}

/// Which subject a layer shows, and how.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Origin {
    /// Number of the drawn thing, from 0, the lowest first. What crosses the edge of a pattern is one thing in several
    /// layers.
    pub item: usize,
    /// Index of the subject in the scene.
    pub subject: usize,
    /// Number of the copy, from 0.
    pub copy: usize,
    /// Index of its picture among the subject's.
    pub picture: usize,
    /// Turn in radians, clockwise.
    pub turn: f32,
    /// Whether left and right are exchanged.
    pub mirrored: bool,
    /// How its picture was cut.
    pub cut: Cut,
}

/// How a picture becomes a layer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Cut {
    /// Empty margins are cut off.
    #[default]
    Trimmed,
    /// It keeps its frame.
    Framed,
}

/// Layers over a background.
#[derive(Clone, Debug, PartialEq)]
pub struct Composition {
    /// The lowest layer; its size is the size of the composition.
    pub background: RgbaImage,
    /// Layers, the lowest first.
    pub layers: Vec<Layer>,
    /// Whether its edges meet.
    pub tiling: Tiling,
}

impl Composition {
    /// All layers in one picture with straight alpha.
    pub fn flatten(&self) -> RgbaImage {
        let mut canvas = self.background.clone();
        for layer in &self.layers {
            draw_over(&mut canvas, &layer.image, layer.x, layer.y);
        }
        canvas
    }
}

/// `picture` shrunk so that its longer side is at most `side` pixels; smaller ones stay as they are.
pub(crate) fn posed_to_fit(picture: &RgbaImage, side: u32) -> RgbaImage {
    let longest = picture.width().max(picture.height());
    if longest <= side {
        return picture.clone();
    }
    let scale = side as f32 / longest as f32;
    posed(picture, Pose { scale, turn: 0.0, mirrored: false })
}

/// Lays `pictures` out as `scene` asks.
///
/// `pictures`: for each subject of the scene its painted copies, straight alpha (as in PNG files), any size, any
/// empty margin; with fewer pictures than copies they are used in turn, a subject without pictures is left out.
/// `size`: width and height in pixels. The same arguments give the same pixels on every machine.
///
/// ```
/// use danqing_scene::{Lexicon, compose, read};
/// use image::{Rgba, RgbaImage};
///
/// let scene = read("三只红灯笼", &Lexicon::default());
/// let painted = RgbaImage::from_pixel(64, 64, Rgba([200, 30, 40, 255]));
/// let composition = compose(&scene, &[vec![painted]], (256, 256), 7);
/// assert_eq!(composition.layers.len(), 3);
/// ```
pub fn compose(scene: &Scene, pictures: &[Vec<RgbaImage>], size: (u32, u32), seed: u64) -> Composition {
    let mut stage = Stage::new(scene, pictures, size, seed);
    let background = backdrop::paint(scene.background.as_ref(), size.0, size.1, &mut Random::new(seed, 2));
    let whole = match scene.tiling {
        Tiling::None => stage.arranged(),
        Tiling::Seamless => stage.repeated(),
    };
    Composition { background, layers: stage.layers(whole), tiling: scene.tiling }
}

/// Whether [`compose`] can stand in colours for a background phrase, or the caller has to paint it.
pub fn is_known_scenery(background: &Background) -> bool {
    !matches!(background, Background::Phrase(phrase) if !backdrop::is_known(phrase))
}

/// Everything that placing needs.
struct Stage<'a> {
    scene: &'a Scene,
    cutouts: Vec<Cutout>,
    /// For each cutout the index of its picture among its subject's.
    pictures: Vec<usize>,
    /// For each subject its copies as pieces of about one unit, at the origin.
    copies: Vec<Vec<Piece>>,
    width: f32,
    height: f32,
    random: Random,
}

impl<'a> Stage<'a> {
    fn new(scene: &'a Scene, pictures: &[Vec<RgbaImage>], (width, height): (u32, u32), seed: u64) -> Self {
        let mut stage = Self {
            scene,
            cutouts: Vec::new(),
            pictures: Vec::new(),
            copies: Vec::new(),
            width: width as f32,
            height: height as f32,
            random: Random::new(seed, 1),
        };
        for (subject, pictures) in pictures.iter().enumerate().take(scene.subjects.len()) {
            let first = stage.cutouts.len();
            for (index, picture) in pictures.iter().enumerate() {
                if let Some(picture) = trimmed(picture) {
                    stage.cutouts.push(Cutout::new(picture));
                    stage.pictures.push(index);
                }
            }
            let count = stage.cutouts.len() - first;
            let copies = if count == 0 { 0 } else { stage.copies_of(subject) };
            let pieces =
                (0..copies).map(|copy| stage.piece(subject, copy, first + copy % count.max(1))).collect();
            stage.copies.push(pieces);
        }
        stage.copies.resize(scene.subjects.len(), Vec::new());
        stage
    }

    /// How many copies are drawn: a scatter of one subject without a number is a scatter all the same.
    fn copies_of(&self, subject: usize) -> usize {
        let counted = self.scene.subjects[subject].copies() as usize;
        let alone = self.scene.subjects.len() == 1;
        match (self.scene.layout, self.scene.subjects[subject].count) {
            (_, crate::scene::Count::Exactly(_)) => counted,
            (Layout::Scattered, _) if alone => counted.max(14),
            (Layout::Circle, _) if alone => counted.max(8),
            (Layout::Row | Layout::Column | Layout::Pile, _) if alone => counted.max(5),
            _ => counted,
        }
    }

    /// One copy of about one unit: between equal areas and equal longer sides, times the subject's size.
    fn piece(&mut self, subject: usize, copy: usize, cutout: usize) -> Piece {
        let picture = &self.cutouts[cutout].picture;
        let (width, height) = (picture.width() as f32, picture.height() as f32);
        let mean = 0.5 * width.max(height) + 0.5 * root(width * height);
        let scale = self.scene.subjects[subject].size.factor() / mean;
        let mirrored = self.scene.subjects[subject].mirror_ok && self.random.unit() < 0.5;
        let item = Item {
            subject,
            copy,
            cutout,
            x: 0.0,
            y: 0.0,
            width: width * scale,
            height: height * scale,
            turn: 0.0,
            mirrored,
            depth: 0,
        };
        Piece { items: vec![item] }
    }

    /// A picture that stands alone.
    fn arranged(&mut self) -> Piece {
        let aspect = self.width / self.height.max(1.0);
        let relations = self.tree();
        let is_root = |subject: usize| !relations.iter().any(|relation| relation.subject == subject);
        let absorbed = |subject: usize| {
            relations
                .iter()
                .any(|relation| matches!(relation.kind, RelationKind::Between { other } if other == subject))
        };
        let roots: Vec<usize> =
            (0..self.copies.len()).filter(|&subject| is_root(subject) && !absorbed(subject)).collect();
        let groups: Vec<(usize, Vec<Piece>)> =
            roots.into_iter().map(|root| (root, self.grown(root, &relations))).collect();
        let placed = groups.iter().any(|(root, _)| self.scene.subjects[*root].place.is_some());
        let pieces = if placed {
            let groups = groups.into_iter().map(|(root, pieces)| {
                let pieces = arrange(Layout::Natural, pieces, &self.cutouts, aspect, &mut self.random);
                (self.scene.subjects[root].place, pieces)
            });
            let groups = groups.collect();
            return self.at_canvas(at_places(groups, aspect));
        } else {
            groups.into_iter().flat_map(|(_, pieces)| pieces).collect()
        };
        let whole =
            Piece::joined(arrange(self.scene.layout, pieces, &self.cutouts, aspect, &mut self.random));
        self.fitted(whole)
    }

    /// Relations that can be drawn: each subject is placed once, and nothing by what is placed by it.
    fn tree(&self) -> Vec<Relation> {
        let mut tree: Vec<Relation> = Vec::new();
        for relation in &self.scene.relations {
            let known =
                [relation.subject, relation.object].iter().all(|&subject| !self.copies[subject].is_empty());
            // Wearing is the other way round: the thing worn is placed by its wearer.
            let relation = match relation.kind {
                RelationKind::Wears(_) => {
                    Relation { subject: relation.object, object: relation.subject, kind: relation.kind }
                }
                _ => *relation,
            };
            let once = !tree.iter().any(|other| other.subject == relation.subject);
            let mut above = relation.object;
            while let Some(parent) = tree.iter().find(|other| other.subject == above) {
                above = parent.object;
            }
            if known && once && above != relation.subject {
                tree.push(relation);
            }
        }
        tree
    }

    /// The copies of `subject` with everything that is placed by them: one piece each, or all in one piece.
    fn grown(&mut self, subject: usize, relations: &[Relation]) -> Vec<Piece> {
        let mut copies = self.copies[subject].clone();
        let children: Vec<&Relation> =
            relations.iter().filter(|relation| relation.object == subject).collect();
        let (worn, others): (Vec<&Relation>, Vec<&Relation>) =
            children.into_iter().partition(|relation| matches!(relation.kind, RelationKind::Wears(_)));
        for relation in worn {
            for (index, copy) in copies.iter_mut().enumerate() {
                let object = copy.clone();
                let pieces = &self.copies[relation.subject];
                let piece = vec![pieces[index % pieces.len()].clone()];
                relate::relate(copy, &object, relation.kind, piece, &self.cutouts, 0, &mut self.random);
            }
        }
        if others.is_empty() {
            return copies;
        }
        let aspect = self.width / self.height.max(1.0);
        let mut object =
            Piece::joined(arrange(Layout::Natural, copies, &self.cutouts, aspect, &mut self.random));
        if let Some(RelationKind::Between { other }) = others
            .iter()
            .map(|relation| relation.kind)
            .find(|kind| matches!(kind, RelationKind::Between { .. }))
        {
            object = self.with_gap(object, other);
        }
        let mut whole = object.clone();
        for (side, relation) in others.into_iter().enumerate() {
            let pieces = self.grown(relation.subject, relations);
            relate::relate(&mut whole, &object, relation.kind, pieces, &self.cutouts, side, &mut self.random);
        }
        vec![whole]
    }

    /// `first` on the left and the copies of `second` on the right, with room for something between them.
    fn with_gap(&mut self, mut first: Piece, second: usize) -> Piece {
        let mut second = Piece::joined(arrange::row(self.copies[second].clone()));
        first.stand_at(0.0, 0.0);
        let tallest = first.bounds().height().max(second.bounds().height());
        let room = (relate::BETWEEN + 0.16) * tallest;
        let reach = (first.bounds().width() + second.bounds().width()) / 2.0 + room;
        second.stand_at(reach, 0.0);
        Piece::joined([first, second])
    }

    /// A tile of a pattern; sizes are pixels already.
    fn repeated(&mut self) -> Piece {
        let motifs: Vec<Vec<Piece>> =
            self.copies.iter().filter(|copies| !copies.is_empty()).cloned().collect();
        if motifs.is_empty() {
            return Piece::default();
        }
        Piece::joined(pattern::half_drop(&motifs, &self.cutouts, self.width, self.height, &mut self.random))
    }

    /// Scales a group to the canvas and centres it.
    fn fitted(&self, mut whole: Piece) -> Piece {
        let bounds = whole.bounds();
        let share = if whole.items.len() == 1 { 0.86 } else { 0.9 };
        let fit = (self.width * share / bounds.width().max(1e-3))
            .min(self.height * share / bounds.height().max(1e-3));
        whole.scale(fit);
        whole.centre_at(self.width / 2.0, self.height / 2.0);
        whole
    }

    /// Pieces on a canvas of height 2 about the origin, in pixels.
    fn at_canvas(&self, pieces: Vec<Piece>) -> Piece {
        let mut whole = Piece::joined(pieces);
        whole.scale(self.height / 2.0);
        whole.shift(self.width / 2.0, self.height / 2.0);
        whole
    }

    /// Draws every item, the farthest first.
    fn layers(&self, mut whole: Piece) -> Vec<Layer> {
        whole.items.sort_by_key(|item| item.depth);
        let mut layers = Vec::new();
        for (index, item) in whole.items.iter().enumerate() {
            let image = self.drawn(item);
            let bounds = Bounds {
                left: item.x - image.width() as f32 / 2.0,
                top: item.y - image.height() as f32 / 2.0,
                ..item.bounds()
            };
            let (x, y) = ((bounds.left + 0.5).floor() as i32, (bounds.top + 0.5).floor() as i32);
            let origin = Some(Origin {
                item: index,
                subject: item.subject,
                copy: item.copy,
                picture: self.pictures[item.cutout],
                turn: item.turn,
                mirrored: item.mirrored,
                cut: Cut::Trimmed,
            });
            for (dx, dy) in self.offsets(item) {
                layers.push(Layer {
                    name: self.name(item),
                    image: image.clone(),
                    x: x + dx,
                    y: y + dy,
                    origin,
                });
            }
        }
        layers
    }

    fn offsets(&self, item: &Item) -> Vec<(i32, i32)> {
        match self.scene.tiling {
            Tiling::None => vec![(0, 0)],
            Tiling::Seamless => pattern::wrapped(item, self.width as i32, self.height as i32),
        }
    }

    fn drawn(&self, item: &Item) -> RgbaImage {
        let picture = &self.cutouts[item.cutout].picture;
        let scale = (item.width / picture.width() as f32).max(1e-3);
        posed(picture, Pose { scale, turn: item.turn, mirrored: item.mirrored })
    }

    fn name(&self, item: &Item) -> String {
        let phrase = self.scene.subjects[item.subject].copy_phrase(item.copy);
        if self.copies[item.subject].len() > 1 { format!("{phrase} {}", item.copy + 1) } else { phrase }
    }
}
