//! A model small enough to make on the spot, in the layout of the real one, and the program run on it.

pub(crate) mod server;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use safetensors::tensor::{Dtype, TensorView};

const TEXT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/xiaoyang/text.safetensors");
const WIDTH: usize = 64;
const LATENT_CHANNELS: usize = 4;

/// A folder that is removed at the end, and danqing in it, speaking English and knowing no settings of the machine.
pub(crate) struct Studio {
    folder: tempfile::TempDir,
}

impl Studio {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder") }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// danqing with `arguments`, not yet started.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_danqing"));
        command.args(arguments).current_dir(self.path());
        for (name, _) in
            std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("DANQING_"))
        {
            command.env_remove(name);
        }
        command.env("XDG_CONFIG_HOME", self.path().join("config")).env("LC_ALL", "en_GB.UTF-8");
        // One set of keys for all tests of this process; none of the machine's.
        command.env("XDG_DATA_HOME", model().with_file_name(format!("data-{}", std::process::id())));
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Answer {
        Answer::of(self.command(arguments).output().expect("danqing starts"))
    }

    /// `danqing paint` with the small model and 2 steps.
    pub(crate) fn paint(&self, arguments: &[&str]) -> Answer {
        let model = model().to_str().expect("a path of letters");
        let mut all = vec!["paint", "--model", model, "--threads", "1"];
        if !arguments.contains(&"--like") {
            for setting in [["--steps", "2"], ["--size", "128"]] {
                // A picture that starts from another is as large as that one.
                let own = arguments.contains(&setting[0])
                    || (setting[0] == "--size" && arguments.contains(&"--from"));
                all.extend(setting.iter().filter(|_| !own));
            }
        }
        all.extend(arguments);
        self.run(&all)
    }

    /// Names of the files in the folder, sorted.
    pub(crate) fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path()).expect("readable");
        let mut names: Vec<String> = entries
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    pub(crate) fn bytes(&self, name: &str) -> Vec<u8> {
        fs::read(self.path().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }
}

/// What danqing said and how it ended.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Answer {
    pub(crate) fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        Self { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
    }

    /// The answer, which must be a success.
    pub(crate) fn good(self) -> Self {
        assert_eq!(self.code, 0, "{self:?}");
        self
    }
}

/// The folder of the small model; made once for each run of a test file.
pub(crate) fn model() -> &'static Path {
    static MODEL: OnceLock<PathBuf> = OnceLock::new();
    MODEL.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("model-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder); // of a process that had the same number
        fs::create_dir_all(&folder).expect("a folder");
        write_model(&folder);
        folder
    })
}

/// Writes the small model to `folder`.
pub(crate) fn write_model(folder: &Path) {
    // The text encoder is the real one; a link spares the disk a copy for each run.
    #[cfg(unix)]
    std::os::unix::fs::symlink(TEXT, folder.join("text.safetensors")).expect("a link");
    #[cfg(not(unix))]
    fs::copy(TEXT, folder.join("text.safetensors")).expect("the text encoder of xiaoyang");
    painter(0).write(&folder.join("painter.safetensors"));
    painter(32).write(&folder.join("quick.safetensors"));
    pixels().write(&folder.join("pixels.safetensors"));
    judge().write(&folder.join("judge.safetensors"));
}

/// Named tensors of random values.
struct File {
    tensors: Vec<(String, Vec<usize>, Vec<u8>)>,
    properties: Vec<(&'static str, String)>,
    state: u64,
}

impl File {
    fn new(properties: Vec<(&'static str, String)>) -> Self {
        Self { tensors: Vec::new(), properties, state: 1 }
    }

    /// A tensor of values in `centre` plus or minus `spread`.
    fn add(mut self, name: &str, shape: &[usize], centre: f32, spread: f32) -> Self {
        let count: usize = shape.iter().product();
        let mut values = Vec::with_capacity(count * 4);
        for _ in 0..count {
            self.state =
                self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let unit = (self.state >> 40) as f32 / 16_777_216.0 * 2.0 - 1.0;
            values.extend((centre + spread * unit).to_le_bytes());
        }
        self.tensors.push((name.to_owned(), shape.to_vec(), values));
        self
    }

    fn linear(self, name: &str, inputs: usize, outputs: usize) -> Self {
        let spread = 1.5 / (inputs as f32).sqrt();
        self.add(&format!("{name}.weight"), &[outputs, inputs], 0.0, spread).add(
            &format!("{name}.bias"),
            &[outputs],
            0.0,
            0.1,
        )
    }

    fn matrix(self, name: &str, inputs: usize, outputs: usize) -> Self {
        self.add(name, &[outputs, inputs], 0.0, 1.5 / (inputs as f32).sqrt())
    }

    fn conv(self, name: &str, inputs: usize, outputs: usize) -> Self {
        let spread = 0.5 / (9.0 * inputs as f32).sqrt();
        self.add(&format!("{name}.weight"), &[outputs, inputs, 3, 3], 0.0, spread).add(
            &format!("{name}.bias"),
            &[outputs],
            0.0,
            0.05,
        )
    }

    fn write(self, path: &Path) {
        let views = self.tensors.iter().map(|(name, shape, data)| {
            (name.as_str(), TensorView::new(Dtype::F32, shape.clone(), data).expect("shape and data agree"))
        });
        let properties =
            self.properties.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
        fs::write(path, safetensors::serialize(views, Some(properties)).expect("a file")).expect("written");
    }
}

/// A painter; one that is told how far its steps go where `span_features` is not 0.
fn painter(span_features: usize) -> File {
    let token = LATENT_CHANNELS * 4;
    let properties = [
        ("latent_channels", LATENT_CHANNELS),
        ("latent_side", 16),
        ("patch", 2),
        ("width", WIDTH),
        ("blocks", 1),
        ("head_dim", 64),
        ("hidden", WIDTH),
        ("text_width", 384),
        ("time_features", 32),
        ("span_features", span_features),
    ];
    let mut properties: Vec<_> =
        properties.into_iter().map(|(key, value)| (key, value.to_string())).collect();
    properties.push(("name", "tiny".to_owned()));
    let file = File::new(properties);
    let file = if span_features == 0 { file } else { file.matrix("span_in.weight", span_features, WIDTH) };
    file.add("text_mean", &[384], 0.0, 0.0)
        .add("text_std", &[384], 0.4, 0.0)
        .linear("patch_in", token, WIDTH)
        .add("positions", &[64, WIDTH], 0.0, 0.1)
        .add("null_word", &[384], 0.0, 0.5)
        .linear("time_in", 32, WIDTH)
        .linear("text_in", 384, WIDTH)
        .linear("time_out", WIDTH, 6 * WIDTH)
        .matrix("blocks.0.qkv.weight", WIDTH, 3 * WIDTH)
        .matrix("blocks.0.text_kv.weight", 384, 2 * WIDTH)
        .matrix("blocks.0.out.weight", WIDTH, WIDTH)
        .matrix("blocks.0.gate_up.weight", WIDTH, 2 * WIDTH)
        .matrix("blocks.0.down.weight", WIDTH, WIDTH)
        .add("blocks.0.modulation", &[6, WIDTH], 0.3, 0.3)
        .linear("final_modulation", WIDTH, 2 * WIDTH)
        .linear("patch_out", WIDTH, token)
}

fn pixels() -> File {
    File::new(Vec::new())
        .add("codec.basis", &[256, LATENT_CHANNELS], 0.0, 0.2)
        .add("codec.mean", &[256], 0.3, 0.5)
        .add("codec.scale", &[LATENT_CHANNELS], 1.0, 0.0)
        .conv("codec.stem", LATENT_CHANNELS, 8)
        .conv("codec.up32", 8, 32)
        .conv("codec.up64", 8, 32)
        .conv("codec.up128", 8, 16)
        .conv("upscaler.enter", 4, 8)
        .add("upscaler.slopes", &[2, 8], 0.2, 0.0)
        .conv("upscaler.body.0", 8, 8)
        .conv("upscaler.leave", 8, 64)
}

fn judge() -> File {
    File::new(Vec::new())
        .conv("enter", 64, 16)
        .conv("down16", 64, 16)
        .conv("down8", 64, 16)
        .linear("picture_out", 16, 32)
        .linear("text_in", 384, 32)
        .linear("text_out", 32, 32)
}
