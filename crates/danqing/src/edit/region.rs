//! The square of a picture that the model gets to see.

use image::{GrayImage, ImageBuffer, Pixel, RgbaImage};

/// What is left around a mask, as a share of its longer side on each edge.
const MARGIN: f32 = 0.35;
/// The smallest square around a mask, in pixels.
const LEAST_PX: u32 = 64;

/// A square in pixels of the picture; it may reach beyond it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Region {
    left: i64,
    top: i64,
    side: u32,
}

impl Region {
    /// The smallest square around a whole picture, with the picture in its middle.
    pub(super) fn whole(width: u32, height: u32) -> Self {
        let side = width.max(height);
        let half = |length: u32| -i64::from((side - length) / 2);
        Self { left: half(width), top: half(height), side }
    }

    /// A square around everything that `mask` opens; `None` where it opens nothing.
    pub(super) fn around(mask: &GrayImage) -> Option<Self> {
        let (width, height) = mask.dimensions();
        let (mut left, mut top, mut right, mut bottom) = (u32::MAX, u32::MAX, 0, 0);
        for (x, y, _) in mask.enumerate_pixels().filter(|(_, _, pixel)| pixel[0] > 0) {
            (left, right) = (left.min(x), right.max(x));
            (top, bottom) = (top.min(y), bottom.max(y));
        }
        if left > right {
            return None;
        }
        let longer = (right - left + 1).max(bottom - top + 1) as f32;
        let side = ((longer * (1.0 + 2.0 * MARGIN)) as u32).max(LEAST_PX);
        if side >= width.max(height) {
            return Some(Self::whole(width, height));
        }
        // As near to the middle of the mask as the picture allows.
        let start = |low: u32, high: u32, length: u32| {
            let centred = (i64::from(low) + i64::from(high) + 1 - i64::from(side)).div_euclid(2);
            let last = i64::from(length) - i64::from(side);
            if last < 0 { last.div_euclid(2) } else { centred.clamp(0, last) }
        };
        Some(Self { left: start(left, right, width), top: start(top, bottom, height), side })
    }

    pub(super) fn side(&self) -> u32 {
        self.side
    }

    /// Where pixel `x`, `y` of the picture is in the square, if it is.
    pub(super) fn within(&self, x: u32, y: u32) -> Option<(u32, u32)> {
        let at = |place: u32, start: i64| u32::try_from(i64::from(place) - start).ok();
        let (x, y) = (at(x, self.left)?, at(y, self.top)?);
        (x < self.side && y < self.side).then_some((x, y))
    }

    /// The square's part of `picture`; beyond the picture it is transparent, or black.
    pub(super) fn cut<P>(&self, picture: &ImageBuffer<P, Vec<u8>>) -> ImageBuffer<P, Vec<u8>>
    where
        P: Pixel<Subpixel = u8>,
    {
        let mut square = ImageBuffer::new(self.side, self.side);
        for (x, y, pixel) in picture.enumerate_pixels() {
            if let Some((x, y)) = self.within(x, y) {
                square.put_pixel(x, y, *pixel);
            }
        }
        square
    }

    /// The picture's part of a `square` that was painted around a whole picture.
    pub(super) fn lift(&self, square: &RgbaImage, (width, height): (u32, u32)) -> RgbaImage {
        RgbaImage::from_fn(width, height, |x, y| {
            self.within(x, y).map_or(image::Rgba([0; 4]), |(x, y)| *square.get_pixel(x, y))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn squares_hold_the_mask_and_stay_in_the_picture() {
        for (width, height, (left, top, wide, high)) in [
            (500, 300, (400, 20, 90, 60)),
            (500, 300, (0, 0, 3, 3)),
            (300, 500, (200, 400, 100, 100)),
            (90, 700, (10, 300, 60, 80)),
        ] {
            let mask = GrayImage::from_fn(width, height, |x, y| {
                let open = (left..left + wide).contains(&x) && (top..top + high).contains(&y);
                [if open { 255 } else { 0 }].into()
            });
            let region = Region::around(&mask).expect("something is open");
            let corners = [(left, top), (left + wide - 1, top + high - 1)];
            assert!(
                corners.iter().all(|(x, y)| region.within(*x, *y).is_some()),
                "{region:?} holds the mask"
            );
            if region.side <= width.min(height) {
                let (right, bottom) =
                    (region.left + i64::from(region.side), region.top + i64::from(region.side));
                let inside = region.left >= 0 && region.top >= 0;
                assert!(inside && right <= i64::from(width) && bottom <= i64::from(height), "{region:?}");
            }
        }
        assert_eq!(Region::around(&GrayImage::new(9, 9)), None, "nothing is open");
    }

    #[test]
    fn what_is_cut_can_be_put_back() {
        let picture = RgbaImage::from_fn(30, 50, |x, y| [x as u8, y as u8, 7, 255].into());
        let region = Region::whole(30, 50);
        assert!(region.lift(&region.cut(&picture), (30, 50)) == picture, "the same pixels");
    }
}
