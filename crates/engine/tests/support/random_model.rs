//! Models with random weights, of any size: what a test or a timing needs when it asks for no picture.

use danqing_engine::{Config, noise};
use safetensors::Dtype;
use safetensors::tensor::TensorView;

/// How the matrices of a painter are stored.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Storage {
    /// bf16 values.
    Bf16,
    /// Codes of 8 bits with a scale for each row.
    Int8,
}

/// Tensors on their way into a file.
#[derive(Default)]
struct File {
    tensors: Vec<(String, Dtype, Vec<usize>, Vec<u8>)>,
}

impl File {
    fn values(&mut self, name: &str, shape: &[usize], mean: f32, spread: f32) {
        let data = self.random(shape).into_iter().flat_map(|value| (mean + spread * value).to_le_bytes());
        let data = data.collect();
        self.tensors.push((name.into(), Dtype::F32, shape.into(), data));
    }

    /// The weight of a layer whose outputs are about as large as its inputs.
    fn weight(&mut self, name: &str, shape: &[usize], storage: Storage) {
        let spread = (shape[1..].iter().product::<usize>() as f32).sqrt().recip();
        let values = self.random(shape);
        if storage == Storage::Bf16 {
            let data = values
                .iter()
                .flat_map(|value| ((spread * value).to_bits() >> 16).to_le_bytes()[..2].to_vec());
            let data = data.collect();
            return self.tensors.push((format!("{name}.weight"), Dtype::BF16, shape.into(), data));
        }
        let data = values.iter().map(|value| ((value * 32.0) as i8).cast_unsigned()).collect();
        self.tensors.push((format!("{name}.codes"), Dtype::I8, shape.into(), data));
        self.values(&format!("{name}.scales"), &shape[..1], spread / 32.0, 0.0);
    }

    fn layer(&mut self, name: &str, shape: &[usize], storage: Storage) {
        self.weight(name, shape, storage);
        self.values(&format!("{name}.bias"), &shape[..1], 0.0, 0.1);
    }

    fn conv(&mut self, name: &str, inputs: usize, outputs: usize) {
        self.layer(name, &[outputs, inputs, 3, 3], Storage::Bf16);
    }

    fn residuals(&mut self, name: &str, count: usize, channels: usize) {
        for index in 0..count {
            self.conv(&format!("{name}.{index}.first"), channels, channels);
            self.conv(&format!("{name}.{index}.second"), channels, channels);
        }
    }

    /// Each tensor draws from a stream of its own.
    fn random(&self, shape: &[usize]) -> Vec<f32> {
        let mut values = vec![0.0; shape.iter().product()];
        noise::fill(1, self.tensors.len() as u64, &mut values);
        values
    }

    fn bytes(&self, metadata: Vec<(String, String)>) -> Vec<u8> {
        let views = self.tensors.iter().map(|(name, dtype, shape, data)| {
            (name, TensorView::new(*dtype, shape.clone(), data).expect("shape and data agree"))
        });
        safetensors::serialize(views, Some(metadata.into_iter().collect())).expect("a file of weights")
    }
}

/// A painter's file.
pub(crate) fn painter(config: &Config, storage: Storage) -> Vec<u8> {
    let Config { width, hidden, text_width, time_features, span_features, .. } = *config;
    let mut file = File::default();
    file.layer("patch_in", &[width, config.token_channels()], storage);
    file.values("positions", &[config.tokens(), width], 0.0, 0.3);
    file.values("null_word", &[text_width], 0.0, 0.5);
    file.layer("time_in", &[width, time_features], storage);
    if span_features > 0 {
        file.weight("span_in", &[width, span_features], storage);
    }
    file.layer("text_in", &[width, text_width], storage);
    file.layer("time_out", &[6 * width, width], storage);
    for block in 0..config.blocks {
        let mut weight = |part: &str, shape: [usize; 2]| {
            file.weight(&format!("blocks.{block}.{part}"), &shape, storage);
        };
        weight("qkv", [3 * width, width]);
        weight("text_kv", [2 * width, text_width]);
        weight("out", [width, width]);
        weight("gate_up", [2 * hidden, width]);
        weight("down", [width, hidden]);
        file.values(&format!("blocks.{block}.modulation"), &[6, width], 0.0, 0.3);
    }
    file.layer("final_modulation", &[2 * width, width], storage);
    file.layer("patch_out", &[config.token_channels(), width], storage);
    file.values("text_mean", &[text_width], 0.0, 0.1);
    file.values("text_std", &[text_width], 0.5, 0.0);
    file.bytes(metadata(config))
}

fn metadata(config: &Config) -> Vec<(String, String)> {
    let sizes = [
        ("latent_channels", config.latent_channels),
        ("latent_side", config.latent_side),
        ("patch", config.patch),
        ("width", config.width),
        ("blocks", config.blocks),
        ("span_features", config.span_features),
        ("head_dim", config.head_dim),
        ("hidden", config.hidden),
        ("text_width", config.text_width),
        ("time_features", config.time_features),
    ];
    sizes.into_iter().map(|(name, size)| (name.to_owned(), size.to_string())).collect()
}

/// Widths and depths of a codec and an upscaler.
pub(crate) struct Pixels {
    pub(crate) latent_channels: usize,
    pub(crate) widths: [usize; 3],
    pub(crate) blocks: [usize; 3],
    pub(crate) upscaler_width: usize,
    pub(crate) upscaler_layers: usize,
}

/// A file of codec and upscaler.
pub(crate) fn pixels(sizes: &Pixels) -> Vec<u8> {
    let Pixels { latent_channels, widths: [first, second, third], blocks, upscaler_width, upscaler_layers } =
        *sizes;
    let mut file = File::default();
    file.values("codec.basis", &[256, latent_channels], 0.0, 0.06);
    file.values("codec.mean", &[256], 0.0, 0.2);
    file.values("codec.scale", &[latent_channels], 1.0, 0.0);
    file.conv("codec.stem", latent_channels, first);
    file.residuals("codec.stage16", blocks[0], first);
    file.conv("codec.up32", first, 4 * second);
    file.residuals("codec.stage32", blocks[1], second);
    file.conv("codec.up64", second, 4 * third);
    file.residuals("codec.stage64", blocks[2], third);
    file.conv("codec.up128", third, 16);
    file.conv("upscaler.enter", 4, upscaler_width);
    for layer in 0..upscaler_layers {
        file.conv(&format!("upscaler.body.{layer}"), upscaler_width, upscaler_width);
    }
    file.values("upscaler.slopes", &[upscaler_layers + 1, upscaler_width], 0.2, 0.1);
    file.conv("upscaler.leave", upscaler_width, 64);
    file.bytes(Vec::new())
}
