//! What a person can do about an error, in both languages.

use danqing_moderation::Action;
use danqing_provenance::keys::KeyError;
use danqing_store::Error as Store;

use super::Error;
use crate::edit;
use crate::labelling::MarkError;
use crate::language::Language;
use crate::order::MOST_SIDE_PX;
use crate::table;

impl Error {
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
                let words = |language| danqing_scene::Style::all().map(move |style| style.word(language));
                let chinese: Vec<&str> = words(danqing_scene::Language::Chinese).collect();
                let english: Vec<&str> = words(danqing_scene::Language::English).collect();
                (format!("可用：{}", chinese.join("、")), format!("known: {}", english.join(", ")))
            }
            Self::UnknownSampler { .. } => {
                ("可用：euler、heun、dpm++2m、quick".into(), "known: euler, heun, dpm++2m, quick".into())
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
            Self::NoSuchLevel { .. } => {
                let levels: Vec<String> =
                    danqing_engine::Level::available().iter().map(ToString::to_string).collect();
                (format!("可用：{}", levels.join("、")), format!("available: {}", levels.join(", ")))
            }
            Self::NoQuick { .. } => {
                ("换一种采样器，如 euler".into(), "take another sampler, such as euler".into())
            }
            Self::Weights { source, .. } => ("重新取得或导出模型文件".into(), source.hint().into()),
            Self::Unreadable { .. } => ("检查路径和权限".into(), "check the path and its permissions".into()),
            Self::Configuration { .. } | Self::Variable { .. } => {
                ("运行 danqing config 查看全部设置".into(), "danqing config lists all settings".into())
            }
            Self::Keys(error) => (keys_hint(error).into(), error.hint().into()),
            Self::Label { source, .. } => {
                let english = source.hint()?;
                let chinese = match source {
                    danqing_provenance::Error::Encrypted { .. } => {
                        "先存一份不加密的（例如 qpdf --decrypt 旧文件 新文件），给那一份打标识"
                    }
                    danqing_provenance::Error::Damaged { .. } => "用看文件的软件打开，另存一份，给那一份打标识",
                    _ => "没有放出文件；检查密钥和文件，再试一次",
                };
                (chinese.into(), english.into())
            }
            Self::Mark { source, .. } => mark_hint(source)?,
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
            Self::Template(error) => return Some(error.hint(language)),
            Self::Cell { source, .. } => return source.hint(language),
            Self::SheetOfMany => (
                "去掉 --grid，或去掉 { } 和 __".into(),
                "leave out --grid, or the braces and wildcards".into(),
            ),
            Self::Table(table::Wrong::Number { .. }) => {
                ("写数字，或让这一格空着".into(), "write a number, or leave the cell empty".into())
            }
            Self::Table(table::Wrong::Cells { .. } | table::Wrong::Unreadable { .. }) => (
                "带逗号的提示词要放在双引号里；用表格软件另存为 CSV（UTF-8）最省事".into(),
                "put prompts with commas into double quotes, or save as CSV (UTF-8) from a spreadsheet"
                    .into(),
            ),
            Self::Table(_) => {
                let (chinese, english) = table::known();
                (
                    format!("第一行写列名，认识的有：{chinese}"),
                    format!("the first line names the columns: {english}"),
                )
            }
            Self::Change { .. } => (
                "写“图层 2 移动 40 -10”“图层 2 缩放 1.5”“图层 2 重画 77”或“图层 2 删除”".into(),
                "write `layer 2 move 40 -10`, `layer 2 scale 1.5`, `layer 2 repaint 77` or `layer 2 remove`"
                    .into(),
            ),
            Self::NoLayer { .. } => (
                "图层从 1 数起，最下面的是 1；加 --json 会列出每个图层".into(),
                "layers count from 1, the lowest first; --json lists them".into(),
            ),
            Self::Edit { source: edit::Fault::EmptyMask, .. } => (
                "把要重画的地方涂白，其余涂黑；反过来的蒙版加 --invert-mask".into(),
                "paint white what may change and black the rest; --invert-mask takes it the other way".into(),
            ),
            Self::NotEditable { .. } => {
                ("文件要完好，动图先存成一帧".into(), "the file must be sound, and of one frame".into())
            }
            Self::Edit { .. } => ("换一张小一些的图片".into(), "take a smaller picture".into()),
            Self::Travel { .. } => (
                "写 另一个种子:走了多少，如 99:0.4（0 是原来的种子，1 是 99）".into(),
                "write the other seed and how far, such as 99:0.4 (0 is the first seed, 1 is 99)".into(),
            ),
            Self::Blend { .. } => (
                "写 风格:掺多少，如 扁平:0.4（0 是不掺，1 是全用它）".into(),
                "write a style and how much of it, such as flat:0.4 (0 is none of it, 1 nothing else)".into(),
            ),
            Self::NoLiveTerminal => (
                "换 kitty、iTerm2、WezTerm 或 foot 等终端；只想看个大概，加 --preview always".into(),
                "use a terminal such as kitty, iTerm2, WezTerm or foot; for a rough look add --preview always"
                    .into(),
            ),
            Self::LiveFull { most: 0 } => (
                "请管理员把 limits.live 设成 1 或更多；平常的作画照旧".into(),
                "an operator can set limits.live to 1 or more; ordinary painting works as ever".into(),
            ),
            Self::LiveFull { .. } => (
                "有人停笔半分钟，位子就空出来；平常的作画照旧".into(),
                "a place is free when somebody pauses for half a minute; ordinary painting works as ever".into(),
            ),
            Self::UnknownArea { .. } => {
                ("可用：whole（整张）、mask（蒙版周围）".into(), "known: whole, mask".into())
            }
            Self::NeedsPicture => (
                "用 --from 给出原来那张图".into(),
                "name the picture that it started from with --from".into(),
            ),
            Self::Usage { suggestion: Some(suggestion), .. } => {
                (format!("是不是想写 {suggestion}？"), format!("did you mean {suggestion}?"))
            }
            Self::Usage { allowed, .. } if !allowed.is_empty() => {
                (format!("可用：{}", allowed.join("、")), format!("known: {}", allowed.join(", ")))
            }
            Self::Usage { .. } => {
                ("danqing --help 有说明和例子".into(), "danqing --help explains, with examples".into())
            }
            Self::Stopped { stop, entry } => return Some(appeal(stop.action(), *entry, language)),
            Self::Rules { .. } => (
                "规则包的写法见 docs/screening.md".into(),
                "docs/screening.md tells how packs are written".into(),
            ),
            Self::Store(source) => return of_store(source, language),
            Self::Listen { .. } => (
                "用 --listen 换一个端口，例如 127.0.0.1:7861；0 由系统挑一个".into(),
                "choose another port with --listen, such as 127.0.0.1:7861; 0 lets the system choose".into(),
            ),
            Self::NoOwner { .. } => (
                "先在本机运行 danqing accounts owner，打开它给的一次性链接".into(),
                "run danqing accounts owner on this machine first, and open the link that it gives".into(),
            ),
            Self::Unencrypted { .. } => (
                "在 [server] 里写 certificate 和 key，或者用 proxy 写明前面的反向代理".into(),
                "set certificate and key in [server], or name the proxy in front of it with proxy".into(),
            ),
            Self::Certificate { .. } => (
                "两个都要是 PEM：证书链（自己的在前）和 PKCS #8 私钥".into(),
                "both are PEM: a chain, the server's own first, and a private key in PKCS #8".into(),
            ),
            #[cfg(not(feature = "s3"))]
            Self::NoBuckets => (
                "编译时加上 --features s3，或删掉 store.bucket".into(),
                "build with --features s3, or leave store.bucket out".into(),
            ),
            Self::SignInNeeded => (
                "登录，或在请求里带上 API 密钥：Authorization: Bearer dq_…".into(),
                "sign in, or send an API key: Authorization: Bearer dq_...".into(),
            ),
            Self::Forbidden => ("请工作室的主人调整权限".into(), "ask an owner of the studio".into()),
            Self::NoPage => ("回到首页再找".into(), "start again from the first page".into()),
            Self::Broken => (
                "没有丢失已完成的图片；再试一次，还不行就看日志".into(),
                "nothing finished was lost; try again, and see the log if it stays".into(),
            ),
            Self::Closing => ("排着的任务不会丢，过一会儿再来".into(), "what waits is kept; come back in a while".into()),
            Self::Webhook { .. } => (
                "写 https:// 或 http:// 开头、解析到公网的地址；内网地址要由管理员放进 server.webhook_networks".into(),
                "write a public address that begins with https:// or http://; private ones are listed by the operator in server.webhook_networks".into(),
            ),
            Self::TooLarge { .. } => ("缩小以后再传".into(), "make it smaller".into()),
            Self::Encoding { .. }
            | Self::SomeFailed { .. }
            | Self::Cancelled
            | Self::NoMethod
            | Self::JobFailed { .. }
            | Self::WrongPassword
            | Self::Locked { .. }
            | Self::CrossSite
            | Self::Request { .. } => return None,
        };
        Some(language.pick(chinese, english))
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

/// How to go on after a stop.
fn appeal(action: Action, entry: Option<u64>, language: Language) -> String {
    let number = entry.map(|entry| language.pick(format!("（记录 {entry}）"), format!(" (record {entry})")));
    let number = number.unwrap_or_default();
    match action {
        Action::Review => language
            .pick(format!("要等审核员决定{number}"), format!("it waits for an officer to decide{number}")),
        _ => language.pick(
            format!("换一种写法；认为拦错了，可以申诉{number}"),
            format!("say it another way; if the rule is wrong here, appeal{number}"),
        ),
    }
}

fn of_store(error: &Store, language: Language) -> Option<String> {
    let (chinese, english) = match error {
        Store::Quota { .. } => {
            ("删些图片、等一等，或请审核员放宽", "delete pictures, wait, or ask an officer for more")
        }
        Store::Invitation => ("请邀请你的人再发一个", "ask who invited you for another"),
        Store::Database(_) => {
            ("数据库在运行吗？地址对吗？", "is the database running, and does its address hold?")
        }
        #[cfg(feature = "s3")]
        Store::Bucket(_) => (
            "存储桶的服务在运行吗？地址和密钥对吗？在等的任务不会丢，恢复后接着画",
            "is the bucket's service running, and do its address and keys hold? Orders wait and are painted after",
        ),
        Store::BlobMissing(_) | Store::BlobDamaged(_) => ("从备份恢复", "restore it from a backup"),
        Store::Address(_) => ("写 sqlite:路径 或 postgres://…", "write sqlite:PATH or postgres://..."),
        other => return language.pick(None, other.hint().map(str::to_owned)),
    };
    Some(language.pick(chinese, english).to_owned())
}

/// What helps where sound or video got no mark.
fn mark_hint(error: &MarkError) -> Option<(String, String)> {
    let (chinese, english) = match error {
        MarkError::NoProgram { .. } => (
            "安装 ffmpeg（Debian、Ubuntu：apt install ffmpeg），或加 --metadata-only，只写元数据标识",
            "install ffmpeg (Debian, Ubuntu: apt install ffmpeg), or add --metadata-only for the label in metadata alone",
        ),
        MarkError::Failed { .. } | MarkError::Codec { .. } | MarkError::Empty => (
            "如果文件能播放，加 --metadata-only 先写元数据标识，声音或画面里的标识另外做",
            "if the file plays, label its metadata with --metadata-only, and make the mark for eyes and ears elsewhere",
        ),
        MarkError::Scratch(_) | MarkError::Label(_) => return None,
    };
    Some((chinese.into(), english.into()))
}
