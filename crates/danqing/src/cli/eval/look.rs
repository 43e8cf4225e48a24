//! What a program can tell of a picture without a model: names of colours, separate things, edges that meet.

use danqing_scene::Spot;
use image::RgbaImage;

use crate::resize::fitted;

/// Alpha from which on a pixel counts as seen, of 255.
pub(super) const SEEN: u8 = 128;
/// A separate spot of less than this share of the largest one is a part of some thing, not a thing.
const LEAST_SPOT: f32 = 0.12;

/// Names of colours that pixels are sorted into.
pub(super) const COLOURS: [&str; 11] =
    ["red", "orange", "yellow", "green", "blue", "purple", "pink", "white", "gray", "black", "brown"];

/// The name of a colour, by hue, saturation and value.
pub(super) fn colour_name([red, green, blue]: [u8; 3]) -> &'static str {
    let [r, g, b] = [red, green, blue].map(|channel| f32::from(channel) / 255.0);
    let (high, low) = (r.max(g).max(b), r.min(g).min(b));
    let (span, saturation) = ((high - low).max(1e-6), (high - low) / high.max(1e-6));
    // What is this dark is an outline or a shadow, whatever its hue.
    if high < 0.36 {
        return "black";
    }
    if saturation < 0.18 {
        return if high > 0.82 { "white" } else { "gray" };
    }
    let hue = 60.0
        * if high == r {
            ((g - b) / span).rem_euclid(6.0)
        } else if high == g {
            (b - r) / span + 2.0
        } else {
            (r - g) / span + 4.0
        };
    match hue {
        hue if (14.0..40.0).contains(&hue) && high < 0.68 => "brown",
        hue if !(14.0..345.0).contains(&hue) && saturation < 0.5 && high > 0.8 => "pink",
        hue if hue < 14.0 => "red",
        hue if hue < 40.0 => "orange",
        hue if hue < 66.0 => "yellow",
        hue if hue < 165.0 => "green",
        hue if hue < 255.0 => "blue",
        hue if hue < 300.0 => "purple",
        hue if hue < 345.0 => "pink",
        _ => "red",
    }
}

/// The share that each of [`COLOURS`] has of the seen pixels; all zero for an empty picture.
pub(super) fn shares(picture: &RgbaImage) -> [f32; COLOURS.len()] {
    let mut counts = [0usize; COLOURS.len()];
    for pixel in picture.pixels().filter(|pixel| pixel[3] >= SEEN) {
        let name = colour_name([pixel[0], pixel[1], pixel[2]]);
        counts[COLOURS.iter().position(|known| *known == name).unwrap_or(0)] += 1;
    }
    let all = counts.iter().sum::<usize>().max(1) as f32;
    counts.map(|count| count as f32 / all)
}

/// How many separate things stand on a transparent ground: spots of seen pixels that touch at sides, small ones left out.
pub(super) fn spots(picture: &RgbaImage) -> usize {
    let mut seen: Vec<bool> = picture.pixels().map(|pixel| pixel[3] >= SEEN).collect();
    let sizes: Vec<usize> =
        Spot::all(&mut seen, picture.width() as usize).map(|spot| spot.places.len()).collect();
    let largest = sizes.iter().copied().max().unwrap_or(0) as f32;
    sizes.into_iter().filter(|&size| size as f32 >= LEAST_SPOT * largest).count()
}

/// How much more neighbours differ across the edges of a tile than at its liveliest columns and rows, those at the 95th of
/// 100: 1 and less where no seam shows.
pub(super) fn seam(picture: &RgbaImage) -> f32 {
    let (width, height) = picture.dimensions();
    let apart = |a: (u32, u32), b: (u32, u32)| {
        let value = |(x, y): (u32, u32)| {
            let pixel = picture.get_pixel(x, y).0.map(f32::from);
            [pixel[0] * pixel[3] / 255.0, pixel[1] * pixel[3] / 255.0, pixel[2] * pixel[3] / 255.0, pixel[3]]
        };
        value(a).iter().zip(value(b)).map(|(a, b)| (a - b).abs()).sum::<f32>()
    };
    let column = |x: u32| (0..height).map(|y| apart((x, y), ((x + 1) % width, y))).sum::<f32>();
    let row = |y: u32| (0..width).map(|x| apart((x, y), (x, (y + 1) % height))).sum::<f32>();
    let ratio = |mut inside: Vec<f32>, across: f32| {
        inside.sort_by(f32::total_cmp);
        across / inside[inside.len() * 95 / 100].max(1.0)
    };
    let columns = ratio((0..width - 1).map(column).collect(), column(width - 1));
    columns.max(ratio((0..height - 1).map(row).collect(), row(height - 1)))
}

/// How something is drawn, as far as a program sees it: 3D and gradient pictures of one thing differ too little for that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    /// Most of it is see-through.
    Ink,
    /// One colour, with cuts.
    PaperCut,
    /// Even areas of few colours.
    Flat,
    /// Colours go over into one another.
    Shaded,
}

/// The manner of a thing, by rules that were found on pictures of training; `training/xiaoyang/manners.py` has the same ones and says
/// how often they are right.
pub(super) fn manner(picture: &RgbaImage) -> Manner {
    let small = fitted(picture, 128);
    let share = |part: usize, whole: usize| part as f32 / whole.max(1) as f32;
    let solid = small.pixels().filter(|pixel| pixel[3] > 25).count();
    let soft = share(small.pixels().filter(|pixel| (26..230).contains(&pixel[3])).count(), solid);
    if soft > 0.4 {
        return Manner::Ink;
    }
    let mut colours: Vec<[u8; 3]> =
        small.pixels().filter(|pixel| pixel[3] >= SEEN).map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect();
    let all = colours.len();
    let near =
        |a: [f32; 3], b: [u8; 3], most: f32| a.iter().zip(b).all(|(a, b)| (a - f32::from(b)).abs() < most);
    let median = [0, 1, 2].map(|channel| {
        let mut values: Vec<u8> = colours.iter().map(|colour| colour[channel]).collect();
        values.sort_unstable();
        values.get(all / 2).copied().map_or(0.0, f32::from)
    });
    let alike = colours.iter().filter(|&&colour| near(median, colour, 36.0)).count();
    if soft > 0.08 && share(alike, all) > 0.9 {
        return Manner::PaperCut;
    }
    for _ in 0..3 {
        let commonest = commonest(&colours);
        colours.retain(|&colour| !near(commonest, colour, 6.0));
    }
    if share(all - colours.len(), all) > 0.46 { Manner::Flat } else { Manner::Shaded }
}

/// The mean of the colours in the fullest of 4,096 equal boxes.
fn commonest(colours: &[[u8; 3]]) -> [f32; 3] {
    let mut boxes = std::collections::BTreeMap::<[u8; 3], (usize, [usize; 3])>::new();
    for colour in colours {
        let (count, sums) = boxes.entry(colour.map(|value| value / 16)).or_default();
        *count += 1;
        sums.iter_mut().zip(colour).for_each(|(sum, &value)| *sum += usize::from(value));
    }
    let fullest = boxes.into_values().max_by_key(|(count, _)| *count);
    fullest.map_or([0.0; 3], |(count, sums)| sums.map(|sum| sum as f32 / count as f32))
}

/// The share of the outermost pixels that have the colour `name`, or that are not seen for `transparent`.
pub(super) fn rim(picture: &RgbaImage, name: &str) -> f32 {
    let (width, height) = picture.dimensions();
    let outer = |(x, y): (u32, u32)| x < 2 || y < 2 || x + 2 >= width || y + 2 >= height;
    let pixels = picture.enumerate_pixels().filter(|(x, y, _)| outer((*x, *y)));
    let fits = |[red, green, blue, alpha]: [u8; 4]| match name {
        "transparent" => alpha < SEEN,
        name => alpha >= SEEN && colour_name([red, green, blue]) == name,
    };
    let (fitting, all) =
        pixels.fold((0, 0), |(fitting, all), (_, _, pixel)| (fitting + usize::from(fits(pixel.0)), all + 1));
    fitting as f32 / all.max(1) as f32
}

/// How broad a person in a portrait is: the widest row of the lowest quarter against a wide row (the 90th of 100) of the upper half,
/// where the head is. `None` where nothing is seen.
pub(super) fn breadth(picture: &RgbaImage) -> Option<f32> {
    let widest = |row: image::buffer::Pixels<'_, image::Rgba<u8>>| {
        let count = |(longest, length): (u32, u32), pixel: &image::Rgba<u8>| {
            let length = if pixel[3] >= SEEN { length + 1 } else { 0 };
            (longest.max(length), length)
        };
        row.fold((0, 0), count).0
    };
    let widths: Vec<u32> = picture.rows().map(widest).collect();
    let seen = |width: &u32| *width > 0;
    let (top, end) = (widths.iter().position(seen)?, widths.iter().rposition(seen)? + 1);
    let height = end - top;
    let mut head = widths[top..top + height.div_ceil(2)].to_vec();
    head.sort_unstable();
    let shoulders = widths[top + height * 3 / 4..end].iter().max()?;
    Some(*shoulders as f32 / head[head.len() * 9 / 10].max(1) as f32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgba;

    fn with_squares(places: &[(u32, u32, u32)]) -> RgbaImage {
        RgbaImage::from_fn(64, 64, |x, y| {
            let inside = |&(left, top, side): &(u32, u32, u32)| {
                (left..left + side).contains(&x) && (top..top + side).contains(&y)
            };
            Rgba(if places.iter().any(inside) { [210, 30, 40, 255] } else { [0; 4] })
        })
    }

    #[test]
    fn colours_of_the_table_have_their_own_name() {
        for (word, name) in [
            ("red", "red"),
            ("orange", "orange"),
            ("yellow", "yellow"),
            ("green", "green"),
            ("blue", "blue"),
            ("light blue", "blue"),
            ("purple", "purple"),
            ("pink", "pink"),
            ("white", "white"),
            ("gray", "gray"),
            ("black", "black"),
            ("brown", "brown"),
        ] {
            let colour = danqing_scene::colours::parse(word).expect("in the table");
            assert_eq!(colour_name(colour.rgb), name, "{word}");
        }
    }

    #[test]
    fn squares_are_counted_and_crumbs_are_not() {
        assert_eq!(spots(&with_squares(&[])), 0, "nothing");
        assert_eq!(spots(&with_squares(&[(2, 2, 20), (30, 2, 20), (2, 30, 18)])), 3, "three");
        assert_eq!(spots(&with_squares(&[(2, 2, 20), (40, 40, 3)])), 1, "one and a crumb");
        assert_eq!(spots(&with_squares(&[(2, 2, 20), (22, 22, 20)])), 2, "corners do not join");
    }

    #[test]
    fn a_seam_is_seen_where_edges_do_not_meet() {
        let whole = RgbaImage::from_fn(64, 64, |x, y| {
            let wave = |at: u32| ((at as f32 / 64.0 * std::f32::consts::TAU).sin() * 100.0 + 128.0) as u8;
            Rgba([wave(x), wave(y), 128, 255])
        });
        assert!(seam(&whole) < 1.1, "a wave of one period meets itself");
        let ramp = RgbaImage::from_fn(64, 64, |x, _| Rgba([(x * 4) as u8, 0, 0, 255]));
        assert!(seam(&ramp) > 10.0, "a ramp does not");
    }

    #[test]
    fn manners_are_told_apart() {
        let disc = |paint: &dyn Fn(f32, f32) -> [u8; 4]| {
            RgbaImage::from_fn(256, 256, |x, y| {
                let (x, y) = (x as f32 / 128.0 - 1.0, y as f32 / 128.0 - 1.0);
                Rgba(if x.hypot(y) < 0.9 { paint(x, y) } else { [0; 4] })
            })
        };
        let grey = |x: f32| (120.0 + 100.0 * x) as u8;
        let flat = disc(&|x, y| if y > x { [240, 180, 40, 255] } else { [60, 120, 200, 255] });
        let shaded = disc(&|x, y| [grey(x), grey(y), grey(x * y), 255]);
        let ink = disc(&|x, y| [40, 40, 44, grey((x + y) / 2.0)]);
        let cuts = disc(&|x, _| if (x * 12.0).fract().abs() < 0.4 { [0; 4] } else { [211, 38, 43, 255] });
        assert_eq!(
            [&flat, &shaded, &ink, &cuts].map(manner),
            [Manner::Flat, Manner::Shaded, Manner::Ink, Manner::PaperCut],
            "each as it is drawn"
        );
    }

    #[test]
    fn breadth_is_that_of_shoulders_against_the_head() {
        let person = |shoulders: u32| {
            RgbaImage::from_fn(100, 110, |x, y| {
                let half = match y {
                    ..10 => 0,
                    10..70 => 20,
                    70..80 => 8,
                    _ => shoulders / 2,
                };
                Rgba(if x.abs_diff(50) < half { [90, 60, 40, 255] } else { [0; 4] })
            })
        };
        let near = |found: Option<f32>, wanted: f32| found.is_some_and(|found| (found - wanted).abs() < 0.05);
        assert!(near(breadth(&person(40)), 1.0), "as wide as the head: {:?}", breadth(&person(40)));
        assert!(near(breadth(&person(80)), 2.0), "twice as wide: {:?}", breadth(&person(80)));
        assert_eq!(breadth(&RgbaImage::new(9, 9)), None, "nobody");
    }

    #[test]
    fn shares_and_rims_follow_their_pixels() {
        let picture = with_squares(&[(0, 0, 32)]);
        let red = COLOURS.iter().position(|name| *name == "red").expect("red is a colour");
        assert_eq!(shares(&picture)[red], 1.0, "all that is seen is red");
        let red = rim(&picture, "red");
        assert!((0.2..0.3).contains(&red), "a quarter of the rim: {red}");
        assert!((rim(&picture, "transparent") - (1.0 - red)).abs() < 1e-6, "the rest is clear");
    }
}
