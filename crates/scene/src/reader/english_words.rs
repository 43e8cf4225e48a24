//! The words that the English reader knows besides nouns.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::draft::Kind;
use crate::scene::{Layout, Place, RelationKind, Size, WornAt};

/// What a word or a fixed phrase does in a sentence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Role {
    /// a, the, my.
    Determiner,
    /// A number.
    Number(u32),
    /// several, `a flock of`: about how many, and how they stand.
    Quantity(u32, Layout),
    /// `a pair of`.
    Pair,
    And,
    /// A relation to the noun that follows.
    Relation(RelationKind),
    /// in: inside a thing, or dressed, or in a surrounding.
    In,
    /// from, after a verb of hanging.
    From,
    /// `surrounded by`: the noun that follows is around the one before.
    Surrounded,
    /// hanging, before its preposition.
    Hanging,
    /// sitting: says nothing more than its preposition.
    Posture,
    /// sleeping: stays with the noun before it.
    Action,
    /// riding.
    Riding,
    /// `on the left`.
    Place(Place),
    Background,
    Transparent,
    Seamless,
    Pattern,
    Arranged(Layout),
    Without,
    Filler,
    /// wearing.
    Wear,
    With,
    /// colorful.
    Mixed,
    Sized(Size),
    /// is, are, of, that: nothing by themselves.
    Is,
}

const WORDS: &[(Role, &str)] = &[
    (
        Role::Determiner,
        "a, an, the, this, that, these, those, my, your, his, her, its, our, their, another, each",
    ),
    (
        Role::Quantity(4, Layout::Natural),
        "several, some, various, multiple, numerous, a few, a handful of, a variety of, a set of, a collection of",
    ),
    (Role::Quantity(5, Layout::Natural), "a family of, a litter of, a cluster of"),
    (
        Role::Quantity(7, Layout::Natural),
        "a group of, a flock of, a herd of, a school of, a pack of, a swarm of, a crowd of, a band of, a team of, a colony of, groups of, a gang of",
    ),
    (Role::Quantity(9, Layout::Natural), "many, lots of, a lot of, plenty of, a number of, tons of"),
    (
        Role::Quantity(24, Layout::Scattered),
        "dozens of, countless, hundreds of, thousands of, a sky full of, lots and lots of, innumerable",
    ),
    (Role::Quantity(2, Layout::Natural), "a couple of, both, a duo of, twin"),
    (Role::Quantity(3, Layout::Natural), "a trio of"),
    (Role::Quantity(12, Layout::Natural), "a dozen, a dozen of, one dozen"),
    (Role::Quantity(5, Layout::Row), "a row of, a line of, rows of, a queue of"),
    (Role::Quantity(5, Layout::Column), "a column of, a tower of"),
    (Role::Quantity(8, Layout::Circle), "a circle of, a ring of, a wreath of"),
    (Role::Quantity(7, Layout::Pile), "a pile of, a heap of, piles of, heaps of"),
    (
        Role::Quantity(9, Layout::Grid { columns: 3, rows: 3 }),
        "a 3x3 grid of, 3x3 grid of, a 3 by 3 grid of, 3 by 3 grid of, a three by three grid of",
    ),
    (Role::Quantity(4, Layout::Grid { columns: 2, rows: 2 }), "a 2x2 grid of, 2x2 grid of, a 2 by 2 grid of"),
    (Role::Quantity(9, Layout::Grid { columns: 0, rows: 0 }), "a grid of, grid of, grids of"),
    (Role::Pair, "a pair of, pair of, pairs of"),
    (Role::And, "and, &, plus, along with, together with, as well as, and also, accompanied by, or"),
    (Role::Relation(RelationKind::On), "on, on top of, atop, upon, onto, on the top of"),
    (Role::Relation(RelationKind::Above), "above, over, high above, floating above"),
    (Role::Relation(RelationKind::Under), "under, underneath, beneath, at the foot of, in the shade of"),
    (Role::Relation(RelationKind::Below), "below"),
    (
        Role::Relation(RelationKind::LeftOf),
        "left of, to the left of, on the left of, at the left of, on the left side of, to the left side of, to left of",
    ),
    (
        Role::Relation(RelationKind::RightOf),
        "right of, to the right of, on the right of, at the right of, on the right side of, to the right side of, to right of",
    ),
    (Role::Relation(RelationKind::InFrontOf), "in front of"),
    (Role::Relation(RelationKind::Behind), "behind, in back of"),
    (
        Role::Relation(RelationKind::Beside),
        "beside, next to, near, by, alongside, close to, against, at the side of, right next to",
    ),
    (Role::Relation(RelationKind::Inside), "inside, within, inside of, into"),
    (Role::Relation(RelationKind::Around), "around, surrounding, circling, all around, orbiting"),
    (Role::Relation(RelationKind::Between { other: 0 }), "between, in between"),
    (Role::In, "in, at, during"),
    (Role::From, "from"),
    (Role::Surrounded, "surrounded by, encircled by"),
    (Role::Hanging, "hanging, hangs, hang, hung, dangling, suspended"),
    (
        Role::Posture,
        "sitting, sits, sit, standing, stands, stand, lying, lies, laying, resting, rests, placed, perched, perching, seated, parked, located, positioned, stacked, put, floating, floats, growing, isolated, set, lie, perches, hovering, hovers",
    ),
    (
        Role::Action,
        "sleeping, flying, running, walking, jumping, dancing, swimming, climbing, napping, relaxing, surfing, skating, hiding, playing, sleeps, flies, runs, walks, jumps, dances, swims, drifting, meditating, smiling, laughing, crying",
    ),
    (Role::Riding, "riding, rides, riding on, rides on, riding a, riding on top of"),
    (
        Role::Place(Place::Left),
        "on the left, to the left, at the left, on the left side, at left, on left, left side, on the left hand side",
    ),
    (
        Role::Place(Place::Right),
        "on the right, to the right, at the right, on the right side, at right, on right, right side, on the right hand side",
    ),
    (Role::Place(Place::Top), "at the top, on the top, at top, on top"),
    (Role::Place(Place::Bottom), "at the bottom, on the bottom, at bottom"),
    (
        Role::Place(Place::Centre),
        "in the middle, in the center, in the centre, at the center, at the centre, centered, in center, at center",
    ),
    (
        Role::Place(Place::TopLeft),
        "in the top left corner, in the upper left corner, in the top left, in the upper left, at the top left, top left corner, upper left corner, top left",
    ),
    (
        Role::Place(Place::TopRight),
        "in the top right corner, in the upper right corner, in the top right, in the upper right, at the top right, top right corner, upper right corner, top right",
    ),
    (
        Role::Place(Place::BottomLeft),
        "in the bottom left corner, in the lower left corner, in the bottom left, in the lower left, at the bottom left, bottom left corner, lower left corner, bottom left",
    ),
    (
        Role::Place(Place::BottomRight),
        "in the bottom right corner, in the lower right corner, in the bottom right, in the lower right, at the bottom right, bottom right corner, lower right corner, bottom right",
    ),
    (Role::Background, "background, backdrop, backgrounds, bg"),
    (
        Role::Transparent,
        "transparent, no background, without background, without a background, with no background",
    ),
    (
        Role::Seamless,
        "seamless, seamless pattern, seamless texture, seamless tile, seamless design, seamless print, seamless repeating pattern, seamless repeat pattern, seamless wallpaper, seamless background, seamless tileable pattern, tileable, tileable pattern, tileable texture, tiling, tiled, repeating, repeating pattern, repeat pattern, repeated pattern, endless pattern, all-over print, allover print",
    ),
    (Role::Pattern, "pattern, patterns"),
    (
        Role::Arranged(Layout::Row),
        "in a row, in a line, side by side, lined up, in line, in one row, in a horizontal row, standing in a row, sitting in a row, arranged in a row, hand in hand",
    ),
    (
        Role::Arranged(Layout::Column),
        "in a column, in a vertical row, in a vertical line, stacked on top of each other, one above the other, on top of each other, arranged in a column",
    ),
    (
        Role::Arranged(Layout::Circle),
        "in a circle, in a ring, arranged in a circle, forming a circle, in circle, arranged in a ring, standing in a circle",
    ),
    (
        Role::Arranged(Layout::Scattered),
        "scattered, scattered around, scattered about, randomly scattered, randomly placed, all over, everywhere, spread out, sprinkled, scattered all over, randomly arranged, strewn",
    ),
    (Role::Arranged(Layout::Pile), "in a pile, in a heap, piled up, piled together, heaped"),
    (
        Role::Arranged(Layout::Grid { columns: 0, rows: 0 }),
        "in a grid, arranged in a grid, grid, neatly arranged, grid layout, in rows and columns",
    ),
    (
        Role::Arranged(Layout::Grid { columns: 3, rows: 3 }),
        "in a 3x3 grid, 3x3 grid, in a three by three grid, 3x3",
    ),
    (Role::Arranged(Layout::Grid { columns: 2, rows: 2 }), "in a 2x2 grid, 2x2 grid, 2x2"),
    (Role::Without, "without, no, with no, but no, not, without any, without a, minus, and no"),
    (
        Role::Filler,
        "a picture of, picture of, an image of, image of, a photo of, photo of, a photograph of, a drawing of, drawing of, an illustration of, illustration of, a painting of, painting of, a render of, a rendering of, a depiction of, draw, draw me, please draw, paint, paint me, create, generate, make, make me, please, show, show me, render, depict, i want, i would like, can you draw, can you paint, give me, there is, there are, there's, featuring, showing, depicting, high quality, masterpiece, best quality, 4k, 8k, hd, ultra detailed, highly detailed, high resolution, very, really, just, only, also, then, while, exactly, total, made of only, a portrait of, portrait of, a design of, design of, a scene of, a scene with, picture, image, all, each, together, arranged, illustration, made with, a sheet of, with, a sticker of, sticker of, an icon of, icon of, an avatar of, avatar of, an emoji of, emoji of",
    ),
    (
        Role::Wear,
        "wearing, wears, dressed in, clad in, with a pair of, who wears, who is wearing, that wears, wear",
    ),
    (Role::With, "with, has, having, who has, that has, with some"),
    (
        Role::Mixed,
        "colorful, colourful, multicolored, multicoloured, multi-colored, multicolor, rainbow-colored, different colored, assorted, many-colored, differently colored, of different colors, in different colors, of various colors",
    ),
    (Role::Sized(Size::Huge), "huge, giant, gigantic, enormous, massive, very big, very large, colossal"),
    (Role::Sized(Size::Big), "big, large, bigger, larger"),
    (Role::Sized(Size::Small), "small, little, smaller"),
    (Role::Sized(Size::Tiny), "tiny, mini, miniature, very small, teeny, micro"),
    (Role::Is, "is, are, being, to be, be, was, were, there"),
];

/// Words in the longest phrase of the table.
pub(super) const LONGEST: usize = 6;

static ROLES: LazyLock<HashMap<&'static str, Role>> = LazyLock::new(|| {
    let mut roles = HashMap::new();
    // `with` stands last in Filler only to keep it a word when nothing else takes it; the first claim wins.
    for (role, words) in WORDS
        .iter()
        .filter(|(role, _)| *role != Role::Filler)
        .chain(WORDS.iter().filter(|(role, _)| *role == Role::Filler))
    {
        for word in words.split(", ") {
            roles.entry(word).or_insert(*role);
        }
    }
    roles
});

/// The longest phrase of the table at the start of `words`, with its length in words.
pub(super) fn role(words: &[&str]) -> Option<(Role, usize)> {
    (1..=words.len().min(LONGEST)).rev().find_map(|length| {
        let phrase = words[..length].join(" ");
        ROLES.get(phrase.as_str()).map(|&role| (role, length))
    })
}

/// The value of a number word or of figures.
pub(super) fn number(word: &str) -> Option<u32> {
    const NAMES: &[&str] = &[
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
        "twenty",
    ];
    const TENS: &[(&str, u32)] =
        &[("thirty", 30), ("forty", 40), ("fifty", 50), ("sixty", 60), ("hundred", 100), ("thousand", 1000)];
    let value = NAMES.iter().position(|name| *name == word).map(|value| value as u32);
    let figures = || word.trim_start_matches('x').parse().ok().filter(|_| word.len() < 7);
    value.or_else(|| TENS.iter().find(|(name, _)| *name == word).map(|(_, value)| *value)).or_else(figures)
}

/// Two numbers with an x: `3x4`.
pub(super) fn grid(word: &str) -> Option<Layout> {
    let (columns, rows) = word.split_once('x')?;
    let side = |text: &str| text.parse::<u32>().ok().filter(|side| (1..=8).contains(side));
    Some(Layout::Grid { columns: side(columns)?, rows: side(rows)? })
}

const PEOPLE: &str = "girl boy woman man person child kid baby lady gentleman guy teenager doctor nurse teacher student policeman firefighter astronaut princess prince king queen chef mother father mom dad grandmother grandfather grandma grandpa farmer worker programmer soldier fairy bride groom dancer athlete scientist knight ninja pirate wizard witch people men women children girls boys kids face model singer artist detective pilot mermaid elf adult old-man";

const SCENERY: &str = "beach, sky, night sky, blue sky, starry sky, space, outer space, forest, woods, grass, meadow, field, lawn, snow, desert, city, street, park, garden, ocean, sea, water, underwater, kitchen, room, bedroom, living room, classroom, stage, sunset, sunrise, rain, air, jungle, ground, floor, wall, lake, river, pond, galaxy, universe, countryside, winter, summer, spring, autumn, dark, night, moonlight, sunlight, sunshine, mountains, grassland, savanna, seaside, seabed, sand, rooftop, road, farm, storm, fog, library, office, cafe, starry night, starry night sky, flower field, sunflower field, deep sea";

const WEARABLES: &[(WornAt, &str)] = &[
    (WornAt::Face, "glasses sunglasses eyeglasses spectacles mask goggles monocle shades"),
    (
        WornAt::Head,
        "hat cap crown helmet wreath headband tiara beret headphones beanie hood bow headscarf turban",
    ),
    (WornAt::Neck, "scarf tie bowtie necklace bell collar necktie"),
];

/// Nouns of looks and clothes: they stay with whoever has them.
const LOOKS: &str = "hair skin eyes beard moustache mustache freckles braid braids bangs ponytail dress suit shirt coat jacket uniform kimono costume hoodie sweater armor armour robe jeans skirt outfit smile nose ears tail wings fur stripes spots horns whiskers gloves boots shoes apron cape black white red blue green yellow pink purple pajamas swimsuit hanfu cheongsam qipao overalls raincoat";

fn listed(list: &str, word: &str) -> bool {
    list.split(' ').any(|item| item == word)
}

/// Whether a noun speaks of looks or clothes.
pub(super) fn speaks_of_looks(word: &str) -> bool {
    listed(LOOKS, word)
}

/// What kind of noun the lower-case `head` is.
pub(super) fn kind(head: &str) -> Kind {
    let last = head.rsplit(' ').next().unwrap_or(head);
    if let Some((at, _)) = WEARABLES.iter().find(|(_, words)| listed(words, last)) {
        Kind::Wearable(*at)
    } else if listed(PEOPLE, last) && !head.contains("snow") && !head.contains("gingerbread") {
        Kind::Person
    } else if SCENERY.split(", ").any(|scenery| scenery == head) {
        Kind::Scenery
    } else {
        Kind::Thing
    }
}

/// Things that are one and called by a plural.
const PLURAL_ONLY: &str = "glasses sunglasses eyeglasses spectacles goggles scissors pants jeans trousers shorts shoes socks gloves boots sneakers slippers headphones earphones chopsticks noodles pajamas tongs pliers binoculars shades mittens sandals heels earrings fries overalls";

/// Whether a plural names one thing: scissors, and pairs such as shoes.
pub(super) fn is_plural_only(word: &str) -> bool {
    listed(PLURAL_ONLY, word.rsplit(' ').next().unwrap_or(word))
}
