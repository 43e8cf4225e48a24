//! Prompt reader and composer: what code draws better than a model.
//!
//! A small model draws one subject well. Counts, pairs, positions, sizes, backgrounds and seamless
//! patterns are read from the prompt here ([`read`]), and the painted subjects are laid out here
//! ([`compose()`]), flat or as layers ([`ora`]). The crate knows no model: the caller paints each
//! [`Subject`] in between.
//!
//! ```
//! use danqing_scene::{Entry, Lexicon, read};
//!
//! let lexicon = Lexicon::new([Entry { id: "lantern".into(), zh: "灯笼".into(), en: "lantern".into(), ..Entry::default() }]);
//! let scene = read("三只红灯笼", &lexicon);
//! assert_eq!(scene.subjects[0].phrase(), "红灯笼");
//! assert_eq!(scene.subjects[0].copies(), 3);
//! ```

pub mod colours;
pub mod compose;
mod flat;
mod lexicon;
mod oklab;
pub mod ora;
mod random;
mod reader;
mod scene;
pub mod skin;
mod smooth;
mod spot;
mod styles;
mod tint;

pub use compose::{Composition, Cut, Layer, Origin, compose, is_known_scenery};
pub use flat::{cut_out, flatten};
pub use lexicon::{Entry, Lexicon, Match};
pub use reader::read;
pub use scene::{
    Background, Colouring, Concept, Count, Language, Layout, MOST_COPIES, MOST_SUBJECTS, Place, Reading,
    Relation, RelationKind, Scene, Size, Subject, Tiling, WornAt,
};
pub use smooth::smooth;
pub use spot::Spot;
pub use styles::Style;
pub use tint::tint;
