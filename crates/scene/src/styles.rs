//! Drawing styles and the words for them.

use crate::scene::Language;

/// A way of drawing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Style {
    /// Rounded, shaded volumes.
    ThreeD,
    /// Plain areas of colour.
    Flat,
    /// Areas with soft colour changes.
    Gradient,
    /// Comic drawing.
    Cartoon,
    /// A sticker.
    Sticker,
    /// A portrait for a profile.
    Avatar,
    /// Large visible pixels.
    Pixel,
    /// Watercolour.
    Watercolour,
    /// Chinese ink.
    Ink,
    /// Oil paint.
    Oil,
    /// Pencil.
    Sketch,
    /// Cut paper.
    PaperCut,
    /// Lines without areas.
    LineArt,
    /// Drawn by hand.
    HandDrawn,
    /// Like a photograph.
    Realistic,
    /// Glowing tubes.
    Neon,
    /// An icon.
    Icon,
    /// An emoji.
    Emoji,
    /// Japanese animation.
    Anime,
}

/// A style with its phrase in each language (`{}` is the subject) and the words that name it.
struct Row {
    style: Style,
    phrase_zh: &'static str,
    phrase_en: &'static str,
    words_zh: &'static [&'static str],
    words_en: &'static [&'static str],
}

/// Chinese words may be followed by 风格 and the like, English ones by `style`; see [`after_chinese`], [`after_english`].
const TABLE: &[Row] = &[
    Row {
        style: Style::ThreeD,
        phrase_zh: "3D风格的{}",
        phrase_en: "3D {}",
        words_zh: &["3D", "3d", "三维", "立体", "C4D"],
        words_en: &["3d", "3-d", "three-dimensional", "3d rendered", "3d render", "c4d"],
    },
    Row {
        style: Style::Flat,
        phrase_zh: "扁平风格的{}",
        phrase_en: "flat {}",
        words_zh: &["扁平", "扁平化", "平面"],
        words_en: &["flat", "flat design", "flat vector"],
    },
    Row {
        style: Style::Gradient,
        phrase_zh: "渐变风格的{}",
        phrase_en: "gradient {}",
        words_zh: &["渐变", "渐变色"],
        words_en: &["gradient", "glossy"],
    },
    Row {
        style: Style::Cartoon,
        phrase_zh: "卡通{}",
        phrase_en: "cartoon {}",
        words_zh: &["卡通", "Q版"],
        words_en: &["cartoon", "cartoonish", "chibi"],
    },
    Row {
        style: Style::Sticker,
        phrase_zh: "{}贴纸",
        phrase_en: "{} sticker",
        words_zh: &["贴纸", "表情包"],
        words_en: &["sticker", "stickers", "decal"],
    },
    Row {
        style: Style::Avatar,
        phrase_zh: "{}头像",
        phrase_en: "{} avatar",
        words_zh: &["头像"],
        words_en: &["avatar", "profile picture", "avatars"],
    },
    Row {
        style: Style::Pixel,
        phrase_zh: "像素风格的{}",
        phrase_en: "pixel art {}",
        words_zh: &["像素", "8位", "8比特"],
        words_en: &["pixel art", "pixel", "pixelated", "8-bit", "8bit"],
    },
    Row {
        style: Style::Watercolour,
        phrase_zh: "水彩风格的{}",
        phrase_en: "watercolor {}",
        words_zh: &["水彩"],
        words_en: &["watercolor", "watercolour", "watercolor painting"],
    },
    Row {
        style: Style::Ink,
        phrase_zh: "水墨风格的{}",
        phrase_en: "ink wash {}",
        words_zh: &["水墨", "国画", "中国画", "水墨画"],
        words_en: &["ink wash", "ink painting", "chinese ink", "chinese painting"],
    },
    Row {
        style: Style::Oil,
        phrase_zh: "油画风格的{}",
        phrase_en: "oil painting {}",
        words_zh: &["油画"],
        words_en: &["oil painting", "oil paint"],
    },
    Row {
        style: Style::Sketch,
        phrase_zh: "素描风格的{}",
        phrase_en: "pencil sketch {}",
        words_zh: &["素描", "铅笔画", "速写"],
        words_en: &["pencil sketch", "sketch", "pencil drawing", "sketched"],
    },
    Row {
        style: Style::PaperCut,
        phrase_zh: "剪纸风格的{}",
        phrase_en: "paper cut {}",
        words_zh: &["剪纸"],
        words_en: &["paper cut", "papercut", "paper-cut", "cut paper"],
    },
    Row {
        style: Style::LineArt,
        phrase_zh: "线条风格的{}",
        phrase_en: "line art {}",
        words_zh: &["线条", "线稿", "简笔画", "简笔"],
        words_en: &["line art", "line drawing", "lineart", "outline"],
    },
    Row {
        style: Style::HandDrawn,
        phrase_zh: "手绘{}",
        phrase_en: "hand-drawn {}",
        words_zh: &["手绘", "插画"],
        words_en: &["hand-drawn", "hand drawn", "handdrawn", "illustrated"],
    },
    Row {
        style: Style::Realistic,
        phrase_zh: "写实{}",
        phrase_en: "realistic {}",
        words_zh: &["写实", "逼真", "照片级"],
        words_en: &["realistic", "photorealistic", "lifelike"],
    },
    Row {
        style: Style::Neon,
        phrase_zh: "霓虹{}",
        phrase_en: "neon {}",
        words_zh: &["霓虹", "赛博朋克"],
        words_en: &["neon", "cyberpunk"],
    },
    Row {
        style: Style::Icon,
        phrase_zh: "{}图标",
        phrase_en: "{} icon",
        words_zh: &["图标"],
        words_en: &["icon", "icons"],
    },
    Row {
        style: Style::Emoji,
        phrase_zh: "{}表情",
        phrase_en: "{} emoji",
        words_zh: &["表情符号"],
        words_en: &["emoji", "emojis"],
    },
    Row {
        style: Style::Anime,
        phrase_zh: "动漫{}",
        phrase_en: "anime {}",
        words_zh: &["动漫", "二次元", "日漫"],
        words_en: &["anime", "manga"],
    },
];

/// What may follow a Chinese style word and belongs to it.
pub(crate) const AFTER_CHINESE: &[&str] =
    &["风格", "画风", "效果", "质感", "风", "画", "感", "渲染", "插画", "艺术", "版", "设计"];

/// What may follow an English style word and belongs to it.
pub(crate) const AFTER_ENGLISH: &[&str] =
    &["style", "styled", "art", "look", "render", "rendering", "effect", "illustration", "design"];

impl Style {
    /// Reads a style that is the whole text, in either language.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_lowercase();
        let chinese: Vec<char> = text.chars().collect();
        let words: Vec<&str> = text.split_whitespace().collect();
        let whole = |found: Option<(Self, usize)>, length| {
            found.filter(|found| found.1 == length).map(|found| found.0)
        };
        whole(Self::chinese(&chinese), chinese.len()).or_else(|| whole(Self::english(&words), words.len()))
    }

    /// All styles.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(|row| row.style)
    }

    /// The English name, as [`Style::parse`] reads it.
    pub fn name(self) -> &'static str {
        self.row().words_en[0]
    }

    /// The style's name in `language`.
    pub fn word(self, language: Language) -> &'static str {
        match language {
            Language::Chinese => self.row().words_zh[0],
            Language::English => self.row().words_en[0],
        }
    }

    /// `subject` in this style, in words.
    pub fn applied(self, subject: &str, language: Language) -> String {
        let pattern = match language {
            Language::Chinese => self.row().phrase_zh,
            Language::English => self.row().phrase_en,
        };
        pattern.replacen("{}", subject, 1)
    }

    /// The longest style word at the start of `text`, with its length in characters.
    pub(crate) fn chinese(text: &[char]) -> Option<(Self, usize)> {
        let starts = |text: &[char], word: &str| {
            let length = word.chars().count();
            (text.len() >= length && word.chars().zip(text).all(|(ours, &theirs)| ours == theirs))
                .then_some(length)
        };
        let (style, mut length) = TABLE
            .iter()
            .flat_map(|row| row.words_zh.iter().map(|word| (row.style, word)))
            .filter_map(|(style, word)| Some((style, starts(text, word)?)))
            .max_by_key(|&(_, length)| length)?;
        while let Some(more) = AFTER_CHINESE.iter().filter_map(|word| starts(&text[length..], word)).max() {
            length += more;
        }
        Some((style, length))
    }

    /// The longest style word at the start of `words` (lower case), with its length in words.
    pub(crate) fn english(words: &[&str]) -> Option<(Self, usize)> {
        let starts = |name: &str| {
            let length = name.split(' ').count();
            (words.len() >= length && name.split(' ').zip(words).all(|(ours, &theirs)| ours == theirs))
                .then_some(length)
        };
        let (style, mut length) = TABLE
            .iter()
            .flat_map(|row| row.words_en.iter().map(|name| (row.style, name)))
            .filter_map(|(style, name)| Some((style, starts(name)?)))
            .max_by_key(|&(_, length)| length)?;
        while words.get(length).is_some_and(|word| AFTER_ENGLISH.contains(word)) {
            length += 1;
        }
        Some((style, length))
    }

    fn row(self) -> &'static Row {
        // The table has a row for every style, in any order; the test holds it to that.
        TABLE.iter().find(|row| row.style == self).unwrap_or(&TABLE[0])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_style_reads_its_own_name() {
        for style in Style::all() {
            assert_eq!(Style::parse(style.name()), Some(style), "{style:?}");
        }
    }

    #[test]
    fn style_words_take_what_belongs_to_them() {
        assert_eq!(Style::parse("扁平风格"), Some(Style::Flat), "suffix");
        assert_eq!(Style::parse("flat style"), Some(Style::Flat), "suffix");
        assert_eq!(Style::parse("水彩画风"), Some(Style::Watercolour), "two suffixes");
        assert_eq!(Style::ThreeD.applied("猫", Language::Chinese), "3D风格的猫", "phrase");
    }
}
