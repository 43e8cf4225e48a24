//! Lays a dozen prompts out and writes one sheet, to be looked at.
//!
//! `cargo run -p danqing-scene --example compose_sheet -- SHEET.png [PICTURES [LEXICON.tsv [PROMPTS.txt]]]`
//!
//! `PICTURES` is a folder of `ID.png` cut-outs for the ids of the lexicon (`tests/lexicon.tsv` if none is given);
//! subjects without a picture are drawn as plain shapes.

use std::path::{Path, PathBuf};

use danqing_scene::{Colouring, Entry, Lexicon, Scene, Subject, compose, read};
use image::{Rgba, RgbaImage};

const PROMPTS: &str = "红苹果
两只柯基
三只红灯笼
四个柠檬
五颜六色的气球
七只企鹅
十二朵玫瑰
三十颗星星，深蓝色背景
三只红灯笼挂在树下
一只兔子坐在月亮上，星空背景
a cat and a dog on a yellow background
一只猫戴着墨镜
三只企鹅排成一排
八颗星星围着月亮
九宫格的草莓
樱花无缝图案
草莓和柠檬的无缝图案，浅粉色背景
篮子里有三个苹果
一个大苹果和两个小草莓，白色背景
猫和狗之间有一个足球
左边是一只猫，右边是一只狗
一堆橙子
散落的枫叶
房子前面有一辆汽车";

/// Pixels of one picture on the sheet, and between two.
const SIDE: u32 = 384;
const MARGIN: u32 = 12;
const COLUMNS: u32 = 6;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let sheet =
        arguments.first().ok_or("usage: compose_sheet SHEET.png [PICTURES [LEXICON.tsv [PROMPTS.txt]]]")?;
    let lexicon = match arguments.get(2) {
        Some(path) => std::fs::read_to_string(path)?,
        None => include_str!("../tests/lexicon.tsv").to_owned(),
    };
    let prompts = match arguments.get(3) {
        Some(path) => std::fs::read_to_string(path)?,
        None => PROMPTS.to_owned(),
    };
    let pictures: Vec<RgbaImage> = prompts
        .lines()
        .enumerate()
        .map(|(seed, prompt)| {
            picture(prompt, &entries(&lexicon), arguments.get(1).map(PathBuf::as_path), seed as u64)
        })
        .collect();
    let rows = (pictures.len() as u32).div_ceil(COLUMNS);
    let step = SIDE + MARGIN;
    let mut whole =
        RgbaImage::from_pixel(COLUMNS * step + MARGIN, rows * step + MARGIN, Rgba([228, 230, 234, 255]));
    for (index, picture) in pictures.iter().enumerate() {
        let (column, row) = (index as u32 % COLUMNS, index as u32 / COLUMNS);
        image::imageops::overlay(
            &mut whole,
            picture,
            (column * step + MARGIN).into(),
            (row * step + MARGIN).into(),
        );
    }
    whole.save(sheet)?;
    Ok(())
}

fn entries(lexicon: &str) -> Lexicon {
    let list =
        |text: &str| text.split('|').filter(|name| !name.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    Lexicon::new(
        lexicon
            .lines()
            .map(|line| line.split('\t').collect::<Vec<_>>())
            .filter(|columns| columns.len() == 10)
            .map(|columns| Entry {
                id: columns[0].into(),
                zh: columns[1].into(),
                en: columns[2].into(),
                zh_alt: list(columns[3]),
                en_alt: list(columns[4]),
                zh_near: list(columns[5]),
                en_near: list(columns[6]),
                measure: columns[7].into(),
                plural: columns[8].into(),
                emoji: list(columns[9]),
            }),
    )
}

fn picture(prompt: &str, lexicon: &Lexicon, folder: Option<&Path>, seed: u64) -> RgbaImage {
    let scene: Scene = read(prompt, lexicon);
    let pictures: Vec<Vec<RgbaImage>> =
        scene.subjects.iter().map(|subject| vec![cutout(subject, folder)]).collect();
    let composition = compose(&scene, &pictures, (SIDE, SIDE), seed);
    let mut whole = RgbaImage::from_pixel(SIDE, SIDE, Rgba([255, 255, 255, 255]));
    image::imageops::overlay(&mut whole, &composition.flatten(), 0, 0);
    whole
}

/// The subject's picture from the folder, or a shape in its colour.
fn cutout(subject: &Subject, folder: Option<&Path>) -> RgbaImage {
    let file = subject
        .concept
        .as_ref()
        .zip(folder)
        .map(|(concept, folder)| folder.join(format!("{}.png", concept.id)));
    if let Some(picture) = file.and_then(|file| image::open(file).ok()) {
        return picture.to_rgba8();
    }
    let [red, green, blue] = match &subject.colour {
        Some(Colouring::One(colour)) => colour.rgb,
        _ => [120, 150, 190],
    };
    RgbaImage::from_fn(256, 256, |x, y| {
        let (x, y) = (x as f32 - 128.0, y as f32 - 128.0);
        let inside = x * x / 9000.0 + y * y / 14000.0 < 1.0;
        if inside { Rgba([red, green, blue, 255]) } else { Rgba([0; 4]) }
    })
}
