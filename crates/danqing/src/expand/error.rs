//! What can be wrong with a template.

use std::fmt;
use std::path::PathBuf;

use crate::language::Language;

/// An error of a template or of the files that it names.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The text breaks the grammar; `place` counts characters from 1.
    #[error("character {place} of the prompt: {}", fault.english())]
    Grammar { place: usize, fault: Fault },
    #[error("there is no wildcard `{name}`")]
    UnknownWildcard { name: String, known: Vec<String> },
    #[error("there is a wildcard `{name}` in the prompt, and no folder of wildcards")]
    NoFolder { name: String },
    #[error("the wildcard `{name}` leads back to itself")]
    Circular { name: String },
    #[error("the wildcards in `{}` cannot be read: {reason}", file.display())]
    Unreadable { file: PathBuf, reason: String },
    #[error("line {line} of `{}`: character {place}: {}", file.display(), fault.english())]
    Line { file: PathBuf, line: usize, place: usize, fault: Fault },
    #[error("the prompt stands for more than {most} pictures")]
    TooMany { most: usize },
    #[error("the prompt grows beyond {most} characters once it is chosen")]
    TooLong { most: usize },
}

/// How a text breaks the grammar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// `{` without its `}`.
    Unclosed,
    /// `}` without its `{`.
    Unopened,
    /// `$$` that no count stands before.
    Count,
    /// A count above what can be taken.
    LargeCount,
    /// `__` without its partner.
    Wildcard,
    /// Nested deeper than anyone means.
    Deep,
    /// `${…}`.
    Variable,
    /// `{~…}`, `{!…}`, `{@…}`.
    Sign,
    /// A weight that is no number or too large.
    Weight,
}

impl Fault {
    fn english(self) -> &'static str {
        match self {
            Self::Unclosed => "this `{` is not closed",
            Self::Unopened => "this `}` closes nothing",
            Self::Count => "`$$` needs a count before it",
            Self::LargeCount => "this count is too large",
            Self::Wildcard => "this `__` has no partner, or no name",
            Self::Deep => "braces are nested too deep here",
            Self::Variable => "variables `${...}` are not known",
            Self::Sign => "signs for the way of choosing are not known",
            Self::Weight => "this weight is no number from -10 to 10",
        }
    }

    fn chinese(self) -> &'static str {
        match self {
            Self::Unclosed => "这个 { 没有配对的 }",
            Self::Unopened => "这个 } 没有配对的 {",
            Self::Count => "$$ 前面要写个数",
            Self::LargeCount => "这个个数太大",
            Self::Wildcard => "这个 __ 没有配对，或者中间没有名字",
            Self::Deep => "花括号套得太深",
            Self::Variable => "不认识变量 ${…}",
            Self::Sign => "不认识这个选取方式的符号",
            Self::Weight => "这个权重不是 -10 到 10 的数",
        }
    }

    fn hint(self) -> (&'static str, &'static str) {
        match self {
            Self::Unclosed | Self::Unopened => (
                "多选一写成 {红|蓝}；要画花括号本身，写 \\{ 和 \\}",
                "alternatives are written {red|blue}; a brace itself is \\{ or \\}",
            ),
            Self::Count | Self::LargeCount => {
                ("选两个写成 {2$$红|蓝|金}", "two of several are written {2$$red|blue|gold}")
            }
            Self::Wildcard => (
                "词库写成 __动物__，对应 动物.txt；下划线本身写 \\_",
                "a wildcard is written __animal__, for animal.txt; an underscore itself is \\_",
            ),
            Self::Deep => ("把里面几层放进词库文件", "put the inner ones into a file of wildcards"),
            Self::Variable => ("直接写出内容，或用词库 __名字__", "write it out, or use a wildcard __name__"),
            Self::Sign => (
                "去掉 {} 里的第一个符号；要画出全部组合，加 --every",
                "remove the first sign in the braces; --every paints all combinations",
            ),
            Self::Weight => (
                "权重写成 (红色:1.2)，1 是平常，括号每套一层乘 1.1；要画括号本身，写 \\( 和 \\)",
                "weights are written (red:1.2), 1 is plain, each pair of brackets is times 1.1; a bracket itself is \\( or \\)",
            ),
        }
    }
}

impl Error {
    /// A name that stays the same from version to version.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Grammar { .. } => "prompt-grammar",
            Self::UnknownWildcard { .. } | Self::NoFolder { .. } => "unknown-wildcard",
            Self::Circular { .. } => "circular-wildcard",
            Self::Unreadable { .. } => "wildcards-unreadable",
            Self::Line { .. } => "wildcard-grammar",
            Self::TooMany { .. } => "too-many-combinations",
            Self::TooLong { .. } => "long-prompt",
        }
    }

    /// The message in Chinese.
    pub(crate) fn chinese(&self) -> String {
        match self {
            Self::Grammar { place, fault } => format!("提示词第 {place} 个字：{}", fault.chinese()),
            Self::UnknownWildcard { name, .. } => format!("没有叫「{name}」的词库"),
            Self::NoFolder { name } => format!("提示词里有词库「{name}」，但还没有词库文件夹"),
            Self::Circular { name } => format!("词库「{name}」绕回了自己"),
            Self::Unreadable { file, reason } => format!("读不了词库「{}」：{reason}", file.display()),
            Self::Line { file, line, place, fault } => {
                format!("「{}」第 {line} 行第 {place} 个字：{}", file.display(), fault.chinese())
            }
            Self::TooMany { most } => format!("这条提示词的组合超过了 {most} 种"),
            Self::TooLong { most } => format!("选定后的提示词超过了 {most} 个字"),
        }
    }

    /// What the person can do about it.
    pub(crate) fn hint(&self, language: Language) -> String {
        let (chinese, english): (String, String) = match self {
            Self::Grammar { fault, .. } | Self::Line { fault, .. } => {
                let (chinese, english) = fault.hint();
                (chinese.into(), english.into())
            }
            Self::UnknownWildcard { known, .. } if !known.is_empty() => {
                (format!("有这些：{}", known.join("、")), format!("known: {}", known.join(", ")))
            }
            Self::UnknownWildcard { name, .. } => (
                format!("在词库文件夹里放一个 {name}.txt，每行一个词"),
                format!("put a file {name}.txt into the folder of wildcards, one choice a line"),
            ),
            Self::NoFolder { .. } => (
                "用 --wildcards 指定文件夹，或在设置里写 paint.wildcards；里面每个 .txt 是一个词库".into(),
                "name one with --wildcards or the setting paint.wildcards; each .txt in it is a wildcard"
                    .into(),
            ),
            Self::Circular { .. } => {
                ("改掉词库里互相引用的行".into(), "change the lines that name each other".into())
            }
            Self::Unreadable { .. } => (
                "检查路径和权限；文件要存成 UTF-8".into(),
                "check the path and its permissions; files are read as UTF-8".into(),
            ),
            Self::TooMany { .. } => (
                "减少选项，或去掉 --every，用 --count 随机抽".into(),
                "use fewer alternatives, or draw some with --count and without --every".into(),
            ),
            Self::TooLong { .. } => {
                ("缩短选项或词库里的行".into(), "shorten the alternatives or the lines".into())
            }
        };
        language.pick(chinese, english)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.english())
    }
}
