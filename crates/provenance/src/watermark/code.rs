//! The 64 bits of a mark: 40 of an id, 24 of a keyed check, and the code that carries them.
//!
//! The code is a tail-biting convolutional code of rate 1/3 and constraint length 11, octal generators 2353, 2671 and 3175
//! (Proakis, *Digital Communications*, table of maximum free distance codes of rate 1/3: distance 22). It is decoded from
//! soft values by the wrap-around Viterbi algorithm (Shao, Lin, Fossorier 2003).

use hmac::{Hmac, Mac};
use sha2::Sha256;

use super::{Key, WatermarkId};

/// Bits of a message: id and check.
pub(super) const MESSAGE_BITS: usize = 64;
/// Bits that go into the picture.
pub(super) const CODED_BITS: usize = 3 * MESSAGE_BITS;

const CHECK_BITS: u32 = 24;
const MEMORY: usize = 10;
const STATES: usize = 1 << MEMORY;
const GENERATORS: [usize; 3] = [0o2353, 0o2671, 0o3175];
/// Rounds of the wrap-around; the last one decides.
const ROUNDS: usize = 3;
/// Paths that are checked after one decoding. Each is another chance for a false check of 24 bits.
const CANDIDATES: usize = 2;

/// HMAC-SHA-256 of `parts` under the key: the only source of secrets of a mark.
pub(super) fn keyed(key: &Key, parts: &[&[u8]]) -> [u8; 32] {
    // A key of 32 bytes is never refused, so the other arm is not reached.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&key.0) else { return [0; 32] };
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

/// The message of an id: the id above, the check below.
pub(super) fn message(id: WatermarkId, key: &Key) -> u64 {
    let tag = keyed(key, &[b"danqing watermark check 1", &id.value().to_be_bytes()]);
    let check = u64::from(u32::from_be_bytes([0, tag[0], tag[1], tag[2]]));
    id.value() << CHECK_BITS | check
}

/// The id of a message whose check is right.
pub(super) fn checked(message_bits: u64, key: &Key) -> Option<WatermarkId> {
    let id = WatermarkId::new(message_bits >> CHECK_BITS)?;
    (message(id, key) == message_bits).then_some(id)
}

/// The coded bits of a message as signs, `CODED_BITS` of them.
pub(super) fn encode(message_bits: u64) -> [f32; CODED_BITS] {
    let mut coded = [0.0; CODED_BITS];
    let mut state =
        (0..MEMORY).fold(0, |state, back| step(state, bit(message_bits, MESSAGE_BITS - MEMORY + back)));
    for place in 0..MESSAGE_BITS {
        let input = bit(message_bits, place);
        coded[3 * place..3 * place + 3].copy_from_slice(&outputs(state, input));
        state = step(state, input);
    }
    coded
}

fn bit(message_bits: u64, place: usize) -> usize {
    (message_bits >> (MESSAGE_BITS - 1 - place) & 1) as usize
}

/// The register holds the newest bit on top.
fn step(state: usize, input: usize) -> usize {
    (state | input << MEMORY) >> 1
}

fn outputs(state: usize, input: usize) -> [f32; 3] {
    let register = state | input << MEMORY;
    GENERATORS.map(|generator| if (register & generator).count_ones() % 2 == 1 { 1.0 } else { -1.0 })
}

/// The likeliest messages for soft values (positive means one), best first.
pub(super) fn decode(soft: &[f32; CODED_BITS]) -> Vec<u64> {
    let trellis = Trellis::new();
    let mut metrics = vec![0.0f32; STATES];
    let mut decisions = vec![false; MESSAGE_BITS * STATES];
    for _ in 0..ROUNDS {
        trellis.walk(soft, &mut metrics, &mut decisions);
    }
    let mut ends: Vec<usize> = (0..STATES).collect();
    ends.sort_by(|a, b| metrics[*b].total_cmp(&metrics[*a]).then(a.cmp(b)));
    let mut found = Vec::new();
    for end in ends.into_iter().take(64) {
        let (message_bits, start) = trace(&decisions, end);
        // Only a path that bites its tail is a codeword.
        if start == end && !found.contains(&message_bits) {
            found.push(message_bits);
        }
        if found.len() == CANDIDATES {
            break;
        }
    }
    if found.is_empty() {
        let best = (0..STATES).max_by(|a, b| metrics[*a].total_cmp(&metrics[*b])).unwrap_or(0);
        found.push(trace(&decisions, best).0);
    }
    found
}

/// For each new state, the index of the sign pattern on the branch from each of its two predecessors.
struct Trellis {
    patterns: Vec<[u8; 2]>,
}

impl Trellis {
    fn new() -> Self {
        let pattern = |state: usize, input: usize| {
            outputs(state, input)
                .iter()
                .enumerate()
                .fold(0u8, |bits, (place, sign)| bits | u8::from(*sign > 0.0) << place)
        };
        let patterns = (0..STATES)
            .map(|state| {
                let input = state >> (MEMORY - 1);
                let low = state << 1 & (STATES - 1);
                [pattern(low, input), pattern(low | 1, input)]
            })
            .collect();
        Self { patterns }
    }

    /// One round over the message: metrics in, metrics out, and which predecessor won at each state.
    fn walk(&self, soft: &[f32; CODED_BITS], metrics: &mut Vec<f32>, decisions: &mut [bool]) {
        let mut next = vec![0.0f32; STATES];
        for (place, row) in decisions.chunks_exact_mut(STATES).enumerate() {
            let values = [soft[3 * place], soft[3 * place + 1], soft[3 * place + 2]];
            let gain: [f32; 8] = std::array::from_fn(|pattern| {
                values
                    .iter()
                    .enumerate()
                    .map(|(at, value)| if pattern >> at & 1 == 1 { *value } else { -value })
                    .sum()
            });
            for state in 0..STATES {
                let low = state << 1 & (STATES - 1);
                let [even, odd] = self.patterns[state];
                let from_even = metrics[low] + gain[usize::from(even)];
                let from_odd = metrics[low | 1] + gain[usize::from(odd)];
                row[state] = from_odd > from_even;
                next[state] = from_even.max(from_odd);
            }
            std::mem::swap(metrics, &mut next);
        }
    }
}

/// The message of the path that ends in `end`, and the state it started from.
fn trace(decisions: &[bool], end: usize) -> (u64, usize) {
    let mut state = end;
    let mut message_bits = 0;
    for place in (0..MESSAGE_BITS).rev() {
        let input = state >> (MEMORY - 1);
        message_bits |= (input as u64) << (MESSAGE_BITS - 1 - place);
        state = state << 1 & (STATES - 1) | usize::from(decisions[place * STATES + state]);
    }
    (message_bits, state)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_comes_back_from_its_code() {
        for message_bits in [0, u64::MAX, 0x0123_4567_89ab_cdef, 1, 1 << 63] {
            assert_eq!(decode(&encode(message_bits))[0], message_bits);
        }
    }

    /// Free distance 22: ten wrong signs of equal weight are always repaired.
    #[test]
    fn ten_wrong_signs_are_repaired() {
        let message_bits = 0xfedc_ba98_7654_3210;
        let mut coded = encode(message_bits);
        for wrong in 0..10 {
            coded[(wrong * 53) % CODED_BITS] *= -1.0;
        }
        assert_eq!(decode(&coded)[0], message_bits);
    }

    #[test]
    fn another_key_does_not_pass_the_check() {
        let id = WatermarkId::new(77).unwrap();
        let message_bits = message(id, &Key([1; 32]));
        assert_eq!(checked(message_bits, &Key([1; 32])), Some(id));
        assert_eq!(checked(message_bits, &Key([2; 32])), None);
        assert_eq!(checked(message_bits ^ 1, &Key([1; 32])), None);
    }
}
