//! What changes to a composition promise: only the thing changes that is named, and patterns stay seamless.

use danqing_scene::{Composition, Lexicon, Scene, compose, read};
use image::{Rgba, RgbaImage};

fn disc(colour: [u8; 3]) -> RgbaImage {
    RgbaImage::from_fn(120, 120, |x, y| {
        let (x, y) = (x as i32 - 60, y as i32 - 60);
        if x * x + y * y < 2500 { Rgba([colour[0], colour[1], colour[2], 255]) } else { Rgba([0; 4]) }
    })
}

fn composed(prompt: &str) -> Composition {
    let scene: Scene = read(prompt, &Lexicon::default());
    let painted: Vec<Vec<RgbaImage>> = scene.subjects.iter().map(|_| vec![disc([220, 40, 60])]).collect();
    compose(&scene, &painted, (300, 200), 5)
}

/// Middle of thing number `item`.
fn middle(composition: &Composition, item: usize) -> (f32, f32) {
    let (_, layer) = composition.items()[item];
    (layer.x as f32 + layer.image.width() as f32 / 2.0, layer.y as f32 + layer.image.height() as f32 / 2.0)
}

#[test]
fn things_move_by_pixels() {
    let before = composed("三个圆");
    let mut after = before.clone();
    assert!(after.move_item(1, 30, -10), "there is a second thing");
    let (old, new) = (middle(&before, 1), middle(&after, 1));
    assert_eq!((new.0 - old.0, new.1 - old.1), (30.0, -10.0), "as far as asked");
    for other in [0, 2] {
        assert_eq!(before.layers[other], after.layers[other], "the others stay");
    }
    assert!(after.move_item(1, -30, 10) && after == before, "and back");
    assert!(!after.move_item(3, 1, 1) && after == before, "there is no fourth");
}

#[test]
fn things_scale_about_their_middle() {
    let before = composed("三个圆");
    for factor in [0.5, 1.3, 2.0] {
        let mut after = before.clone();
        assert!(after.scale_item(2, factor), "there is a third thing");
        let (old, new) = (middle(&before, 2), middle(&after, 2));
        assert!((new.0 - old.0).abs() <= 1.0 && (new.1 - old.1).abs() <= 1.0, "{old:?} to {new:?}");
        let [old, new] = [&before, &after].map(|composition| composition.items()[2].1.image.width() as f32);
        assert!((new / old / factor - 1.0).abs() < 0.05, "{old} times {factor} is {new}");
    }
}

#[test]
fn things_painted_anew_stand_where_the_old_ones_stood() {
    let before = composed("三个圆");
    let mut after = before.clone();
    assert!(after.replace_item(0, &disc([10, 20, 230])), "there is a first thing");
    let (old, new) = (middle(&before, 0), middle(&after, 0));
    assert!((new.0 - old.0).abs() <= 1.0 && (new.1 - old.1).abs() <= 1.0, "{old:?} to {new:?}");
    let layer = after.items()[0].1;
    let centre = layer.image.get_pixel(layer.image.width() / 2, layer.image.height() / 2);
    assert_eq!(centre.0, [10, 20, 230, 255], "in the new colour");
    assert_eq!(before.layers[1..], after.layers[1..], "the others stay");
    assert!(after.replace_item(0, &RgbaImage::new(9, 9)), "something that shows nothing");
    assert_eq!(after.items().len(), 2, "takes the thing out");
}

#[test]
fn numbers_stay_when_things_go() {
    let mut composition = composed("三个圆");
    assert!(composition.remove_item(0), "there is a first thing");
    let numbers: Vec<usize> = composition.items().iter().map(|(origin, _)| origin.item).collect();
    assert_eq!(numbers, [1, 2], "the second is still the second");
    assert!(!composition.remove_item(0), "gone is gone");
}

#[test]
fn patterns_stay_seamless_wherever_things_go() {
    let pattern = composed("圆无缝图案");
    for (right, down) in [(35, 0), (150, 100), (-290, 190), (300, 200), (-1000, 777)] {
        let mut moved = pattern.clone();
        for (origin, _) in pattern.items() {
            assert!(moved.move_item(origin.item, right, down), "every thing moves");
        }
        // A tile whose things all move by the same is the tile, rolled.
        let (old, new) = (pattern.flatten(), moved.flatten());
        let (width, height) = old.dimensions();
        let rolled = RgbaImage::from_fn(width, height, |x, y| {
            let from = |at: u32, by: i32, side: u32| {
                (i64::from(at) - i64::from(by)).rem_euclid(i64::from(side)) as u32
            };
            *old.get_pixel(from(x, right, width), from(y, down, height))
        });
        assert!(rolled == new, "moved by {right}, {down}");
    }
    let mut larger = pattern.clone();
    assert!(larger.scale_item(0, 2.5), "there is a first thing");
    let items = larger.items().len();
    assert_eq!(items, pattern.items().len(), "one thing however many layers show it");
}
