//! Time that a painted thing of 512 pixels a side takes to get its colour or its skin, or to become flat, and that one of 128 takes
//! to become smooth: `cargo bench -p danqing-scene`.

use criterion::{BatchSize, Criterion};
use danqing_scene::{flatten, skin, smooth, tint};
use image::{Rgba, RgbaImage};

const SIDE: u32 = 512;

/// A head with hair, eyes and a shirt, shaded and slightly uneven as painted pictures are, with edges four pixels wide.
fn head() -> RgbaImage {
    let disc = |x: u32, y: u32, (column, row, radius): (f32, f32, f32)| {
        let away = (x as f32 - column).hypot(y as f32 - row);
        ((radius - away) / 4.0 + 0.5).clamp(0.0, 1.0)
    };
    RgbaImage::from_fn(SIDE, SIDE, |x, y| {
        let grain = ((x * 31 + y * 17) % 7) as f32 - 3.0;
        let shade = 12.0 * (y as f32 / SIDE as f32 - 0.5) - grain;
        let parts = [
            ((256.0, 230.0, 170.0), [60.0, 40.0, 30.0]),
            ((256.0, 520.0, 150.0), [40.0, 90.0, 160.0]),
            ((256.0, 270.0, 130.0), [190.0, 150.0, 110.0]),
            ((210.0, 260.0, 14.0), [20.0, 20.0, 20.0]),
            ((302.0, 260.0, 14.0), [20.0, 20.0, 20.0]),
        ];
        let (colour, alpha) =
            parts.into_iter().fold(([0.0f32; 3], 0.0f32), |(under, alpha), (place, over)| {
                let cover = disc(x, y, place);
                ([0, 1, 2].map(|axis| under[axis] + cover * (over[axis] - under[axis])), alpha.max(cover))
            });
        let [r, g, b] = colour.map(|value| (value - shade).clamp(0.0, 255.0) as u8);
        Rgba([r, g, b, (255.0 * alpha) as u8])
    })
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let head = head();
    criterion.bench_function("skin", |bencher| {
        bencher.iter_batched_ref(|| head.clone(), |picture| skin::tone(picture, 9), BatchSize::LargeInput);
    });
    criterion.bench_function("colour", |bencher| {
        bencher.iter_batched_ref(
            || head.clone(),
            |picture| tint(picture, [40, 160, 60]),
            BatchSize::LargeInput,
        );
    });
    criterion.bench_function("flat", |bencher| {
        bencher.iter_batched_ref(|| head.clone(), |picture| flatten(picture, 1.0), BatchSize::LargeInput);
    });
    let small = image::imageops::thumbnail(&head, SIDE / 4, SIDE / 4);
    criterion.bench_function("smooth", |bencher| {
        bencher.iter_batched_ref(|| small.clone(), smooth, BatchSize::LargeInput);
    });
    criterion.final_summary();
}
