//! What can go wrong, in both languages: a code for scripts, a line for people, a hint, an exit code.

use std::io;
use std::path::{Path, PathBuf};

use crate::language::Language;
use crate::order::{MOST_CHARACTERS, MOST_COUNT, MOST_GUIDANCE, MOST_SEED, MOST_SIDE_PX, MOST_STEPS};

/// What stops danqing, or one picture of many. `Display` is the English message.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("the prompt is empty")]
    EmptyPrompt,
    #[error("the prompt names nothing to draw: `{prompt}`")]
    WordlessPrompt { prompt: String },
    #[error("the prompt has {characters} characters; at most {MOST_CHARACTERS} are read")]
    LongPrompt { characters: usize },
    #[error("the prompt holds a control character (U+{:04X}) at place {place}", u32::from(*.character))]
    ControlCharacter { character: char, place: usize },
    #[error("no style is called `{name}`")]
    UnknownStyle { name: String },
    #[error("no sampler is called `{name}`")]
    UnknownSampler { name: String },
    #[error("`{text}` is not a background colour")]
    UnknownBackground { text: String },
    #[error("no picture format is called `{name}`")]
    UnknownFormat { name: String },
    #[error("`{text}` is not a size")]
    Size { text: String },
    #[error("{setting} cannot be {value}")]
    OutOfRange { setting: Setting, value: String },
    #[error("the file `{file}` cannot be read: {source}")]
    Unreadable { file: PathBuf, source: io::Error },
    #[error("the prompts in `{file}` are not UTF-8 text")]
    NotText { file: PathBuf },
    #[error("the file `{file}` holds no prompt")]
    NoPrompts { file: PathBuf },
    #[error("`{file}` is not a sound PNG, JPEG or WebP picture")]
    NotAPicture { file: PathBuf },
    #[error("the picture `{file}` carries no parameters to repeat")]
    NoParameters { file: PathBuf },
    #[error("the folder `{folder}` cannot be written to: {source}")]
    Unwritable { folder: PathBuf, source: io::Error },
    #[error("the disk is full; `{file}` was not written")]
    DiskFull { file: PathBuf },
    #[error("the picture `{file}` cannot be encoded: {reason}")]
    Encoding { file: PathBuf, reason: String },
    #[error("this danqing was built without a model")]
    NoModel,
    #[error("the weights in `{model}` are damaged or of another model: {source}")]
    Weights { model: String, source: danqing_engine::Error },
    #[error("the configuration file `{file}` is wrong: {reason}")]
    Configuration { file: PathBuf, reason: String },
    #[error("the variable `{variable}` cannot be `{value}`")]
    Variable { variable: String, value: String },
    #[error("{english}")]
    Usage { chinese: String, english: String, suggestion: Option<String> },
    #[error("{failed} of {all} pictures failed")]
    SomeFailed { failed: usize, all: usize },
    #[error("cancelled; finished pictures were kept")]
    Cancelled,
}

/// A setting that is a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Setting {
    Steps,
    Guidance,
    Count,
    Seed,
    Threads,
}

impl std::fmt::Display for Setting {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Steps => "--steps",
            Self::Guidance => "--guidance",
            Self::Count => "--count",
            Self::Seed => "--seed",
            Self::Threads => "--threads",
        })
    }
}

impl Setting {
    fn range(self) -> String {
        match self {
            Self::Steps => format!("1..{MOST_STEPS}"),
            Self::Guidance => format!("0..{MOST_GUIDANCE}"),
            Self::Count => format!("1..{MOST_COUNT}"),
            Self::Seed => format!("0..{MOST_SEED}"),
            Self::Threads => "1..256".to_owned(),
        }
    }
}

impl Error {
    /// What failed to be written into `folder` or as `file`: a full disk is told apart.
    pub(crate) fn writing(file: &Path, source: io::Error) -> Self {
        if matches!(source.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) {
            return Self::DiskFull { file: file.to_owned() };
        }
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
        Self::Unwritable { folder: folder.unwrap_or(Path::new(".")).to_owned(), source }
    }

    /// Whether the next picture would fail for the same reason.
    pub(crate) fn is_final(&self) -> bool {
        matches!(
            self,
            Self::DiskFull { .. } | Self::Unwritable { .. } | Self::Cancelled | Self::Weights { .. }
        )
    }

    /// A name that stays the same from version to version.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::EmptyPrompt => "empty-prompt",
            Self::WordlessPrompt { .. } => "wordless-prompt",
            Self::LongPrompt { .. } => "long-prompt",
            Self::ControlCharacter { .. } => "control-character",
            Self::UnknownStyle { .. } => "unknown-style",
            Self::UnknownSampler { .. } => "unknown-sampler",
            Self::UnknownBackground { .. } => "unknown-background",
            Self::UnknownFormat { .. } => "unknown-format",
            Self::Size { .. } => "size",
            Self::OutOfRange { .. } => "out-of-range",
            Self::Unreadable { .. } => "unreadable",
            Self::NotText { .. } => "not-text",
            Self::NoPrompts { .. } => "no-prompts",
            Self::NotAPicture { .. } => "not-a-picture",
            Self::NoParameters { .. } => "no-parameters",
            Self::Unwritable { .. } => "unwritable",
            Self::DiskFull { .. } => "disk-full",
            Self::Encoding { .. } => "encoding",
            Self::NoModel => "no-model",
            Self::Weights { .. } => "weights",
            Self::Configuration { .. } => "configuration",
            Self::Variable { .. } => "variable",
            Self::Usage { .. } => "usage",
            Self::SomeFailed { .. } => "some-failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// The exit code: 1 failed, 2 asked wrongly, 130 cancelled.
    pub(crate) fn exit(&self) -> u8 {
        match self {
            Self::Cancelled => 130,
            Self::Unreadable { .. }
            | Self::Unwritable { .. }
            | Self::DiskFull { .. }
            | Self::Encoding { .. }
            | Self::NoModel
            | Self::Weights { .. }
            | Self::SomeFailed { .. } => 1,
            _ => 2,
        }
    }

    /// The message in one line.
    pub(crate) fn message(&self, language: Language) -> String {
        let message = language.pick(self.chinese(), self.to_string());
        message.lines().map(str::trim).collect::<Vec<_>>().join(" ")
    }

    fn chinese(&self) -> String {
        match self {
            Self::EmptyPrompt => "提示词是空的".to_owned(),
            Self::WordlessPrompt { prompt } => format!("提示词「{prompt}」里没有可画的东西"),
            Self::LongPrompt { characters } => {
                format!("提示词有 {characters} 个字，最多读 {MOST_CHARACTERS} 个")
            }
            Self::ControlCharacter { character, place } => {
                format!("提示词第 {place} 个字是控制字符（U+{:04X}）", u32::from(*character))
            }
            Self::UnknownStyle { name } => format!("没有叫「{name}」的风格"),
            Self::UnknownSampler { name } => format!("没有叫「{name}」的采样器"),
            Self::UnknownBackground { text } => format!("「{text}」不是背景颜色"),
            Self::UnknownFormat { name } => format!("没有叫「{name}」的图片格式"),
            Self::Size { text } => format!("「{text}」不是可用的尺寸"),
            Self::OutOfRange { setting, value } => format!("{setting} 不能是 {value}"),
            Self::Unreadable { file, source } => {
                format!("读不了文件「{}」：{}", file.display(), reason(source))
            }
            Self::NotText { file } => format!("「{}」不是 UTF-8 文本", file.display()),
            Self::NoPrompts { file } => format!("「{}」里没有提示词", file.display()),
            Self::NotAPicture { file } => format!("「{}」不是完好的 PNG、JPEG 或 WebP 图片", file.display()),
            Self::NoParameters { file } => format!("图片「{}」里没有参数，无法重画", file.display()),
            Self::Unwritable { folder, source } => {
                format!("文件夹「{}」写不进去：{}", folder.display(), reason(source))
            }
            Self::DiskFull { file } => format!("磁盘满了，「{}」没有写成", file.display()),
            Self::Encoding { file, reason } => format!("图片「{}」编码失败：{reason}", file.display()),
            Self::NoModel => "这个 danqing 编译时没有带模型".to_owned(),
            Self::Weights { model, source } => format!("「{model}」的权重损坏，或属于别的模型：{source}"),
            Self::Configuration { file, reason } => format!("配置文件「{}」有错：{reason}", file.display()),
            Self::Variable { variable, value } => format!("环境变量 {variable} 不能是「{value}」"),
            Self::Usage { chinese, .. } => chinese.clone(),
            Self::SomeFailed { failed, all } => format!("{all} 张里有 {failed} 张没有画成"),
            Self::Cancelled => "已取消，画好的图片都保留了".to_owned(),
        }
    }

    /// What the person can do about it.
    pub(crate) fn hint(&self, language: Language) -> Option<String> {
        let (chinese, english): (String, String) = match self {
            Self::EmptyPrompt | Self::WordlessPrompt { .. } => (
                "写出要画的东西，例如 danqing paint \"三只红灯笼\"".into(),
                "say what to draw, such as danqing paint \"three red lanterns\"".into(),
            ),
            Self::LongPrompt { .. } => (
                "短一些画得更好：主体、颜色、风格就够了".into(),
                "shorter is better: subject, colour and style are enough".into(),
            ),
            Self::ControlCharacter { .. } => (
                "删掉它；换行请改成空格或分成多行文件".into(),
                "remove it; prompts in a file go one a line".into(),
            ),
            Self::UnknownStyle { .. } => {
                let names: Vec<&str> = danqing_scene::Style::all().map(danqing_scene::Style::name).collect();
                (format!("可用：{}", names.join("、")), format!("known: {}", names.join(", ")))
            }
            Self::UnknownSampler { .. } => {
                ("可用：euler、heun、dpm++2m".into(), "known: euler, heun, dpm++2m".into())
            }
            Self::UnknownBackground { .. } => (
                "写 transparent（透明）、颜色名（如 淡黄、navy）或 #ffd84d".into(),
                "write transparent, a colour's name (navy, 淡黄) or #ffd84d".into(),
            ),
            Self::UnknownFormat { .. } => ("可用：png、webp、jpeg".into(), "known: png, webp, jpeg".into()),
            Self::Size { .. } => (
                format!("写 128、512、1024、2048，或宽x高（64 到 {MOST_SIDE_PX}），如 1024x768"),
                format!(
                    "write 128, 512, 1024, 2048 or WIDTHxHEIGHT (64 to {MOST_SIDE_PX}), such as 1024x768"
                ),
            ),
            Self::OutOfRange { setting, .. } => {
                let range = setting.range();
                (format!("可用范围：{range}"), format!("the range is {range}"))
            }
            Self::NotText { .. } | Self::NoPrompts { .. } => (
                "每行一个提示词，存成 UTF-8；# 开头的行不算".into(),
                "write one prompt a line in UTF-8; lines that begin with # are skipped".into(),
            ),
            Self::NotAPicture { .. } | Self::NoParameters { .. } => (
                "换一张 danqing 画的原图：截图和转发过的图会丢掉参数".into(),
                "take the original that danqing wrote: screenshots and messengers drop parameters".into(),
            ),
            Self::Unwritable { .. } => {
                ("用 --out 换一个文件夹".into(), "choose another folder with --out".into())
            }
            Self::DiskFull { .. } => (
                "腾出空间，或用 --out 换一个磁盘".into(),
                "free some space, or choose another disk with --out".into(),
            ),
            Self::NoModel => (
                "用 --model 指定模型文件夹，或编译时加上 --features embedded".into(),
                "name a model's folder with --model, or build with --features embedded".into(),
            ),
            Self::Weights { source, .. } => ("重新取得或导出模型文件".into(), source.hint().into()),
            Self::Unreadable { .. } => ("检查路径和权限".into(), "check the path and its permissions".into()),
            Self::Configuration { .. } | Self::Variable { .. } => {
                ("运行 danqing config 查看全部设置".into(), "danqing config lists all settings".into())
            }
            Self::Usage { suggestion: Some(suggestion), .. } => {
                (format!("是不是想写 {suggestion}？"), format!("did you mean {suggestion}?"))
            }
            Self::Usage { .. } => {
                ("danqing --help 有说明和例子".into(), "danqing --help explains, with examples".into())
            }
            Self::Encoding { .. } | Self::SomeFailed { .. } | Self::Cancelled => return None,
        };
        Some(language.pick(chinese, english))
    }
}

/// The system's reason, in Chinese where it is a common one.
fn reason(source: &io::Error) -> String {
    match source.kind() {
        io::ErrorKind::NotFound => "不存在".into(),
        io::ErrorKind::PermissionDenied => "没有权限".into(),
        io::ErrorKind::IsADirectory => "是文件夹".into(),
        io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => "不是文件夹".into(),
        io::ErrorKind::ReadOnlyFilesystem => "磁盘是只读的".into(),
        _ => source.to_string(),
    }
}
