//! Rates of the kernels at each level: `cargo bench -p danqing-kernels`, or with `-- amx-bf16` for one level.
//!
//! The throughput that is printed counts operations, a multiply and an add being two: read `Gelem/s` as GFLOP/s. Each
//! level begins with the machine's peak, the same microkernel without memory, packing and epilogues.

use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput};
use danqing_kernels::{
    Attention, Conv3x3, Cpu, Epilogue, ExtraKeys, Level, Linear, Modulation, attention, peak_rate,
    rms_norm_modulate,
};

/// Pictures of a guided step for one picture.
const BATCH: usize = 2;
const TOKENS: usize = 64;
const WIDTH: usize = 384;

fn noise(count: usize) -> Vec<f32> {
    (0..count).map(|index| (index * 7919 % 1000) as f32 * 1e-3 - 0.5).collect()
}

type Group<'a> = BenchmarkGroup<'a, WallTime>;

fn run(group: &mut Group<'_>, name: &str, operations: usize, mut call: impl FnMut()) {
    group.throughput(Throughput::Elements(operations as u64));
    group.bench_function(name, |bencher| bencher.iter(&mut call));
}

fn linears(group: &mut Group<'_>, cpu: &Cpu) {
    for (rows, inputs, outputs) in
        [(128, 384, 1152), (128, 384, 384), (128, 1024, 384), (2048, 384, 1152), (10, 384, 1536)]
    {
        let layer = Linear::new(cpu, &noise(inputs * outputs), None, inputs, outputs);
        let (x, mut y) = (noise(rows * inputs), vec![0.0; rows * outputs]);
        let name = format!("linear {rows}x{inputs}x{outputs}");
        run(group, &name, 2 * rows * inputs * outputs, || layer.forward(cpu, &x, &mut y));
    }
    let layer = Linear::swiglu(cpu, &noise(2048 * WIDTH), None, WIDTH, 1024);
    let (x, mut y) = (noise(128 * WIDTH), vec![0.0; 128 * 1024]);
    run(group, "swiglu 128x384x2048", 2 * 128 * WIDTH * 2048, || layer.forward(cpu, &x, &mut y));
}

fn convolutions(group: &mut Group<'_>, cpu: &Cpu) {
    for (side, inputs, outputs) in
        [(16, 192, 192), (32, 96, 96), (64, 48, 48), (128, 48, 48), (128, 64, 64), (128, 4, 48)]
    {
        let layer = Conv3x3::new(cpu, &noise(9 * inputs * outputs), None, inputs, outputs);
        let (x, mut y) = (noise(side * side * inputs), vec![0.0; side * side * outputs]);
        let name = format!("conv {side}x{side} {inputs}->{outputs}");
        run(group, &name, 18 * side * side * inputs * outputs, || {
            layer.forward_with(cpu, &x, side, side, Epilogue::Relu, &mut y);
        });
    }
}

fn attentions(group: &mut Group<'_>, cpu: &Cpu) {
    let (lengths, prompts) = ([24, 1], [0, 1]);
    let keys_values = noise(2 * 24 * 2 * WIDTH);
    let extra = ExtraKeys { keys_values: &keys_values, tokens: 24, lengths: &lengths, prompts: &prompts };
    let shape =
        Attention { batch: BATCH, tokens: TOKENS, heads: 6, head_dim: 64, lengths: None, extra: Some(extra) };
    let (qkv, mut out) = (noise(BATCH * TOKENS * 3 * WIDTH), vec![0.0; BATCH * TOKENS * WIDTH]);
    let keys = 2 * TOKENS + 24 + 1;
    run(group, "attention 2x64x6x64+24", 4 * TOKENS * keys * WIDTH, || {
        attention(cpu, &shape, &qkv, &mut out)
    });
    let (shift, scale) = (noise(BATCH * WIDTH), noise(BATCH * WIDTH));
    let modulation = Modulation { shift: &shift, scale: &scale, rows_per_group: TOKENS };
    run(group, "rms norm 128x384", 5 * BATCH * TOKENS * WIDTH, || {
        rms_norm_modulate(cpu, &qkv[..BATCH * TOKENS * WIDTH], WIDTH, modulation, 1e-6, &mut out);
    });
}

fn main() {
    let mut criterion = Criterion::default()
        .without_plots()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(50))
        .measurement_time(Duration::from_millis(200))
        .configure_from_args();
    for level in Level::available() {
        let cpu = Cpu::new(2, level);
        let mut group = criterion.benchmark_group(format!("{level}, 2 threads"));
        eprintln!("{level}: peak {:.0} GFLOP/s on {} threads", peak_rate(&cpu) / 1e9, cpu.threads());
        linears(&mut group, &cpu);
        convolutions(&mut group, &cpu);
        attentions(&mut group, &cpu);
        group.finish();
    }
    criterion.final_summary();
}
