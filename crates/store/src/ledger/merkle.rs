//! The Merkle tree over the entries.
//!
//! Source: RFC 6962, section 2.1 (tree, proofs); RFC 9162, sections 2.1.3.2 and 2.1.4.2 (checking proofs).

use std::ops::Range;

use crate::secret::sha256;

/// SHA-256 of a leaf or of a subtree.
pub type Hash = [u8; 32];

/// A complete subtree: `2^level` leaves, the `place`-th of its size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Node {
    pub(crate) level: u32,
    pub(crate) place: u64,
}

/// The hash of an entry as a leaf.
pub fn leaf_hash(entry: &[u8]) -> Hash {
    sha256(&[&[0], entry])
}

/// The hash over two subtrees.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    sha256(&[&[1], left, right])
}

/// The complete subtrees that make up `leaves`, from left to right.
///
/// `leaves` starts at a multiple of the smallest power of two that holds it, as every subtree of the RFC does.
pub(crate) fn peaks(leaves: Range<u64>) -> Vec<Node> {
    let mut peaks = Vec::new();
    let mut start = leaves.start;
    while start < leaves.end {
        let fits = (leaves.end - start).ilog2();
        let level = if start == 0 { fits } else { fits.min(start.trailing_zeros()) };
        peaks.push(Node { level, place: start >> level });
        start += 1 << level;
    }
    peaks
}

/// The hash over peaks, from left to right; of no peaks that of nothing.
pub(crate) fn fold(peaks: &[Hash]) -> Hash {
    let mut peaks = peaks.iter().rev();
    let Some(last) = peaks.next() else { return sha256(&[]) };
    peaks.fold(*last, |right, left| node_hash(left, &right))
}

/// The subtrees of the audit path of leaf `index` in a tree of `size` leaves, from the leaf upwards.
pub(crate) fn inclusion(index: u64, size: u64) -> Vec<Range<u64>> {
    let mut path = Vec::new();
    let mut whole = 0..size;
    while whole.end - whole.start > 1 {
        let middle = whole.start + split(whole.end - whole.start);
        if index < middle {
            path.push(middle..whole.end);
            whole.end = middle;
        } else {
            path.push(whole.start..middle);
            whole.start = middle;
        }
    }
    path.reverse();
    path
}

/// The subtrees that prove that the tree of `first` leaves begins that of `second`.
pub(crate) fn consistency(first: u64, second: u64) -> Vec<Range<u64>> {
    if first == 0 || first == second {
        return Vec::new();
    }
    let mut path = Vec::new();
    let mut whole = 0..second;
    while whole.end != first {
        let middle = whole.start + split(whole.end - whole.start);
        if first <= middle {
            path.push(middle..whole.end);
            whole.end = middle;
        } else {
            path.push(whole.start..middle);
            whole.start = middle;
        }
    }
    // The old root itself is known to whoever checks; an inner subtree of it is not.
    if whole.start > 0 {
        path.push(whole);
    }
    path.reverse();
    path
}

/// The largest power of two below `leaves`.
fn split(leaves: u64) -> u64 {
    1 << (leaves - 1).ilog2()
}

/// Whether `path` shows that the leaf of hash `leaf` is the `index`-th of the tree of `size` leaves and of `root`.
pub fn proves_inclusion(leaf: &Hash, index: u64, size: u64, path: &[Hash], root: &Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut node, mut last) = (index, size - 1);
    let mut hash = *leaf;
    for step in path {
        if last == 0 {
            return false;
        }
        if node & 1 == 1 || node == last {
            hash = node_hash(step, &hash);
            while node & 1 == 0 && node != 0 {
                (node, last) = (node >> 1, last >> 1);
            }
        } else {
            hash = node_hash(&hash, step);
        }
        (node, last) = (node >> 1, last >> 1);
    }
    last == 0 && hash == *root
}

/// Whether `path` shows that the tree of `first` leaves begins that of `second`.
pub fn proves_consistency(
    (first, first_root): (u64, &Hash),
    (second, second_root): (u64, &Hash),
    path: &[Hash],
) -> bool {
    if first == second {
        return path.is_empty() && first_root == second_root;
    }
    if first == 0 || first > second {
        return first == 0 && path.is_empty();
    }
    let (mut node, mut last) = (first - 1, second - 1);
    while node & 1 == 1 {
        (node, last) = (node >> 1, last >> 1);
    }
    let (start, rest) = match path.split_first() {
        _ if first.is_power_of_two() => (first_root, path),
        Some((start, rest)) => (start, rest),
        None => return false,
    };
    let (mut old, mut new) = (*start, *start);
    for step in rest {
        if last == 0 {
            return false;
        }
        if node & 1 == 1 || node == last {
            (old, new) = (node_hash(step, &old), node_hash(step, &new));
            while node & 1 == 0 && node != 0 {
                (node, last) = (node >> 1, last >> 1);
            }
        } else {
            new = node_hash(&new, step);
        }
        (node, last) = (node >> 1, last >> 1);
    }
    last == 0 && old == *first_root && new == *second_root
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::hex;

    /// The tree by the definition of the RFC.
    fn tree(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => sha256(&[]),
            [leaf] => *leaf,
            _ => {
                let (left, right) = leaves.split_at(split(leaves.len() as u64) as usize);
                node_hash(&tree(left), &tree(right))
            }
        }
    }

    fn leaves(count: u64) -> Vec<Hash> {
        (0..count).map(|number| leaf_hash(&number.to_be_bytes())).collect()
    }

    fn hashes(leaves: &[Hash], ranges: Vec<Range<u64>>) -> Vec<Hash> {
        ranges.into_iter().map(|range| tree(&leaves[range.start as usize..range.end as usize])).collect()
    }

    #[test]
    fn roots_are_those_published_with_certificate_transparency() {
        // The inputs and roots of the reference implementation's tests of RFC 6962.
        let inputs: [&[u8]; 3] = [b"", b"\x00", b"\x10"];
        let leaves: Vec<Hash> = inputs.iter().map(|input| leaf_hash(input)).collect();
        let root = |count: usize| hex(&tree(&leaves[..count]));
        assert_eq!(root(0), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        assert_eq!(root(1), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
        assert_eq!(root(2), "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125");
        assert_eq!(root(3), "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77");
    }

    #[test]
    fn peaks_fold_to_the_root() {
        let leaves = leaves(70);
        for size in 0..=70_usize {
            let peaks: Vec<Hash> = peaks(0..size as u64)
                .into_iter()
                .map(|Node { level, place }| {
                    let start = (place as usize) << level;
                    tree(&leaves[start..start + (1 << level)])
                })
                .collect();
            assert_eq!(fold(&peaks), tree(&leaves[..size]), "{size}");
        }
    }

    #[test]
    fn every_inclusion_is_proved_and_no_other() {
        let leaves = leaves(33);
        for size in 1..=33_u64 {
            let root = tree(&leaves[..size as usize]);
            for index in 0..size {
                let path = hashes(&leaves, inclusion(index, size));
                let leaf = &leaves[index as usize];
                assert!(proves_inclusion(leaf, index, size, &path, &root), "{index} of {size}");
                let other = &leaves[(index as usize + 1) % 33];
                assert!(!proves_inclusion(other, index, size, &path, &root), "{index} of {size}");
                assert!(!proves_inclusion(leaf, index + 1, size, &path, &root), "{index} of {size}");
            }
        }
    }

    #[test]
    fn every_growth_is_proved_and_no_rewriting() {
        let leaves = leaves(33);
        let forged = leaf_hash(b"forged");
        for second in 1..=33_u64 {
            let new = tree(&leaves[..second as usize]);
            for first in 1..=second {
                let old = tree(&leaves[..first as usize]);
                let path = hashes(&leaves, consistency(first, second));
                assert!(proves_consistency((first, &old), (second, &new), &path), "{first} to {second}");
                let mut rewritten = leaves[..first as usize].to_vec();
                rewritten[first as usize / 2] = forged;
                let old = tree(&rewritten);
                assert!(!proves_consistency((first, &old), (second, &new), &path), "{first} to {second}");
            }
        }
    }
}
