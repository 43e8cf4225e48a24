//! What can go wrong, in both languages: a code for scripts, a line for people, a hint, an exit code.

use std::io;
use std::path::{Path, PathBuf};

use danqing_provenance::keys::KeyError;

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
    #[error(transparent)]
    Keys(#[from] KeyError),
    #[error("`{file}` cannot be labelled: {source}")]
    Label { file: PathBuf, source: danqing_provenance::Error },
    #[error("the file `{file}` is there already")]
    Occupied { file: PathBuf },
    #[error("a setting of `[label]` is wrong: {source}")]
    LabelSetting { source: danqing_provenance::Error },
    #[error("`{url}` is not the address of a time authority")]
    TimeAuthority { url: String },
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
            Self::Keys(_) => "keys",
            Self::Label { .. } => "label",
            Self::Occupied { .. } => "occupied",
            Self::LabelSetting { .. } => "label-setting",
            Self::TimeAuthority { .. } => "time-authority",
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
            | Self::Keys(_)
            | Self::Label { .. }
            | Self::Occupied { .. }
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
            Self::Keys(error) => of_keys(error),
            Self::Label { file, source } => {
                format!("「{}」没有打上标识：{}", file.display(), of_label(source))
            }
            Self::Occupied { file } => format!("已经有「{}」了", file.display()),
            Self::LabelSetting { source } => format!("[label] 里的设置不对：{}", of_label(source)),
            Self::TimeAuthority { url } => format!("「{url}」不是时间戳服务的地址"),
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
            Self::Keys(error) => (keys_hint(error).into(), error.hint().into()),
            Self::Label { source, .. } => {
                let english = source.hint()?;
                ("没有放出文件；检查密钥和文件，再试一次".into(), english.into())
            }
            Self::Occupied { .. } => (
                "用 --out 换一个名字，或加 --force 覆盖".into(),
                "choose another name with --out, or replace it with --force".into(),
            ),
            Self::LabelSetting { source } => (
                match source {
                    danqing_provenance::Error::Wording { .. } => {
                        "写“AI生成”“AI合成”或“人工智能生成合成”".into()
                    }
                    _ => "写 27 位服务提供者编码，或不含空格的英文名称".into(),
                },
                source.hint()?.into(),
            ),
            Self::TimeAuthority { .. } => (
                "写 http:// 开头的地址；时间戳自带签名，不用加密连接".into(),
                "write an address that begins with http://; stamps are signed themselves".into(),
            ),
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

/// What stops a label, in Chinese.
fn of_label(error: &danqing_provenance::Error) -> String {
    use danqing_provenance::Error as Label;
    match error {
        Label::Provider { text, .. } => format!("「{text}」不能作服务提供者的编码或名称"),
        Label::Wording { text, .. } => format!("「{text}」不能作可见标识的文字"),
        Label::NoRoom { width, height } => format!("图片只有 {width}x{height}，放不下看得清的标识"),
        Label::ManifestRefused { failures } => format!("签名证书不合规（{failures}）"),
        Label::ReadBack { what } => format!("写好的文件读回来缺了一样（{what}）"),
        Label::Damaged { format, at, .. } => format!("{format} 文件在第 {at} 字节处损坏"),
        Label::Unsupported { format, .. } => format!("这个 {format} 文件放不了标识"),
        Label::Encode { reason } => format!("图片编码失败：{reason}"),
        other => other.to_string(),
    }
}

/// What is wrong with keys, in Chinese.
fn of_keys(error: &KeyError) -> String {
    match error {
        KeyError::Folder { path, source } => {
            format!("密钥「{}」读写失败：{}", path.display(), reason(source))
        }
        KeyError::Damaged { path } => format!("密钥文件「{}」损坏", path.display()),
        KeyError::Exists { path } => format!("「{}」里已经有密钥", path.display()),
        KeyError::Missing { path } => format!("「{}」里还没有密钥", path.display()),
        KeyError::UnknownKind => "这种私钥不能签清单".to_owned(),
        KeyError::Certificate { reason } => format!("证书没有做成：{reason}"),
        KeyError::NoRandomness => "系统给不出随机数".to_owned(),
    }
}

fn keys_hint(error: &KeyError) -> &'static str {
    match error {
        KeyError::Folder { .. } => "检查文件夹的属主和权限",
        KeyError::Damaged { .. } => "从备份恢复密钥文件夹；没有备份就移走它，重新生成",
        KeyError::Exists { .. } => "要换新的，用 danqing keys rotate",
        KeyError::Missing { .. } => "先用 danqing keys make 生成",
        KeyError::UnknownKind => "用 PEM 里的 PKCS #8 私钥：P-256 或 P-384、Ed25519、2048 位以上的 RSA",
        KeyError::Certificate { .. } | KeyError::NoRandomness => "检查系统时钟和随机数来源",
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
