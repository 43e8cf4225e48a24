//! The promise of the crate: the same bytes on any number of threads, in a batch or alone, again and again.

use danqing_kernels::{
    Attention, Conv3x3, Cpu, Epilogue, ExtraKeys, Level, Linear, Modulation, attention, layer_norm,
    rms_norm_modulate,
};

/// Values in -1..1 without a pattern that a kernel could meet by chance.
fn noise(seed: u32, count: usize) -> Vec<f32> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 23) as f32 - 1.0
    };
    (0..count).map(|_| next()).collect()
}

const WIDTH: usize = 96;
const TOKENS: usize = 37;
const HEADS: usize = 3;

/// Every kernel in a row, for `batch` pictures of which picture `n` depends on `n` alone.
fn walk(cpu: &Cpu, pictures: &[u32]) -> Vec<Vec<f32>> {
    let batch = pictures.len();
    let stack = |count: usize, salt: u32| -> Vec<f32> {
        pictures.iter().flat_map(|picture| noise(picture * 8 + salt, count)).collect()
    };
    let (shift, scale, gate) = (stack(WIDTH, 1), stack(WIDTH, 2), stack(WIDTH, 3));
    let mut x = stack(TOKENS * WIDTH, 0);
    let mut y = vec![0.0; x.len()];
    let modulation = Modulation { shift: &shift, scale: &scale, rows_per_group: TOKENS };
    rms_norm_modulate(cpu, &x, WIDTH, modulation, 1e-6, &mut y);
    let mut qkv = vec![0.0; 3 * x.len()];
    Linear::new(cpu, &noise(90, 3 * WIDTH * WIDTH), None, WIDTH, 3 * WIDTH).forward(cpu, &y, &mut qkv);
    let (keys_values, prompts) = (stack(9 * 2 * WIDTH, 4), Vec::from_iter(0..batch));
    let lengths: Vec<usize> = pictures.iter().map(|picture| *picture as usize % 10).collect();
    let extra = ExtraKeys { keys_values: &keys_values, tokens: 9, lengths: &lengths, prompts: &prompts };
    let shape = Attention {
        batch,
        tokens: TOKENS,
        heads: HEADS,
        head_dim: WIDTH / HEADS,
        lengths: None,
        extra: Some(extra),
    };
    attention(cpu, &shape, &qkv, &mut y);
    let gated = Epilogue::GatedAdd { gate: &gate, rows_per_gate: TOKENS };
    Linear::new(cpu, &noise(91, WIDTH * WIDTH), Some(&gate[..WIDTH]), WIDTH, WIDTH).forward_with(
        cpu,
        &y,
        Epilogue::Gelu,
        &mut qkv[..batch * TOKENS * WIDTH],
    );
    Linear::new(cpu, &noise(92, WIDTH * WIDTH), None, WIDTH, WIDTH).forward_with(cpu, &y, gated, &mut x);
    let mut hidden = vec![0.0; batch * TOKENS * 50];
    Linear::swiglu(cpu, &noise(93, 100 * WIDTH), None, WIDTH, 50).forward(cpu, &x, &mut hidden);
    layer_norm(cpu, &x, &noise(94, WIDTH), &noise(95, WIDTH), 1e-5, &mut y);
    let per_picture = |values: &[f32], picture: usize| {
        values[picture * values.len() / batch..(picture + 1) * values.len() / batch].to_vec()
    };
    (0..batch)
        .map(|picture| {
            [per_picture(&x, picture), per_picture(&y, picture), per_picture(&hidden, picture)].concat()
        })
        .collect()
}

fn convolve(cpu: &Cpu) -> Vec<f32> {
    let layer = Conv3x3::new(cpu, &noise(1, 9 * 35 * 70), Some(&noise(2, 70)), 35, 70);
    let mut y = noise(4, 21 * 43 * 70);
    layer.forward_with(cpu, &noise(3, 21 * 43 * 35), 21, 43, Epilogue::AddTo, &mut y);
    y
}

#[test]
fn threads_do_not_change_a_bit() {
    for level in Level::available() {
        let alone = Cpu::new(1, level);
        let (pictures, image) = (walk(&alone, &[1, 2, 3]), convolve(&alone));
        for threads in [2, 3, 7] {
            let cpu = Cpu::new(threads, level);
            for _ in 0..3 {
                assert_eq!(walk(&cpu, &[1, 2, 3]), pictures, "{level} on {threads} threads");
                assert_eq!(convolve(&cpu), image, "{level} on {threads} threads");
            }
        }
    }
}

#[test]
fn a_batch_does_not_change_a_bit() {
    for level in Level::available() {
        let cpu = Cpu::new(2, level);
        let together = walk(&cpu, &[5, 6, 7, 8, 9, 10, 11]);
        for (picture, expected) in (5..=11).zip(&together) {
            assert_eq!(&walk(&cpu, &[picture])[0], expected, "{level}, picture {picture} alone");
        }
    }
}
