//! What a composition promises: everything inside, no seams, the same pixels for the same seed, layers that open.

use std::io::{Cursor, Read};

use danqing_scene::{Background, Composition, Layout, Lexicon, Scene, Tiling, compose, ora, read};
use image::{Rgba, RgbaImage};

/// A disc with a hidden green around it, off the middle of a large empty picture.
fn disc(colour: [u8; 3]) -> RgbaImage {
    RgbaImage::from_fn(160, 200, |x, y| {
        let (x, y) = (x as i32 - 90, y as i32 - 80);
        if x * x + y * y < 2500 { Rgba([colour[0], colour[1], colour[2], 255]) } else { Rgba([0, 255, 0, 0]) }
    })
}

fn painted(scene: &Scene) -> Vec<Vec<RgbaImage>> {
    (0..scene.subjects.len()).map(|subject| vec![disc([220, 40 + 60 * subject as u8, 60])]).collect()
}

fn composed(prompt: &str, size: (u32, u32), seed: u64) -> Composition {
    let scene = read(prompt, &Lexicon::default());
    compose(&scene, &painted(&scene), size, seed)
}

/// Share of the canvas with some alpha on its widest row and column, in per cent.
fn extent(picture: &RgbaImage) -> (u32, u32) {
    let (mut columns, mut rows) =
        (vec![false; picture.width() as usize], vec![false; picture.height() as usize]);
    for (x, y, _) in picture.enumerate_pixels().filter(|(_, _, pixel)| pixel[3] > 128) {
        columns[x as usize] = true;
        rows[y as usize] = true;
    }
    let share = |line: &[bool]| (line.iter().filter(|&&taken| taken).count() * 100 / line.len()) as u32;
    (share(&columns), share(&rows))
}

#[test]
fn one_subject_fills_the_canvas_with_a_margin() {
    let (across, down) = extent(&composed("圆", (300, 300), 0).flatten());
    assert!((84..=88).contains(&across) && (84..=88).contains(&down), "{across} by {down} per cent");
}

#[test]
fn every_copy_is_inside_the_canvas() {
    let prompts = [
        "两个圆",
        "三个圆",
        "五个圆",
        "九个圆",
        "四十个圆",
        "圆和方",
        "六个圆围成一圈",
        "五个圆排成一排",
        "九宫格的圆",
        "散落的圆",
        "一堆圆",
        "圆在方上面",
        "圆挂在方下面",
        "圆在方的左边",
        "左边是圆，右上角是方",
        "圆在方和角之间",
        "八个圆围着方",
        "方里有圆",
        "圆戴着帽子",
    ];
    for (seed, prompt) in prompts.iter().enumerate() {
        for size in [(256, 256), (320, 160), (160, 320)] {
            let composition = composed(prompt, size, seed as u64);
            assert!(composition.layers.len() > 1, "{prompt} has {} layers", composition.layers.len());
            for layer in &composition.layers {
                let (right, bottom) =
                    (layer.x + layer.image.width() as i32, layer.y + layer.image.height() as i32);
                let inside = layer.x >= -2
                    && layer.y >= -2
                    && right <= size.0 as i32 + 2
                    && bottom <= size.1 as i32 + 2;
                assert!(
                    inside,
                    "{prompt} at {size:?}: {} from ({}, {}) to ({right}, {bottom})",
                    layer.name, layer.x, layer.y
                );
            }
        }
    }
}

#[test]
fn no_copy_is_lost() {
    for (prompt, count) in [
        ("两个圆", 2),
        ("七个圆", 7),
        ("十六个圆", 16),
        ("三十三个圆", 33),
        ("一百个圆", 60),
        ("五个圆和四个方", 9),
    ] {
        assert_eq!(composed(prompt, (256, 256), 3).layers.len(), count, "{prompt}");
    }
}

#[test]
fn natural_groups_do_not_overlap() {
    for count in ["两", "三", "四", "六", "九", "十二", "二十"] {
        let composition = composed(&format!("{count}个圆"), (400, 400), 5);
        let alpha: u64 = composition
            .layers
            .iter()
            .flat_map(|layer| layer.image.pixels())
            .map(|pixel| u64::from(pixel[3]))
            .sum();
        let flat: u64 = composition.flatten().pixels().map(|pixel| u64::from(pixel[3])).sum();
        assert!(flat * 1000 > alpha * 985, "{count}: {} of {alpha} is hidden", alpha - flat);
    }
}

#[test]
fn hidden_colours_never_show() {
    let flat = composed("七个圆", (256, 256), 1).flatten();
    assert!(flat.pixels().all(|pixel| pixel[3] < 8 || pixel[1] < 70), "green fringe");
}

#[test]
fn the_seed_decides_everything() {
    let pixels = |seed| composed("九个圆和三个方", (200, 200), seed).flatten();
    assert_eq!(pixels(4), pixels(4), "same seed");
    assert_ne!(pixels(4), pixels(5), "other seed");
}

/// A tile with its content moved round by half its size must be the tile of the moved layers: nothing at the edges
/// is drawn other than in the middle.
#[test]
fn seamless_tiles_have_no_edges() {
    for prompt in
        ["圆无缝图案", "圆和方的无缝图案", "seamless pattern of dots, stars and hearts on a pink background"]
    {
        let (width, height) = (240, 180);
        let tile = composed(prompt, (width, height), 11).flatten();
        let composition = composed(prompt, (width, height), 11);
        let mut moved = RgbaImage::new(width, height);
        for (x, y, pixel) in composition.background.enumerate_pixels() {
            moved.put_pixel(x, y, *pixel);
        }
        let mut shifted = Composition { background: moved, layers: Vec::new(), tiling: Tiling::None };
        for layer in &composition.layers {
            for (dx, dy) in [(-1, -1), (-1, 1), (1, -1), (1, 1)] {
                let mut layer = layer.clone();
                layer.x += dx * width as i32 / 2;
                layer.y += dy * height as i32 / 2;
                shifted.layers.push(layer);
            }
        }
        let shifted = shifted.flatten();
        for (x, y, pixel) in tile.enumerate_pixels() {
            let there = shifted.get_pixel((x + width / 2) % width, (y + height / 2) % height);
            // Drawing a copy twice at one place changes its soft edge only.
            let same = pixel[3] < 250
                || there[3] < 250
                || pixel.0.iter().zip(there.0).all(|(a, b)| a.abs_diff(b) < 130);
            assert!(same, "{prompt}: ({x}, {y}) is {pixel:?} and {there:?}");
            assert!(there[3] >= pixel[3], "{prompt}: ({x}, {y}) is cut off");
        }
    }
}

#[test]
fn steps_across_the_seam_are_like_steps_inside() {
    let tile = composed("圆无缝图案", (256, 256), 2).flatten();
    let step = |a: u32, b: u32| -> u32 {
        (0..256).map(|y| u32::from(tile.get_pixel(a, y)[3].abs_diff(tile.get_pixel(b, y)[3]))).sum()
    };
    let inside = (0..255).map(|x| step(x, x + 1)).max().unwrap_or(0);
    assert!(step(255, 0) <= inside, "seam {} above {inside}", step(255, 0));
}

#[test]
fn missing_and_empty_pictures_are_left_out() {
    let scene = read("圆和方在角下面", &Lexicon::default());
    assert!(compose(&scene, &[], (64, 64), 0).layers.is_empty(), "no pictures");
    let empty = vec![vec![RgbaImage::new(8, 8)], Vec::new(), vec![disc([1, 2, 3])]];
    assert_eq!(compose(&scene, &empty, (64, 64), 0).layers.len(), 1, "one picture");
    let tiny = compose(&scene, &painted(&scene), (1, 1), 0).flatten();
    assert_eq!(tiny.dimensions(), (1, 1), "one pixel");
}

#[test]
fn backgrounds_are_painted() {
    let corner = |prompt: &str| *composed(prompt, (64, 64), 0).flatten().get_pixel(0, 0);
    assert_eq!(corner("圆，#ff8800背景")[3], 0, "colours in figures are no words");
    assert_eq!(corner("圆，透明背景")[3], 0, "transparent");
    assert_eq!(corner("圆，白色背景"), Rgba([255, 255, 255, 255]), "white");
    assert_eq!(corner("圆，星空背景")[3], 255, "scenery");
    let mut scene = read("圆", &Lexicon::default());
    scene.background = Some(Background::parse("#ff8800"));
    scene.layout = Layout::Natural;
    assert_eq!(scene.tiling, Tiling::None, "no pattern");
    let picture = compose(&scene, &painted(&scene), (64, 64), 0).flatten();
    assert_eq!(*picture.get_pixel(0, 0), Rgba([255, 136, 0, 255]), "figures");
}

#[test]
fn openraster_files_hold_what_the_specification_asks() {
    let composition = composed("两个<圆>&\"方\"，黄色背景", (600, 300), 1);
    let mut file = Cursor::new(Vec::new());
    ora::write_openraster(&composition, &mut file).expect("written");
    let bytes = file.get_ref().clone();
    // The first entry is stored at a fixed place, so that the type can be read from the first bytes.
    assert_eq!(
        (&bytes[..4], &bytes[30..54]),
        (&b"PK\x03\x04"[..], &b"mimetypeimage/openraster"[..]),
        "first entry"
    );
    let mut archive = zip::ZipArchive::new(file).expect("an archive");
    let mut entry = |name: &str| {
        let mut bytes = Vec::new();
        archive
            .by_name(name)
            .unwrap_or_else(|_| panic!("no {name}"))
            .read_to_end(&mut bytes)
            .expect("readable");
        bytes
    };
    let stack = String::from_utf8(entry("stack.xml")).expect("text");
    assert!(stack.contains("<image version=\"0.0.3\" w=\"600\" h=\"300\""), "{stack}");
    assert_eq!(stack.matches("<layer ").count(), composition.layers.len() + 1, "{stack}");
    assert!(!stack.contains("&\"") && stack.ends_with("</image>\n"), "{stack}");
    let merged = image::load_from_memory(&entry("mergedimage.png")).expect("a picture").to_rgba8();
    assert_eq!(merged, composition.flatten(), "merged");
    let thumbnail = image::load_from_memory(&entry("Thumbnails/thumbnail.png")).expect("a picture");
    assert_eq!((thumbnail.width(), thumbnail.height()), (256, 128), "thumbnail");
    for source in stack.split("src=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
        image::load_from_memory(&entry(source)).unwrap_or_else(|_| panic!("{source} is no picture"));
    }
}
