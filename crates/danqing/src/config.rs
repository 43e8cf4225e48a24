//! Settings: a TOML file, then `DANQING_` variables, then flags; each remembers where its value came from.

use std::env;
use std::fmt::Display;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use serde::Deserialize;

use crate::error::Error;
use crate::labelling::POSITIONS;
use crate::order::{DEFAULT_GUIDANCE, DEFAULT_SAMPLER, DEFAULT_SIZE, DEFAULT_STEPS, Wish};
use crate::terminal::Preview;

/// The port that clients of A1111 expect.
const DEFAULT_LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 7860);

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// Built in.
    Default,
    /// The configuration file.
    File(PathBuf),
    /// An environment variable.
    Variable(String),
    /// The command line.
    Flag,
}

/// A value, or none, and its origin.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Setting<T> {
    /// Section and key, such as `paint.steps`.
    pub(crate) name: &'static str,
    pub(crate) value: Option<T>,
    pub(crate) origin: Origin,
}

impl<T: Clone> Setting<T> {
    /// This setting, unless the command line says otherwise.
    pub(crate) fn or_flag(&self, flag: Option<T>) -> Self {
        match flag {
            Some(value) => Self { name: self.name, value: Some(value), origin: Origin::Flag },
            None => self.clone(),
        }
    }
}

/// All settings.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    pub(crate) paint: PaintSettings,
    pub(crate) model: ModelSettings,
    pub(crate) label: LabelSettings,
    pub(crate) keys: KeySettings,
    pub(crate) interface: InterfaceSettings,
    pub(crate) server: ServerSettings,
    pub(crate) store: StoreSettings,
    pub(crate) screening: ScreeningSettings,
    pub(crate) limits: LimitSettings,
}

/// What orders take where they say nothing; the meaning is that of the flag of the same name.
#[derive(Clone, Debug)]
pub(crate) struct PaintSettings {
    /// 12.
    pub(crate) steps: Setting<u32>,
    /// 3.
    pub(crate) guidance: Setting<f32>,
    /// 512.
    pub(crate) size: Setting<String>,
    /// `euler`.
    pub(crate) sampler: Setting<String>,
    /// None.
    pub(crate) style: Setting<String>,
    /// As the prompt says, or none.
    pub(crate) background: Setting<String>,
    /// None.
    pub(crate) negative: Setting<String>,
    /// Folder of word lists for `__name__` in prompts: none.
    pub(crate) wildcards: Setting<String>,
    /// `png`.
    pub(crate) format: Setting<String>,
    /// The current folder.
    pub(crate) out: Setting<String>,
}

impl PaintSettings {
    /// The settings that concern an order.
    pub(crate) fn wish(&self) -> Wish {
        Wish {
            steps: self.steps.value,
            guidance: self.guidance.value,
            size: self.size.value.clone(),
            sampler: self.sampler.value.clone(),
            style: self.style.value.clone(),
            background: self.background.value.clone(),
            negative: self.negative.value.clone(),
            ..Wish::default()
        }
    }
}

/// Which weights paint, and on how many threads.
#[derive(Clone, Debug)]
pub(crate) struct ModelSettings {
    /// The model in the binary.
    pub(crate) folder: Setting<String>,
    /// As many as the machine has.
    pub(crate) threads: Setting<usize>,
    /// The best of the machine that rounds to no less than bf16.
    pub(crate) level: Setting<String>,
}

/// How pictures are labelled.
#[derive(Clone, Debug)]
pub(crate) struct LabelSettings {
    /// The visible label's words: `AI生成`.
    pub(crate) text: Setting<String>,
    /// Where it stands: `bottom-right`.
    pub(crate) position: Setting<String>,
    /// The operator's 27-character code, or an ASCII name: `danqing`.
    pub(crate) producer: Setting<String>,
}

/// Which keys sign.
#[derive(Clone, Debug)]
pub(crate) struct KeySettings {
    /// `$XDG_DATA_HOME/danqing/keys`, or under `~/.local/share`.
    pub(crate) folder: Setting<String>,
    /// `es256` or `ed25519`, when keys are made.
    pub(crate) algorithm: Setting<String>,
    /// An operator's own certificates in PEM, the signer's first; with `key`.
    pub(crate) chain: Setting<String>,
    /// The private key of the first of them, PKCS #8 in PEM.
    pub(crate) key: Setting<String>,
    /// Address of a time-stamping authority (RFC 3161 over HTTP): none.
    pub(crate) time_authority: Setting<String>,
}

/// How danqing speaks.
#[derive(Clone, Debug)]
pub(crate) struct InterfaceSettings {
    /// `zh` or `en`; that of the locale.
    pub(crate) language: Setting<String>,
    /// `auto`.
    pub(crate) preview: Setting<String>,
}

/// Where the studio is found, and by whom.
#[derive(Clone, Debug)]
pub(crate) struct ServerSettings {
    /// `127.0.0.1:7860`.
    pub(crate) listen: Setting<SocketAddr>,
    /// Address under which people reach the studio, such as `https://studio.example.cn`: that of `listen`.
    pub(crate) url: Setting<String>,
    /// Address of the reverse proxy in front, whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed: none.
    pub(crate) proxy: Setting<IpAddr>,
    /// Certificates in PEM, the server's own first; with `key`.
    pub(crate) certificate: Setting<String>,
    /// Private key in PEM, PKCS #8.
    pub(crate) key: Setting<String>,
    /// Who may read `/metrics`: `local` (this machine), `all` or `none`.
    pub(crate) metrics: Setting<String>,
    /// Private addresses that webhooks may reach, such as `10.0.0.0/8,127.0.0.1`: none.
    pub(crate) webhook_networks: Setting<String>,
}

/// Where accounts, jobs and pictures are kept.
#[derive(Clone, Debug)]
pub(crate) struct StoreSettings {
    /// `$XDG_DATA_HOME/danqing/studio`, or under `~/.local/share`.
    pub(crate) folder: Setting<String>,
    /// `sqlite:PATH` or `postgres://USER:PASSWORD@HOST/NAME`: a file in the folder.
    pub(crate) database: Setting<String>,
    /// Name of a bucket of an S3-compatible service; needs the feature `s3`: a folder in `folder`.
    pub(crate) bucket: Setting<String>,
    /// Address of the service, such as `http://127.0.0.1:9000`.
    pub(crate) bucket_endpoint: Setting<String>,
    /// Its region: `us-east-1`.
    pub(crate) bucket_region: Setting<String>,
    /// Access key; better in `DANQING_STORE_BUCKET_ACCESS_KEY` than in the file.
    pub(crate) bucket_access_key: Setting<String>,
    /// Secret key; better in `DANQING_STORE_BUCKET_SECRET_KEY` than in the file.
    pub(crate) bucket_secret_key: Setting<String>,
    /// Days for which deleted pictures can be restored: 30.
    pub(crate) grace_days: Setting<u32>,
}

/// Which rules are in force besides the built-in ones.
#[derive(Clone, Debug)]
pub(crate) struct ScreeningSettings {
    /// A folder of policy packs: none.
    pub(crate) packs: Setting<String>,
}

/// What a person may use up unless an officer says otherwise.
#[derive(Clone, Debug)]
pub(crate) struct LimitSettings {
    /// Orders that wait or are painted at once: 1000.
    pub(crate) queued: Setting<i64>,
    /// Units of work in 24 hours (pictures times paintings times steps): none.
    pub(crate) daily: Setting<i64>,
    /// Bytes of kept pictures: none.
    pub(crate) bytes: Setting<i64>,
    /// Megabytes of a file that is handed in: 64.
    pub(crate) upload_mb: Setting<usize>,
    /// People who paint live at once, in all: 4.
    pub(crate) live: Setting<usize>,
}

/// The file, as written by hand.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    paint: PaintSection,
    model: ModelSection,
    label: LabelSection,
    keys: KeySection,
    interface: InterfaceSection,
    server: ServerSection,
    store: StoreSection,
    screening: ScreeningSection,
    limits: LimitSection,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct ServerSection {
    listen: Option<SocketAddr>,
    url: Option<String>,
    proxy: Option<IpAddr>,
    certificate: Option<String>,
    key: Option<String>,
    metrics: Option<String>,
    webhook_networks: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct StoreSection {
    folder: Option<String>,
    database: Option<String>,
    bucket: Option<String>,
    bucket_endpoint: Option<String>,
    bucket_region: Option<String>,
    bucket_access_key: Option<String>,
    bucket_secret_key: Option<String>,
    grace_days: Option<u32>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct ScreeningSection {
    packs: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct LimitSection {
    queued: Option<i64>,
    daily: Option<i64>,
    bytes: Option<i64>,
    upload_mb: Option<usize>,
    live: Option<usize>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct PaintSection {
    steps: Option<u32>,
    guidance: Option<f32>,
    size: Option<String>,
    sampler: Option<String>,
    style: Option<String>,
    background: Option<String>,
    negative: Option<String>,
    wildcards: Option<String>,
    format: Option<String>,
    out: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct ModelSection {
    folder: Option<String>,
    threads: Option<usize>,
    level: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct LabelSection {
    text: Option<String>,
    position: Option<String>,
    producer: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct KeySection {
    folder: Option<String>,
    algorithm: Option<String>,
    chain: Option<String>,
    key: Option<String>,
    time_authority: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct InterfaceSection {
    language: Option<String>,
    preview: Option<String>,
}

impl Config {
    /// Reads the file (if there is one) and the environment.
    pub(crate) fn load() -> Result<Self, Error> {
        let named = env::var_os("DANQING_CONFIG").map(PathBuf::from);
        let path = named.clone().or_else(default_path);
        let text = path.as_deref().map(std::fs::read_to_string);
        let text = match (text, path.clone()) {
            (Some(Ok(text)), _) => text,
            // A file that was named must be there; the default one need not.
            (Some(Err(source)), Some(file))
                if named.is_some() || source.kind() != std::io::ErrorKind::NotFound =>
            {
                return Err(Error::Unreadable { file, source });
            }
            _ => String::new(),
        };
        let origin = path.unwrap_or_default();
        Self::resolve(&text, &origin, |name| env::var(name).ok())
    }

    fn resolve(text: &str, path: &Path, variable: impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
        let File { paint, model, label, keys, interface, server, store, screening, limits } =
            parsed(text, path)?;
        let layers = Layers { path, variable };
        Ok(Self {
            paint: PaintSettings {
                steps: layers.setting("paint.steps", Some(DEFAULT_STEPS), paint.steps)?,
                guidance: layers.setting("paint.guidance", Some(DEFAULT_GUIDANCE), paint.guidance)?,
                size: layers.setting("paint.size", Some(DEFAULT_SIZE.into()), paint.size)?,
                sampler: layers.setting("paint.sampler", Some(DEFAULT_SAMPLER.into()), paint.sampler)?,
                style: layers.setting("paint.style", None, paint.style)?,
                background: layers.setting("paint.background", None, paint.background)?,
                negative: layers.setting("paint.negative", None, paint.negative)?,
                wildcards: layers.setting("paint.wildcards", None, paint.wildcards)?,
                format: layers.setting("paint.format", None, paint.format)?,
                out: layers.setting("paint.out", None, paint.out)?,
            },
            model: ModelSettings {
                folder: layers.setting("model.folder", None, model.folder)?,
                threads: layers.setting("model.threads", None, model.threads)?,
                level: layers.setting("model.level", None, model.level)?,
            },
            label: LabelSettings {
                text: layers.setting("label.text", Some("AI生成".into()), label.text)?,
                position: layers.choice(
                    "label.position",
                    Some("bottom-right".into()),
                    label.position,
                    &POSITIONS,
                )?,
                producer: layers.setting("label.producer", Some("danqing".into()), label.producer)?,
            },
            keys: KeySettings {
                folder: layers.setting("keys.folder", default_data("keys"), keys.folder)?,
                algorithm: layers.choice(
                    "keys.algorithm",
                    Some("es256".into()),
                    keys.algorithm,
                    &["es256", "ed25519"],
                )?,
                chain: layers.setting("keys.chain", None, keys.chain)?,
                key: layers.setting("keys.key", None, keys.key)?,
                time_authority: layers.setting("keys.time_authority", None, keys.time_authority)?,
            },
            interface: InterfaceSettings {
                language: layers.choice("interface.language", None, interface.language, &["zh", "en"])?,
                preview: layers.choice(
                    "interface.preview",
                    Some("auto".into()),
                    interface.preview,
                    &["auto", "always", "never"],
                )?,
            },
            server: ServerSettings {
                listen: layers.setting("server.listen", Some(DEFAULT_LISTEN), server.listen)?,
                url: layers.setting("server.url", None, server.url)?,
                proxy: layers.setting("server.proxy", None, server.proxy)?,
                certificate: layers.setting("server.certificate", None, server.certificate)?,
                key: layers.setting("server.key", None, server.key)?,
                metrics: layers.choice(
                    "server.metrics",
                    Some("local".into()),
                    server.metrics,
                    &["local", "all", "none"],
                )?,
                webhook_networks: layers.setting("server.webhook_networks", None, server.webhook_networks)?,
            },
            store: StoreSettings {
                folder: layers.setting("store.folder", default_data("studio"), store.folder)?,
                database: layers.setting("store.database", None, store.database)?,
                bucket: layers.setting("store.bucket", None, store.bucket)?,
                bucket_endpoint: layers.setting("store.bucket_endpoint", None, store.bucket_endpoint)?,
                bucket_region: layers.setting(
                    "store.bucket_region",
                    Some("us-east-1".into()),
                    store.bucket_region,
                )?,
                bucket_access_key: layers.setting(
                    "store.bucket_access_key",
                    None,
                    store.bucket_access_key,
                )?,
                bucket_secret_key: layers.setting(
                    "store.bucket_secret_key",
                    None,
                    store.bucket_secret_key,
                )?,
                grace_days: layers.setting("store.grace_days", Some(30), store.grace_days)?,
            },
            screening: ScreeningSettings { packs: layers.setting("screening.packs", None, screening.packs)? },
            limits: LimitSettings {
                queued: layers.setting("limits.queued", Some(1000), limits.queued)?,
                daily: layers.setting("limits.daily", None, limits.daily)?,
                bytes: layers.setting("limits.bytes", None, limits.bytes)?,
                upload_mb: layers.setting("limits.upload_mb", Some(64), limits.upload_mb)?,
                live: layers.setting("limits.live", Some(4), limits.live)?,
            },
        })
    }

    /// Every setting as name, value and origin, in the order of the file.
    pub(crate) fn rows(&self) -> Vec<(&'static str, Option<String>, Origin)> {
        let Self { paint, model, label, keys, interface, server, store, screening, limits } = self;
        vec![
            row(&paint.steps),
            row(&paint.guidance),
            row(&paint.size),
            row(&paint.sampler),
            row(&paint.style),
            row(&paint.background),
            row(&paint.negative),
            row(&paint.wildcards),
            row(&paint.format),
            row(&paint.out),
            row(&model.folder),
            row(&model.threads),
            row(&model.level),
            row(&label.text),
            row(&label.position),
            row(&label.producer),
            row(&keys.folder),
            row(&keys.algorithm),
            row(&keys.chain),
            row(&keys.key),
            row(&keys.time_authority),
            row(&interface.language),
            row(&interface.preview),
            row(&server.listen),
            row(&server.url),
            row(&server.proxy),
            row(&server.certificate),
            row(&server.key),
            row(&server.metrics),
            row(&server.webhook_networks),
            row(&store.folder),
            secret_row(&store.database),
            row(&store.bucket),
            row(&store.bucket_endpoint),
            row(&store.bucket_region),
            row(&store.bucket_access_key),
            secret_row(&store.bucket_secret_key),
            row(&store.grace_days),
            row(&screening.packs),
            row(&limits.queued),
            row(&limits.daily),
            row(&limits.bytes),
            row(&limits.upload_mb),
            row(&limits.live),
        ]
    }
}

impl KeySettings {
    /// Where keys are kept; the current folder's `keys` where there is no home.
    pub(crate) fn folder(&self) -> PathBuf {
        self.folder.value.as_ref().map_or_else(|| PathBuf::from("keys"), PathBuf::from)
    }
}

impl StoreSettings {
    /// Where the studio keeps what is its own; the current folder's `studio` where there is no home.
    pub(crate) fn folder(&self) -> PathBuf {
        self.folder.value.as_ref().map_or_else(|| PathBuf::from("studio"), PathBuf::from)
    }
}

impl InterfaceSettings {
    /// When pictures are shown.
    pub(crate) fn preview(&self) -> Preview {
        self.preview.value.as_deref().and_then(|preview| preview.parse().ok()).unwrap_or_default()
    }
}

fn row<T: Display>(setting: &Setting<T>) -> (&'static str, Option<String>, Origin) {
    (setting.name, setting.value.as_ref().map(T::to_string), setting.origin.clone())
}

/// A setting whose value may hold a password.
fn secret_row(setting: &Setting<String>) -> (&'static str, Option<String>, Origin) {
    (setting.name, setting.value.as_deref().map(without_password), setting.origin.clone())
}

/// `text`, the password of an address or all of anything else made stars.
fn without_password(text: &str) -> String {
    match text.split_once("://").and_then(|(scheme, rest)| Some((scheme, rest.rsplit_once('@')?))) {
        Some((scheme, (account, host))) => {
            let name = account.split(':').next().unwrap_or_default();
            format!("{scheme}://{name}:***@{host}")
        }
        None if text.starts_with("sqlite:") || text.starts_with("postgres") => text.to_owned(),
        None => "***".to_owned(),
    }
}

fn parsed(text: &str, path: &Path) -> Result<File, Error> {
    toml::from_str(text).map_err(|error| {
        let line =
            error.span().map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
        Error::Configuration { file: path.to_owned(), reason: format!("{line}: {}", error.message()) }
    })
}

/// `$XDG_CONFIG_HOME/danqing/config.toml`, or under `~/.config`.
fn default_path() -> Option<PathBuf> {
    let folder = env::var_os("XDG_CONFIG_HOME").map(PathBuf::from).filter(|folder| folder.is_absolute());
    let folder = folder.or_else(|| env::home_dir().map(|home| home.join(".config")))?;
    Some(folder.join("danqing").join("config.toml"))
}

/// A folder in `$XDG_DATA_HOME/danqing`, or under `~/.local/share`.
fn default_data(name: &str) -> Option<String> {
    let folder = env::var_os("XDG_DATA_HOME").map(PathBuf::from).filter(|folder| folder.is_absolute());
    let folder = folder.or_else(|| env::home_dir().map(|home| home.join(".local/share")))?;
    Some(folder.join("danqing").join(name).display().to_string())
}

struct Layers<'a, V> {
    path: &'a Path,
    variable: V,
}

impl<V: Fn(&str) -> Option<String>> Layers<'_, V> {
    fn setting<T: FromStr>(
        &self,
        name: &'static str,
        default: Option<T>,
        file: Option<T>,
    ) -> Result<Setting<T>, Error> {
        let variable = format!("DANQING_{}", name.replace('.', "_").to_uppercase());
        let (value, origin) = match ((self.variable)(&variable), file) {
            (Some(value), _) => match value.parse() {
                Ok(parsed) => (Some(parsed), Origin::Variable(variable)),
                Err(_) => return Err(Error::Variable { variable, value }),
            },
            (None, Some(value)) => (Some(value), Origin::File(self.path.to_owned())),
            (None, None) => (default, Origin::Default),
        };
        Ok(Setting { name, value, origin })
    }

    /// A setting that is one of a few words.
    fn choice(
        &self,
        name: &'static str,
        default: Option<String>,
        file: Option<String>,
        words: &[&str],
    ) -> Result<Setting<String>, Error> {
        let setting = self.setting(name, default, file)?;
        let value = setting.value.clone().unwrap_or_default();
        match &setting.origin {
            _ if value.is_empty() || words.contains(&value.as_str()) => Ok(setting),
            Origin::Variable(variable) => Err(Error::Variable { variable: variable.clone(), value }),
            _ => {
                let reason = format!("{name} = \"{value}\"");
                Err(Error::Configuration { file: self.path.to_owned(), reason })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(text: &str, variables: &[(&str, &str)]) -> Result<Config, String> {
        let find =
            |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        Config::resolve(text, Path::new("config.toml"), find).map_err(|error| error.to_string())
    }

    #[test]
    fn later_layers_win_and_are_named() {
        let file = "[paint]\nsteps = 20\nguidance = 5";
        let config = resolve(file, &[("DANQING_PAINT_STEPS", "8")]).expect("sound");
        let PaintSettings { steps, guidance, size, .. } = config.paint;
        assert_eq!(
            (steps.value, steps.origin.clone()),
            (Some(8), Origin::Variable("DANQING_PAINT_STEPS".into())),
            "variable"
        );
        assert_eq!(
            (guidance.value, guidance.origin),
            (Some(5.0), Origin::File("config.toml".into())),
            "file"
        );
        assert_eq!((size.value.as_deref(), size.origin), (Some("512"), Origin::Default), "default");
        assert_eq!(steps_of(&config_flag(file)), (Some(3), Origin::Flag), "flag");
    }

    fn config_flag(file: &str) -> Setting<u32> {
        resolve(file, &[]).expect("sound").paint.steps.or_flag(Some(3))
    }

    fn steps_of(setting: &Setting<u32>) -> (Option<u32>, Origin) {
        (setting.value, setting.origin.clone())
    }

    #[test]
    fn mistakes_are_named_with_their_line() {
        let error = resolve("[paint]\nstep = 3", &[]).expect_err("a misspelt key");
        assert!(error.contains("2: unknown field `step`"), "{error}");
        assert!(resolve("[interface]\nlanguage = \"de\"", &[]).is_err(), "a language that is not spoken");
        let error = resolve("", &[("DANQING_PAINT_STEPS", "viele")]).expect_err("no number");
        assert!(error.contains("DANQING_PAINT_STEPS"), "{error}");
    }
}
