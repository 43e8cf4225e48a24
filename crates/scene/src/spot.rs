//! Places of a picture that hang together.

use std::ops::RangeInclusive;

/// Set places that hang together at their sides.
#[derive(Debug)]
pub struct Spot {
    /// By number, row by row, in order.
    pub places: Vec<usize>,
    /// From the leftmost to the rightmost.
    pub columns: RangeInclusive<usize>,
    /// From the topmost to the lowest.
    pub rows: RangeInclusive<usize>,
}

impl Spot {
    /// All spots of the set `flags`, which lie in rows of `width`; each is taken out of them as it is found.
    pub fn all(flags: &mut [bool], width: usize) -> impl Iterator<Item = Self> {
        (0..flags.len()).filter_map(move |start| Self::take(flags, width, start))
    }

    /// The spot of the flag at `start`, taken out of `flags`; none where it is not set.
    fn take(flags: &mut [bool], width: usize, start: usize) -> Option<Self> {
        if !std::mem::take(&mut flags[start]) {
            return None;
        }
        let (mut places, mut looked) = (vec![start], 0);
        let (mut left, mut right) = (start % width, start % width);
        while let Some(&place) = places.get(looked) {
            looked += 1;
            let column = place % width;
            (left, right) = (left.min(column), right.max(column));
            let beside = [
                (column > 0).then(|| place - 1),
                (column + 1 < width).then_some(place + 1),
                place.checked_sub(width),
                Some(place + width).filter(|below| *below < flags.len()),
            ];
            places.extend(beside.into_iter().flatten().filter(|&place| std::mem::take(&mut flags[place])));
        }
        places.sort_unstable();
        let rows = places[0] / width..=places[places.len() - 1] / width;
        Some(Self { places, columns: left..=right, rows })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spots_are_found_whole_and_once() {
        let mut flags: Vec<bool> = "..##.....##......#".chars().map(|flag| flag == '#').collect();
        let spots: Vec<_> =
            Spot::all(&mut flags, 6).map(|spot| (spot.places, spot.columns, spot.rows)).collect();
        let square = (vec![2, 3, 9, 10], 2..=4, 0..=1);
        assert_eq!(spots, [square, (vec![17], 5..=5, 2..=2)], "both, by their first places");
        assert!(!flags.contains(&true), "taken");
    }
}
