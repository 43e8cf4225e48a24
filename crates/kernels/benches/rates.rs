//! Rates of the kernels at each level beside the machine's peak: `cargo bench -p danqing-kernels`.
//!
//! The peak is the same microkernel on a block that stays in the first cache, times the threads.

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput};
use danqing_kernels::{
    Attention, Conv3x3, Cpu, Epilogue, ExtraKeys, Level, Linear, Modulation, attention, rms_norm_modulate,
};

const THREADS: usize = 2;

/// Best seconds of a call over about a fifth of a second.
fn best(mut call: impl FnMut()) -> f64 {
    call();
    let start = Instant::now();
    let mut best = f64::INFINITY;
    while start.elapsed() < Duration::from_millis(200) {
        let call_start = Instant::now();
        call();
        best = best.min(call_start.elapsed().as_secs_f64());
    }
    best
}
fn main() {
    let c: Vec<f32> = (0..1 << 22).map(|i| ((i * 7919 % 1000) as f32) * 1e-3 - 0.5).collect();
    for level in Level::available() {
        for threads in [1, THREADS] {
            let cpu = Cpu::new(threads, level);
            print!("{level:<12} {threads} ");
            let mut y = vec![0.0; 1 << 22];
            for (rows, i, o) in [
                (32, 384, 32),
                (128, 384, 1152),
                (128, 384, 384),
                (128, 1024, 384),
                (2048, 384, 1152),
                (10, 384, 1536),
            ] {
                let l = Linear::new(&cpu, &c[..i * o], Some(&c[..o]), i, o);
                let t = best(|| l.forward(&cpu, &c[..rows * i], &mut y[..rows * o]));
                print!("| {rows}x{i}x{o} {:.0} ({:.0}us) ", 2e-9 * (rows * i * o) as f64 / t, t * 1e6);
            }
            let l = Linear::swiglu(&cpu, &c[..384 * 2048], Some(&c[..2048]), 384, 1024);
            let t = best(|| l.forward(&cpu, &c[..128 * 384], &mut y[..128 * 1024]));
            println!("| swiglu {:.0} ({:.0}us)", 2e-9 * (128 * 384 * 2048) as f64 / t, t * 1e6);
            print!("                 ");
            for (s, i, o) in [
                (16, 192, 192),
                (32, 96, 96),
                (64, 48, 48),
                (128, 48, 48),
                (128, 32, 32),
                (128, 64, 64),
                (128, 4, 48),
            ] {
                let l = Conv3x3::new(&cpu, &c[..i * o * 9], Some(&c[..o]), i, o);
                let t =
                    best(|| l.forward_with(&cpu, &c[..s * s * i], s, s, Epilogue::Relu, &mut y[..s * s * o]));
                print!("| conv {s} {i}->{o} {:.0} ({:.0}us) ", 18e-9 * (s * s * i * o) as f64 / t, t * 1e6);
            }
            println!();
            let extra = ExtraKeys {
                keys_values: &c[..2 * 24 * 768],
                tokens: 24,
                lengths: &[24, 1],
                prompts: &[0, 1],
            };
            let shape =
                Attention { batch: 2, tokens: 64, heads: 6, head_dim: 64, lengths: None, extra: Some(extra) };
            let t = best(|| attention(&cpu, &shape, &c[..2 * 64 * 1152], &mut y[..2 * 64 * 384]));
            print!(
                "                 attention {:.0} ({:.0}us)",
                4e-9 * (64 * 88 * 384 + 64 * 65 * 384) as f64 / t,
                t * 1e6
            );
            let m = Modulation { shift: &c[..768], scale: &c[..768], rows_per_group: 64 };
            let t = best(|| rms_norm_modulate(&cpu, &c[..128 * 384], 384, m, 1e-6, &mut y[..128 * 384]));
            print!(" norm {:.1}us", t * 1e6);
            let t = best(|| {
                for _ in 0..100 {
                    cpu.parallel_for(2, |i| {
                        black_box(i);
                    })
                }
            });
            println!(" region {:.2}us", t * 1e4);
        }
    }
}
