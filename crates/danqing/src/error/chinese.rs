//! Messages in Chinese.

use std::io;

use danqing_provenance::keys::KeyError;
use danqing_store::{Error as Store, Quota};

use super::{Error, told};
use crate::edit;
use crate::labelling::MarkError;
use crate::order::MOST_CHARACTERS;
use crate::table;

impl Error {
    pub(super) fn chinese(&self) -> String {
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
            Self::NoSuchLevel { name } => format!("这台机器没有「{name}」这一级指令"),
            Self::NoQuick { model } => format!("「{model}」没有快手，只能一步步画"),
            Self::Weights { model, source } => format!("「{model}」的权重损坏，或属于别的模型：{source}"),
            Self::Configuration { file, reason } => format!("配置文件「{}」有错：{reason}", file.display()),
            Self::Variable { variable, value } => format!("环境变量 {variable} 不能是「{value}」"),
            Self::Keys(error) => of_keys(error),
            Self::Label { file, source } => {
                format!("「{}」没有打上标识：{}", file.display(), of_label(source))
            }
            Self::Mark { file, source } => format!("「{}」没有打上标识：{}", file.display(), of_mark(source)),
            Self::Occupied { file } => format!("已经有「{}」了", file.display()),
            Self::LabelSetting { source } => format!("[label] 里的设置不对：{}", of_label(source)),
            Self::TimeAuthority { url } => format!("「{url}」不是时间戳服务的地址"),
            Self::Template(error) => error.chinese(),
            Self::SheetOfMany => "--grid 把同一条提示词的几张图拼在一起，而这条提示词里有多选".to_owned(),
            Self::Table(wrong) => of_table(wrong),
            Self::Cell { line, column, source } => {
                let column = column.map(|column| format!("「{}」列", column.names().0)).unwrap_or_default();
                format!("第 {line} 行{column}：{}", source.chinese())
            }
            Self::Change { text } => format!("「{text}」不是能对图层做的改动"),
            Self::NoLayer { layer, of } => format!("没有第 {layer} 个图层，这张图共有 {of} 个"),
            Self::Edit { file, source } => {
                let why = match source {
                    edit::Fault::Empty => "图片没有像素",
                    edit::Fault::Large => "图片超过了四千万像素",
                    edit::Fault::EmptyMask => "蒙版里没有要画的地方",
                };
                format!("「{}」不能修改：{why}", file.display())
            }
            Self::NotEditable { file } => {
                format!("「{}」不是能修改的 PNG、JPEG 或 WebP 图片", file.display())
            }
            Self::Travel { text } => format!("「{text}」不是去往另一个种子的写法"),
            Self::Blend { text } => format!("「{text}」不是掺入另一种风格的写法"),
            Self::NoLiveTerminal => "这里不是能显示图片的终端".to_owned(),
            Self::LiveFull { most: 0 } => "这间工作室没有开即时作画".to_owned(),
            Self::LiveFull { most } => format!("已经有 {most} 个人在即时作画"),
            Self::UnknownArea { text } => format!("没有叫「{text}」的重画范围"),
            Self::NeedsPicture => "要重画的图是从另一张图改出来的".to_owned(),
            Self::Usage { chinese, .. } => chinese.clone(),
            Self::SomeFailed { failed, all } => format!("{all} 张里有 {failed} 张没有画成"),
            Self::Cancelled => "已取消，画好的图片都保留了".to_owned(),
            Self::Stopped { stop, .. } => format!("被规则「{}」拦下了：{}", stop.rule(), told(stop).0),
            Self::Rules { source } => format!("规则包有错：{source}"),
            Self::Store(source) => of_store(source),
            Self::Listen { listen, source } => format!("不能在 {listen} 上监听：{}", reason(source)),
            Self::NoOwner { listen } => format!("{listen} 对外可见，而这个工作室还没有主人"),
            Self::Unencrypted { listen } => format!("{listen} 对外可见，而连接没有加密"),
            Self::Certificate { reason } => format!("[server] 里的证书或私钥不能用：{reason}"),
            #[cfg(not(feature = "s3"))]
            Self::NoBuckets => "这个 danqing 编译时没有带存储桶".to_owned(),
            Self::SignInNeeded => "还没有登录".to_owned(),
            Self::WrongPassword => "名字或密码不对".to_owned(),
            Self::Locked { seconds } => format!("试错太多次，{seconds} 秒后再试"),
            Self::Forbidden => "你的账户没有这个权限".to_owned(),
            Self::CrossSite => "请求来自别的网站，没有执行".to_owned(),
            Self::NoPage => "没有这个页面".to_owned(),
            Self::NoMethod => "这个地址不接受这种方法".to_owned(),
            Self::Request { reason } => format!("请求读不懂：{reason}"),
            Self::TooLarge { most } => format!("文件超过 {most} MB"),
            Self::JobFailed { chinese, .. } => chinese.clone(),
            Self::Closing => "工作室正在关门".to_owned(),
            Self::Webhook { url, reason } => format!("「{url}」通知不到：{reason}"),
            Self::Broken => "工作室出了故障".to_owned(),
        }
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
        Label::Encrypted { format } => format!("{format} 文件加了密，读不了也改不了"),
        Label::Encode { reason } => format!("图片编码失败：{reason}"),
        other => other.to_string(),
    }
}

/// What the store refused, in Chinese.
fn of_store(error: &Store) -> String {
    match error {
        Store::Missing { .. } | Store::Id(_) => "没有这一项，或者不是你的".to_owned(),
        Store::NameTaken(name) => format!("「{name}」已经有人用了"),
        Store::Name(name) => format!("「{name}」不能作名字：1 到 64 个字，不含空格"),
        Store::Password { least, most } => format!("密码要有 {least} 到 {most} 个字符"),
        Store::Owned => "这个工作室已经有主人了".to_owned(),
        Store::LastOwner => "最后一位主人不能卸任".to_owned(),
        Store::Invitation => "这个邀请不存在、用过了或过期了".to_owned(),
        Store::Quota { quota, limit } => match quota {
            Quota::Queued => format!("排队的任务已到上限（{limit} 个）"),
            Quota::Daily => format!("一天的用量已到上限（{limit}）"),
            Quota::Bytes => format!("存储空间已到上限（{} MB）", limit / 1_000_000),
        },
        Store::Idempotency(_) => "同一个 Idempotency-Key 用在了另一个任务上".to_owned(),
        Store::Database(_) => "数据库出错或连不上".to_owned(),
        Store::Address(address) => format!("不认识数据库地址「{address}」"),
        Store::File { path, source } => format!("「{path}」读写失败：{}", reason(source)),
        #[cfg(feature = "s3")]
        Store::Bucket(_) => "存储桶出错或连不上".to_owned(),
        Store::BlobMissing(_) => "图片文件丢失了".to_owned(),
        Store::BlobDamaged(_) => "图片文件损坏了".to_owned(),
        other => other.to_string(),
    }
}

/// Why sound or video got no mark.
fn of_mark(error: &MarkError) -> String {
    match error {
        MarkError::NoProgram { program } => format!("没有安装 {program}，音频和视频里的标识要靠它做"),
        MarkError::Failed { program, told } => format!("{program} 没有做成：{told}"),
        MarkError::Codec { codec } => format!("不会写「{codec}」这种编码的声音"),
        MarkError::Empty => "里面既没有画面也没有声音".to_owned(),
        MarkError::Scratch(error) => format!("给 ffmpeg 的临时文件写不了：{}", reason(error)),
        MarkError::Label(error) => of_label(error),
    }
}

/// What is wrong with a table, in Chinese.
fn of_table(wrong: &table::Wrong) -> String {
    use table::Wrong;
    match wrong {
        Wrong::UnknownColumn { number, name } => format!("表格第 {number} 列叫「{name}」，不知道是什么"),
        Wrong::Twice { name } => format!("有两列都是「{name}」"),
        Wrong::NoPrompts => "表格里没有「提示词」这一列".to_owned(),
        Wrong::Cells { line, found, expected } => {
            format!("第 {line} 行有 {found} 格，表头只有 {expected} 格")
        }
        Wrong::Number { text } => format!("「{text}」不是数字"),
        Wrong::Unreadable { line } => format!("第 {line} 行不是 CSV"),
        Wrong::Rows { most } => format!("表格超过了 {most} 行"),
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
