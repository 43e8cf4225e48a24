//! Oklab, a space in which equal steps look equal: lightness 0 to 1 and two axes of colour, about -0.3 to 0.3 (Ottosson 2020,
//! "A perceptual color space for image processing").

use std::sync::LazyLock;

/// sRGB's transfer function (IEC 61966-2-1) backwards, for each value of a channel.
static LINEAR: LazyLock<[f32; 256]> = LazyLock::new(|| {
    std::array::from_fn(|value| {
        let value = value as f32 / 255.0;
        if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    })
});

/// An sRGB pixel in linear light, 0 to 1.
pub(crate) fn linear(rgb: [u8; 3]) -> [f32; 3] {
    rgb.map(|value| LINEAR[usize::from(value)])
}

/// The colour of an sRGB pixel.
pub(crate) fn of(rgb: [u8; 3]) -> [f32; 3] {
    let [red, green, blue] = linear(rgb);
    let long = (0.412_221_46 * red + 0.536_332_55 * green + 0.051_445_995 * blue).cbrt();
    let middle = (0.211_903_5 * red + 0.680_699_5 * green + 0.107_396_96 * blue).cbrt();
    let short = (0.088_302_46 * red + 0.281_718_85 * green + 0.629_978_7 * blue).cbrt();
    [
        0.210_454_26 * long + 0.793_617_8 * middle - 0.004_072_047 * short,
        1.977_998_5 * long - 2.428_592_2 * middle + 0.450_593_7 * short,
        0.025_904_037 * long + 0.782_771_77 * middle - 0.808_675_77 * short,
    ]
}

/// The sRGB pixel of a colour, 0 to 255, cut where the colour is outside sRGB.
pub(crate) fn rgb([lightness, a, b]: [f32; 3]) -> [f32; 3] {
    let long = (lightness + 0.396_337_78 * a + 0.215_803_76 * b).powi(3);
    let middle = (lightness - 0.105_561_346 * a - 0.063_854_17 * b).powi(3);
    let short = (lightness - 0.089_484_18 * a - 1.291_485_5 * b).powi(3);
    [
        4.076_741_7 * long - 3.307_711_6 * middle + 0.230_969_94 * short,
        -1.268_438 * long + 2.609_757_4 * middle - 0.341_319_38 * short,
        -0.004_196_086_3 * long - 0.703_418_6 * middle + 1.707_614_7 * short,
    ]
    .map(|value| 255.0 * encoded(value.clamp(0.0, 1.0)))
}

fn encoded(value: f32) -> f32 {
    if value <= 0.003_130_8 { value * 12.92 } else { 1.055 * value.powf(1.0 / 2.4) - 0.055 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_colours() {
        // Ottosson's table of conversions gives white; the primaries are CSS Color 4's.
        for (colour, wanted) in [
            ([255, 255, 255], [1.0, 0.0, 0.0]),
            ([255, 0, 0], [0.627_96, 0.224_86, 0.125_85]),
            ([0, 0, 255], [0.452_01, -0.032_46, -0.311_53]),
        ] {
            let found = of(colour);
            let off = (0..3).map(|axis| (found[axis] - wanted[axis]).abs()).fold(0.0, f32::max);
            assert!(off < 1e-3, "{colour:?}: {found:?}");
        }
    }

    #[test]
    fn colours_come_back() {
        for code in (0..1u32 << 24).step_by(4099) {
            let [_, red, green, blue] = code.to_be_bytes();
            let back = rgb(of([red, green, blue])).map(|value| value.round() as u8);
            assert_eq!(back, [red, green, blue], "there and back");
        }
    }
}
