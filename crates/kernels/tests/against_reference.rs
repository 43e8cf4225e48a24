//! Every kernel at every level of this machine against plain f64, over shapes with tails.

use danqing_kernels::reference::{self, Rounding};
use danqing_kernels::{
    Attention, Conv3x3, Cpu, Epilogue, ExtraKeys, Level, Linear, Modulation, attention, layer_norm,
    pixel_shuffle, rms_norm_modulate,
};
use proptest::prelude::*;

/// Values in -1..1 that depend on the seed alone (`SplitMix64`; Steele, Lea and Flood 2014).
fn noise(seed: u64, count: usize) -> Vec<f32> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) >> 40
    };
    (0..count).map(|_| next() as f32 / (1_u32 << 23) as f32 - 1.0).collect()
}

fn cpus() -> Vec<Cpu> {
    Level::available().into_iter().map(|level| Cpu::new(2, level)).collect()
}

/// The bound that `Linear` and `Conv3x3` state, plus the epilogue's own error.
fn assert_close(found: &[f32], expected: &[f64], bounds: &[f64], what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}: lengths differ");
    for (index, ((found, expected), bound)) in found.iter().zip(expected).zip(bounds).enumerate() {
        let error = (f64::from(*found) - expected).abs();
        assert!(error <= *bound, "{what}: `{found}` for `{expected}` at {index}, bound `{bound}`");
    }
}

fn product_bound(features: usize, magnitude: f64) -> f64 {
    features as f64 * 2.0_f64.powi(-22) * magnitude
}

struct Slices {
    slopes: Vec<f32>,
    gate: Vec<f32>,
    rows_per_gate: usize,
}

impl Slices {
    fn new(rows: usize, columns: usize) -> Self {
        let rows_per_gate = if rows.is_multiple_of(2) { rows / 2 } else { rows };
        let gate = noise(5, rows / rows_per_gate * columns);
        Self { slopes: noise(4, columns), gate, rows_per_gate }
    }

    fn epilogues(&self) -> [Epilogue<'_>; 8] {
        [
            Epilogue::None,
            Epilogue::Relu,
            Epilogue::Prelu { slopes: &self.slopes },
            Epilogue::Prelu { slopes: &self.slopes[..1] },
            Epilogue::Silu,
            Epilogue::Gelu,
            Epilogue::AddTo,
            Epilogue::GatedAdd { gate: &self.gate, rows_per_gate: self.rows_per_gate },
        ]
    }
}

fn check_epilogues(
    sums: &[(f64, f64)],
    features: usize,
    columns: usize,
    what: &str,
    run: impl Fn(Epilogue<'_>, &mut [f32]),
) {
    let slices = Slices::new(sums.len() / columns, columns);
    for epilogue in slices.epilogues() {
        let old = noise(9, sums.len());
        let mut y = old.clone();
        run(epilogue, &mut y);
        let expected: Vec<f64> = (sums.iter().zip(&old).enumerate())
            .map(|(index, ((sum, _), old))| {
                let (row, column) = (index / columns, index % columns);
                reference::epilogue(epilogue, *sum, f64::from(*old), row, column, columns)
            })
            .collect();
        // No epilogue has a slope above 1.13 (gelu's largest); the rest is its own rounding.
        let bounds: Vec<f64> = (sums.iter())
            .map(|(sum, magnitude)| 1.2 * product_bound(features, *magnitude) + 1e-6 * (1.0 + sum.abs()))
            .collect();
        assert_close(&y, &expected, &bounds, &format!("{what} {epilogue:?}"));
    }
}

fn check_linear(rows: usize, inputs: usize, outputs: usize, biased: bool) {
    let (x, weight) = (noise(1, rows * inputs), noise(2, inputs * outputs));
    let bias = noise(3, outputs);
    let bias = biased.then_some(&bias[..]);
    for cpu in cpus() {
        let layers = [
            (Linear::new(&cpu, &weight, bias, inputs, outputs), Rounding::of_linear(cpu.level())),
            (Linear::precise(&cpu, &weight, bias, inputs, outputs), Rounding::of(cpu.level())),
        ];
        for (layer, rounding) in layers {
            let sums = reference::linear(&x, &weight, bias, inputs, rounding);
            let what = format!("linear {rows}x{inputs}x{outputs} {}, {rounding:?}", cpu.level());
            check_epilogues(&sums, inputs + 1, outputs, &what, |epilogue, y| {
                layer.forward_with(&cpu, &x, epilogue, y)
            });
        }
    }
}

/// Half a step of either factor's row times the other factor, and the product of the two halves.
fn check_quantisation(rows: usize, inputs: usize, outputs: usize) {
    let Some(cpu) = cpus().into_iter().find(|cpu| cpu.level() == Level::Avx512Int8) else { return };
    let (x, weight) = (noise(1, rows * inputs), noise(2, inputs * outputs));
    let mut y = vec![0.0; rows * outputs];
    Linear::new(&cpu, &weight, None, inputs, outputs).forward(&cpu, &x, &mut y);
    let sums = reference::linear(&x, &weight, None, inputs, Rounding::Exact);
    let expected: Vec<f64> = sums.iter().map(|(sum, _)| *sum).collect();
    let half_step = |row: &[f32]| row.iter().fold(0.0, |step: f64, x| step.max(f64::from(x.abs()) / 254.0));
    let size = |row: &[f32]| row.iter().map(|x| f64::from(x.abs())).sum::<f64>();
    let bound = |x: &[f32], weight: &[f32]| {
        let (left, right) = (half_step(x), half_step(weight));
        1.000_001 * (size(x) * right + size(weight) * left + inputs as f64 * left * right) + 1e-6
    };
    let pairs =
        x.chunks_exact(inputs).flat_map(|x| weight.chunks_exact(inputs).map(move |weight| (x, weight)));
    let bounds: Vec<f64> = pairs.map(|(x, weight)| bound(x, weight)).collect();
    assert_close(&y, &expected, &bounds, &format!("quantised {rows}x{inputs}x{outputs}"));
}

fn check_swiglu(rows: usize, inputs: usize, hidden: usize) {
    let (x, weight, bias) = (noise(1, rows * inputs), noise(2, 2 * inputs * hidden), noise(3, 2 * hidden));
    for cpu in cpus() {
        let layer = Linear::swiglu(&cpu, &weight, Some(&bias), inputs, hidden);
        let mut y = vec![0.0; rows * hidden];
        layer.forward(&cpu, &x, &mut y);
        let sums = reference::linear(&x, &weight, Some(&bias), inputs, Rounding::of_linear(cpu.level()));
        let pairs = sums.chunks_exact(2 * hidden).flat_map(|row| row[..hidden].iter().zip(&row[hidden..]));
        let (expected, bounds): (Vec<f64>, Vec<f64>) = pairs
            .map(|((gate, gate_size), (up, up_size))| {
                let (gate_error, up_error) =
                    (product_bound(inputs + 1, *gate_size), product_bound(inputs + 1, *up_size));
                let error = 1.2 * (gate_error * (up.abs() + up_error) + up_error * (gate.abs() + gate_error));
                (reference::silu(*gate) * up, error + 1e-6 * (1.0 + (gate * up).abs()))
            })
            .unzip();
        assert_close(&y, &expected, &bounds, &format!("swiglu {rows}x{inputs}x{hidden} {}", cpu.level()));
    }
}

fn check_convolution(height: usize, width: usize, inputs: usize, outputs: usize) {
    let (x, weight) = (noise(1, height * width * inputs), noise(2, 9 * inputs * outputs));
    let bias = noise(3, outputs);
    for cpu in cpus() {
        let layer = Conv3x3::new(&cpu, &weight, Some(&bias), inputs, outputs);
        let rounding = Rounding::of(cpu.level());
        let sums = reference::conv3x3(&x, &weight, Some(&bias), (height, width), (inputs, outputs), rounding);
        let what = format!("conv {height}x{width} {inputs}->{outputs} {}", cpu.level());
        check_epilogues(&sums, 9 * inputs + 1, outputs, &what, |epilogue, y| {
            layer.forward_with(&cpu, &x, height, width, epilogue, y);
        });
    }
}

/// The 8-bit codes of an image and of a kernel as [`Conv3x3::quantised`] states them, multiplied out again.
fn codes_of_convolution(
    x: &[f32],
    weight: &[f32],
    ranges: &[[f32; 2]],
    outputs: usize,
) -> (Vec<f32>, Vec<f32>) {
    let inputs = ranges.len();
    let units: Vec<f32> =
        ranges.iter().map(|[least, most]| (most.max(0.0) - least.min(0.0)) / 255.0).collect();
    let x = x.iter().enumerate().map(|(index, x)| {
        let (unit, zero) =
            (units[index % inputs], (-ranges[index % inputs][0].min(0.0) / units[index % inputs]).round());
        ((x * (1.0 / unit) + zero).round_ties_even().clamp(0.0, 255.0) - zero) * unit
    });
    let weight = weight.chunks_exact(9 * inputs).flat_map(|kernel| {
        let scaled: Vec<f32> = kernel.iter().enumerate().map(|(index, w)| w * units[index / 9]).collect();
        let scale = scaled.iter().fold(0.0f32, |most, w| w.abs().max(most)) / 127.0;
        let back = |(index, w): (usize, f32)| (w / scale).round_ties_even() * scale / units[index / 9];
        scaled.into_iter().enumerate().map(back).collect::<Vec<f32>>()
    });
    let (x, weight): (Vec<f32>, Vec<f32>) = (x.collect(), weight.collect());
    assert_eq!(weight.len(), 9 * inputs * outputs, "a kernel for each output");
    (x, weight)
}

/// In 8 bits: what the codes stand for is multiplied exactly, and values beyond the ranges are cut.
fn check_quantised_convolution(height: usize, width: usize, inputs: usize, outputs: usize) {
    let (x, weight) = (noise(1, height * width * inputs), noise(2, 9 * inputs * outputs));
    let bias = noise(3, outputs);
    let ranges: Vec<[f32; 2]> =
        (0..inputs).map(|input| [-0.9 + 0.05 * input as f32, 0.5 + 0.1 * (input % 7) as f32]).collect();
    let (near_x, near_weight) = codes_of_convolution(&x, &weight, &ranges, outputs);
    for cpu in cpus() {
        let layer = Conv3x3::quantised(&cpu, &weight, Some(&bias), &ranges, inputs, outputs);
        let is_int8 = cpu.level() == Level::Avx512Int8 && inputs.is_multiple_of(16);
        let (x_seen, weight_seen, rounding) = match is_int8 {
            true => (&near_x, &near_weight, Rounding::Exact),
            false => (&x, &weight, Rounding::of(cpu.level())),
        };
        let sums = reference::conv3x3(
            x_seen,
            weight_seen,
            Some(&bias),
            (height, width),
            (inputs, outputs),
            rounding,
        );
        let what = format!("8-bit conv {height}x{width} {inputs}->{outputs} {}", cpu.level());
        check_epilogues(&sums, 9 * inputs + 1, outputs, &what, |epilogue, y| {
            layer.forward_with(&cpu, &x, height, width, epilogue, y);
        });
    }
}

/// Own lengths, extra lengths and prompts that exercise padding.
fn check_attention(batch: usize, tokens: usize, heads: usize, head_dim: usize, extra_tokens: usize) {
    let width = heads * head_dim;
    let qkv: Vec<f32> = noise(1, batch * tokens * 3 * width).iter().map(|x| 2.0 * x).collect();
    let keys_values = noise(2, 2 * extra_tokens * 2 * width);
    let lengths: Vec<usize> = (0..batch).map(|entry| tokens - entry.min(tokens - 1)).collect();
    let prompts: Vec<usize> = (0..batch).map(|entry| entry % 2).collect();
    let extra_lengths = [extra_tokens, extra_tokens / 2];
    let extra = ExtraKeys {
        keys_values: &keys_values,
        tokens: extra_tokens,
        lengths: &extra_lengths,
        prompts: &prompts,
    };
    for extra in [None, Some(extra)] {
        for lengths in [None, Some(&lengths[..])] {
            let shape = Attention { batch, tokens, heads, head_dim, lengths, extra };
            let expected = reference::attention(&shape, &qkv);
            for cpu in cpus() {
                let mut out = vec![f32::NAN; batch * tokens * width];
                attention(&cpu, &shape, &qkv, &mut out);
                let bound = if Rounding::of(cpu.level()) == Rounding::Bf16 { 2e-2 } else { 2e-5 };
                let what =
                    format!("attention {batch}x{tokens}x{heads}x{head_dim}+{extra_tokens} {}", cpu.level());
                assert_close(&out, &expected, &vec![2.0 * bound; out.len()], &what);
            }
        }
    }
}

fn check_norms(groups: usize, rows_per_group: usize, width: usize) {
    let rows = groups * rows_per_group;
    let x: Vec<f32> = noise(1, rows * width).iter().map(|x| 3.0 * x + 0.5).collect();
    let (shift, scale) = (noise(2, groups * width), noise(3, groups * width));
    let modulation = Modulation { shift: &shift, scale: &scale, rows_per_group };
    let expected = reference::rms_norm_modulate(&x, width, modulation, 1e-6);
    let affine = reference::layer_norm(&x, &shift[..width], &scale[..width], 1e-5);
    for cpu in cpus() {
        let mut y = vec![f32::NAN; x.len()];
        rms_norm_modulate(&cpu, &x, width, modulation, 1e-6, &mut y);
        let bounds: Vec<f64> = expected.iter().map(|value| 1e-5 * (1.0 + value.abs())).collect();
        assert_close(&y, &expected, &bounds, &format!("rms norm {rows}x{width} {}", cpu.level()));
        layer_norm(&cpu, &x, &shift[..width], &scale[..width], 1e-5, &mut y);
        let largest = affine.iter().fold(1.0, |largest: f64, value| largest.max(value.abs()));
        assert_close(&y, &affine, &vec![1e-5 * largest; y.len()], &format!("layer norm {rows}x{width}"));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn linear_is_close(rows in 1_usize..70, inputs in 1_usize..100, outputs in 1_usize..80, biased: bool) {
        check_linear(rows, inputs, outputs, biased);
    }

    #[test]
    fn quantised_is_close(rows in 1_usize..40, inputs in 1_usize..100, outputs in 1_usize..80) {
        check_quantisation(rows, inputs, outputs);
    }

    #[test]
    fn swiglu_is_close(rows in 1_usize..40, inputs in 1_usize..70, hidden in 1_usize..50) {
        check_swiglu(rows, inputs, hidden);
    }

    #[test]
    fn convolution_is_close(height in 1_usize..9, width in 1_usize..40, inputs in 1_usize..36, outputs in 1_usize..40) {
        check_convolution(height, width, inputs, outputs);
    }

    #[test]
    fn attention_is_close(
        batch in 1_usize..4, tokens in 1_usize..70, heads in 1_usize..4, head_dim in 1_usize..70, extra in 0_usize..45,
    ) {
        check_attention(batch, tokens, heads, head_dim, extra);
    }

    #[test]
    fn norms_are_close(groups in 1_usize..4, rows in 1_usize..9, width in 1_usize..100) {
        check_norms(groups, rows, width);
    }
}

#[test]
fn shapes_of_the_models_are_close() {
    check_linear(70, 384, 1152, true);
    check_linear(17, 1024, 384, false);
    check_quantisation(70, 384, 1152);
    check_quantisation(17, 1024, 384);
    check_swiglu(33, 384, 1024);
    check_convolution(16, 16, 96, 96);
    check_convolution(9, 64, 48, 48);
    check_convolution(5, 17, 3, 4);
    check_quantised_convolution(16, 16, 128, 128);
    check_quantised_convolution(9, 64, 48, 16);
    check_quantised_convolution(5, 17, 16, 70);
    check_quantised_convolution(3, 4, 12, 9);
    check_attention(2, 64, 6, 64, 24);
    check_attention(1, 40, 12, 32, 0);
    check_norms(2, 64, 384);
}

#[test]
fn weights_of_bf16_bits_are_the_same_weights() {
    let (inputs, outputs) = (50, 40);
    let bits: Vec<u16> = noise(1, inputs * outputs).iter().map(|x| (x.to_bits() >> 16) as u16).collect();
    let values: Vec<f32> = bits.iter().map(|bits| f32::from_bits(u32::from(*bits) << 16)).collect();
    let x = noise(2, 5 * inputs);
    for cpu in cpus() {
        let run = |layer: Linear| {
            let mut y = vec![0.0; 5 * layer.out_features()];
            layer.forward(&cpu, &x, &mut y);
            y
        };
        let plain = run(Linear::new(&cpu, &values, None, inputs, outputs));
        assert_eq!(run(Linear::from_bf16(&cpu, &bits, None, inputs, outputs)), plain, "{}", cpu.level());
        let swiglu = run(Linear::swiglu(&cpu, &values, None, inputs, outputs / 2));
        assert_eq!(
            run(Linear::swiglu_from_bf16(&cpu, &bits, None, inputs, outputs / 2)),
            swiglu,
            "{}",
            cpu.level()
        );
    }
}

/// A weight of codes and scales loses nothing when it is quantised again.
#[test]
fn codes_come_back() {
    let (inputs, scale) = (127, 0.003_7);
    let codes = (0..inputs).map(|code| f64::from(127 - 2 * code));
    let weight: Vec<f32> = codes.clone().map(|code| code as f32 * scale).collect();
    let found = Rounding::Int8.row(&weight);
    let expected: Vec<f64> = codes.map(|code| code * f64::from(weight[0] / 127.0)).collect();
    assert_eq!(found, expected, "codes from 127 down");
}

#[test]
fn strange_rows_stay_among_themselves() {
    let (inputs, outputs) = (35, 40);
    let weight = noise(2, inputs * outputs);
    let strange = [f32::NAN, f32::INFINITY, f32::MAX, f32::MIN_POSITIVE, 1e-40, 0.0];
    let sound = noise(1, inputs);
    for cpu in cpus() {
        let layer = Linear::new(&cpu, &weight, None, inputs, outputs);
        let mut alone = vec![0.0; outputs];
        layer.forward(&cpu, &sound, &mut alone);
        for value in strange {
            let x = [vec![value; inputs], sound.clone(), vec![value; inputs]].concat();
            let mut y = vec![0.0; 3 * outputs];
            layer.forward(&cpu, &x, &mut y);
            assert_eq!(y[outputs..2 * outputs], alone, "beside rows of {value} at {}", cpu.level());
            let small = value.abs() <= f32::MIN_POSITIVE;
            assert!(!small || y[..outputs].iter().all(|y| y.abs() < 1e-30), "{value} at {}", cpu.level());
        }
        let none = Linear::new(&cpu, &vec![0.0; inputs * outputs], None, inputs, outputs);
        none.forward(&cpu, &sound, &mut alone);
        assert_eq!(alone, vec![0.0; outputs], "a weight of zeros at {}", cpu.level());
    }
}

#[test]
fn pixel_shuffle_follows_pytorch() {
    // Channels 0..8 of one pixel are c * 4 + i * 2 + j for two channels and a factor of two.
    let x: Vec<f32> = (0..8_u8).map(f32::from).collect();
    let mut y = [0.0; 8];
    pixel_shuffle(&x, 1, 1, 2, 2, &mut y);
    assert_eq!(y, [0.0, 4.0, 1.0, 5.0, 2.0, 6.0, 3.0, 7.0], "(row, column, channel)");
}
