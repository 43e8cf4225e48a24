//! Backgrounds.

use image::{Rgba, RgbaImage};

use crate::random::Random;
use crate::scene::Background;

/// A surrounding in two colours, from the top edge to the bottom edge.
struct Scenery {
    words: &'static [&'static str],
    top: [u8; 3],
    bottom: [u8; 3],
    stars: bool,
}

/// Surroundings that a blend of colours can stand for; the first whose word occurs in the phrase is taken.
const SCENERY: &[Scenery] = &[
    Scenery {
        words: &[
            "星空", "夜空", "银河", "太空", "宇宙", "starry", "night", "space", "galaxy", "universe", "stars",
        ],
        top: [16, 20, 58],
        bottom: [62, 48, 120],
        stars: true,
    },
    Scenery {
        words: &["夕阳", "黄昏", "晚霞", "傍晚", "sunset", "sunrise", "dusk"],
        top: [255, 170, 120],
        bottom: [250, 120, 140],
        stars: false,
    },
    Scenery {
        words: &["海底", "水下", "水底", "underwater", "seabed", "deep sea"],
        top: [84, 186, 222],
        bottom: [18, 74, 138],
        stars: false,
    },
    Scenery {
        words: &["沙滩", "海滩", "海边", "beach", "seaside", "sand"],
        top: [168, 222, 246],
        bottom: [248, 226, 176],
        stars: false,
    },
    Scenery {
        words: &["海", "湖", "河", "水", "池塘", "ocean", "sea", "lake", "water", "river", "pond"],
        top: [190, 230, 250],
        bottom: [88, 176, 226],
        stars: false,
    },
    Scenery {
        words: &["雪", "冰", "snow", "winter", "ice"],
        top: [214, 232, 250],
        bottom: [246, 250, 255],
        stars: false,
    },
    Scenery { words: &["沙漠", "desert"], top: [252, 226, 180], bottom: [238, 190, 120], stars: false },
    Scenery {
        words: &["森林", "树林", "丛林", "竹林", "forest", "jungle", "woods"],
        top: [196, 226, 176],
        bottom: [92, 152, 98],
        stars: false,
    },
    Scenery {
        words: &[
            "草",
            "田",
            "公园",
            "花园",
            "花丛",
            "花海",
            "grass",
            "meadow",
            "field",
            "lawn",
            "park",
            "garden",
            "countryside",
        ],
        top: [190, 228, 250],
        bottom: [166, 214, 120],
        stars: false,
    },
    Scenery {
        words: &["天空", "蓝天", "天上", "空中", "云", "sky", "air", "cloud"],
        top: [120, 190, 244],
        bottom: [214, 238, 252],
        stars: false,
    },
];

/// Paints a background; words that stand for no colours, like no background at all, leave it transparent.
pub(super) fn paint(
    background: Option<&Background>,
    width: u32,
    height: u32,
    random: &mut Random,
) -> RgbaImage {
    match background {
        None | Some(Background::Transparent) => RgbaImage::new(width, height),
        Some(Background::Colour(colour)) => blend(width, height, colour.rgb, colour.rgb),
        Some(Background::Gradient { top, bottom }) => blend(width, height, top.rgb, bottom.rgb),
        Some(Background::Phrase(phrase)) => {
            let lower = phrase.to_lowercase();
            let known = SCENERY.iter().find(|scenery| scenery.words.iter().any(|word| lower.contains(word)));
            known.map_or_else(
                || RgbaImage::new(width, height),
                |scenery| surroundings(scenery, width, height, random),
            )
        }
    }
}

/// Whether a phrase stands for colours, so that it need not be painted otherwise.
pub(super) fn is_known(phrase: &str) -> bool {
    let lower = phrase.to_lowercase();
    SCENERY.iter().any(|scenery| scenery.words.iter().any(|word| lower.contains(word)))
}

fn surroundings(scenery: &Scenery, width: u32, height: u32, random: &mut Random) -> RgbaImage {
    let mut picture = blend(width, height, scenery.top, scenery.bottom);
    if scenery.stars {
        for _ in 0..70 {
            let (x, y) = (random.unit() * width as f32, random.unit() * height as f32);
            let radius = width.max(height) as f32 / 512.0 * random.between(0.6, 2.0);
            star(&mut picture, x, y, radius, random.between(0.35, 0.95));
        }
    }
    picture
}

fn blend(width: u32, height: u32, top: [u8; 3], bottom: [u8; 3]) -> RgbaImage {
    RgbaImage::from_fn(width, height, |_, y| {
        let part = y as f32 / height.saturating_sub(1).max(1) as f32;
        let mix = |channel: usize| {
            let (top, bottom) = (f32::from(top[channel]), f32::from(bottom[channel]));
            (top + (bottom - top) * part + 0.5) as u8
        };
        Rgba([mix(0), mix(1), mix(2), 255])
    })
}

/// A soft white dot.
fn star(picture: &mut RgbaImage, x: f32, y: f32, radius: f32, light: f32) {
    let reach = radius.ceil() as i32 + 1;
    for dy in -reach..=reach {
        for dx in -reach..=reach {
            let (column, row) = (x as i32 + dx, y as i32 + dy);
            if column < 0 || row < 0 || column >= picture.width() as i32 || row >= picture.height() as i32 {
                continue;
            }
            let (off_x, off_y) = (column as f32 + 0.5 - x, row as f32 + 0.5 - y);
            let part =
                (1.0 - (off_x * off_x + off_y * off_y) / (radius * radius + 0.3)).clamp(0.0, 1.0) * light;
            let pixel = picture.get_pixel_mut(column as u32, row as u32);
            for channel in &mut pixel.0[..3] {
                *channel = (f32::from(*channel) + (255.0 - f32::from(*channel)) * part + 0.5) as u8;
            }
        }
    }
}
