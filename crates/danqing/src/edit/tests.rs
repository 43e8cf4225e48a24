//! What an edit promises, judged by the pixels.

use image::Rgba;

use super::*;

fn picture(width: u32, height: u32) -> Arc<RgbaImage> {
    let pixel = |x: u32, y: u32| [(x * 7) as u8, (y * 5) as u8, (x + y) as u8, if x < 9 { 0 } else { 255 }];
    Arc::new(RgbaImage::from_fn(width, height, |x, y| pixel(x, y).into()))
}

fn strength() -> Strength {
    Strength::new(DEFAULT_STRENGTH).expect("in range")
}

fn disc(width: u32, height: u32, (cx, cy, radius): (f32, f32, f32)) -> GrayImage {
    GrayImage::from_fn(width, height, |x, y| {
        [if (x as f32 - cx).hypot(y as f32 - cy) < radius { 255 } else { 0 }].into()
    })
}

/// Whatever is painted, outside the mask every byte stays, hidden colours too; inside it is there.
#[test]
fn nothing_changes_outside_the_mask() {
    let painted = RgbaImage::from_pixel(512, 512, Rgba([255, 0, 128, 255]));
    for (width, height) in [(400, 300), (300, 400), (128, 128), (50, 77), (1001, 33)] {
        let picture = picture(width, height);
        let (w, h) = (width as f32, height as f32);
        for mask in [
            disc(width, height, (0.3 * w, 0.6 * h, 0.2 * w.min(h))),
            disc(width, height, (0.0, 0.0, 0.5 * h)),
            disc(64, 64, (30.0, 30.0, 12.0)),
            GrayImage::from_fn(width, height, |x, _| [if x == width / 2 { 255 } else { 0 }].into()),
        ] {
            for area in [Area::Whole, Area::Masked] {
                let edit = Edit::new(picture.clone(), Some(&mask), strength(), area).expect("sound");
                let result = edit.finish(&painted);
                let mask = fitted(&mask, width, height);
                let mut changed = 0;
                for ((before, after), open) in picture.pixels().zip(result.pixels()).zip(mask.pixels()) {
                    assert!(open[0] > 0 || before == after, "{width}x{height} {area:?}: outside");
                    changed += u32::from(*after == Rgba([255, 0, 128, 255]));
                }
                assert!(changed > 0, "{width}x{height} {area:?}: something is painted");
            }
        }
    }
}

#[test]
fn edges_fade_inside() {
    let picture = Arc::new(RgbaImage::from_pixel(512, 512, Rgba([0, 0, 0, 255])));
    let mask = GrayImage::from_fn(512, 512, |x, _| [if x >= 256 { 255 } else { 0 }].into());
    let edit = Edit::new(picture, Some(&mask), strength(), Area::Whole).expect("sound");
    let result = edit.finish(&RgbaImage::from_pixel(128, 128, Rgba([200, 200, 200, 255])));
    let row: Vec<u8> = (0..512).map(|x| result.get_pixel(x, 100)[0]).collect();
    assert!(row.is_sorted() && row[255] == 0 && row[511] == 200, "from old to new");
    assert!(row.windows(2).all(|pair| pair[1] - pair[0] <= 30), "without a step");
    assert_eq!(row[264], 200, "within an eighth of a cell of the model");
}

#[test]
fn the_model_sees_what_the_area_says() {
    let picture = picture(600, 400);
    let mask = disc(600, 400, (450.0, 100.0, 30.0));
    let side = |area| Edit::new(picture.clone(), Some(&mask), strength(), area).expect("sound").side_px();
    assert_eq!(side(Area::Whole), 600, "all of it");
    assert!((60..150).contains(&side(Area::Masked)), "the mask and a margin: {}", side(Area::Masked));
    let edit = Edit::new(picture, Some(&mask), strength(), Area::Masked).expect("sound");
    let Start::Masked { image, mask, .. } = edit.start() else { panic!("a masked start") };
    assert_eq!(
        (image.dimensions(), mask.dimensions()),
        ((edit.side_px(), edit.side_px()), image.dimensions()),
        "square"
    );
    assert_eq!(mask.get_pixel(edit.side_px() / 2, edit.side_px() / 2)[0], 255, "open in the middle");
}

#[test]
fn without_a_mask_all_is_painted_at_the_size_of_the_picture() {
    let edit = Edit::new(picture(300, 200), None, strength(), Area::Whole).expect("sound");
    let square = RgbaImage::from_fn(300, 300, |x, y| [x as u8, y as u8, 0, 255].into());
    let result = edit.finish(&square);
    assert_eq!(result.dimensions(), (300, 200), "the picture's size");
    assert_eq!(result.get_pixel(10, 0).0, [10, 50, 0, 255], "from the middle of the square");
    assert!(matches!(edit.start(), Start::Image { .. }), "no mask");
}

#[test]
fn masks_are_read_as_brushes_leave_them() {
    let drawn = RgbaImage::from_fn(3, 1, |x, _| {
        [[255, 255, 255, 255], [0, 0, 0, 255], [255, 255, 255, 0]][x as usize].into()
    });
    let values = |painted| mask(&drawn, painted).into_raw();
    assert_eq!(values(Painted::White), [255, 0, 0], "white and opaque");
    assert_eq!(values(Painted::Black), [0, 255, 255], "inverted");
}

#[test]
fn what_cannot_be_edited_is_refused() {
    let new = |picture, mask: Option<&GrayImage>| Edit::new(picture, mask, strength(), Area::Whole).map(drop);
    assert_eq!(new(Arc::default(), None), Err(Fault::Empty), "no pixels");
    assert_eq!(new(picture(9, 9), Some(&GrayImage::new(9, 9))), Err(Fault::EmptyMask), "black");
    assert_eq!(new(picture(9, 9), Some(&GrayImage::new(0, 0))), Err(Fault::Empty), "no mask");
    assert_eq!(new(Arc::new(RgbaImage::new(8000, 6000)), None), Err(Fault::Large), "large");
}
