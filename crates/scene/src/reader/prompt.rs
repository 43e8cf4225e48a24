//! The characters of a prompt, made uniform, with their places in the original.

use std::ops::Range;

use crate::scene::Language;

/// A prompt with full-width Latin made half-width, control characters made spaces, and emphasis syntax
/// (`(word:1.2)`, `[word]`, `<lora:name:1>`) taken out.
pub(crate) struct Prompt {
    /// The characters.
    pub(crate) chars: Vec<char>,
    /// Byte in the original at which each character starts, and the end of the prompt.
    offsets: Vec<usize>,
}

impl Prompt {
    pub(crate) fn new(text: &str) -> Self {
        let original: Vec<(usize, char)> = text.char_indices().map(|(at, c)| (at, uniform(c))).collect();
        let mut prompt = Self { chars: Vec::with_capacity(original.len()), offsets: Vec::new() };
        let mut at = 0;
        while at < original.len() {
            let skipped = emphasis(&original[at..]);
            if skipped == 0 {
                prompt.chars.push(original[at].1);
                prompt.offsets.push(original[at].0);
                at += 1;
            } else {
                at += skipped;
            }
        }
        prompt.offsets.push(text.len());
        prompt
    }

    /// Whether there is anything to draw.
    pub(crate) fn says_something(&self) -> bool {
        self.chars.iter().any(|&c| c.is_alphanumeric() || is_pictograph(c))
    }

    /// Chinese as soon as one Han character is in it, or when there are no Latin letters (emoji).
    pub(crate) fn language(&self) -> Language {
        let latin = self.chars.iter().any(|c| c.is_alphabetic());
        if !latin || self.chars.iter().any(|&c| is_han(c)) { Language::Chinese } else { Language::English }
    }

    /// Bytes of the original for a range of characters.
    pub(crate) fn span(&self, chars: Range<usize>) -> Range<usize> {
        let last = chars.end.saturating_sub(1).max(chars.start);
        let end = self.chars.get(last).map_or(0, |_| self.offsets[last + 1]);
        self.offsets[chars.start]..end.max(self.offsets[chars.start])
    }

    /// The text in one line, single-spaced.
    pub(crate) fn plain(&self) -> String {
        let text: String = self.chars.iter().collect();
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

fn uniform(c: char) -> char {
    match c {
        // Full-width forms sit at a fixed distance from ASCII; their comma and colon mean the same.
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        '\u{3000}' => ' ',
        '’' | '‘' => '\'',
        c if c.is_control() => ' ',
        c => traditional(c),
    }
}

/// Traditional forms of the characters that the reader's own words are made of.
fn traditional(c: char) -> char {
    const TRADITIONAL: &str = "隻個紅藍綠黃紫銀灰兩雙對輛條張顆棵盞間臺艘幾許無縫圖樣風頭畫貼紙漸變層掛樹燈籠貓魚鳥馬龍雞鴨鵝豬熊貓蘋邊裡裏後側圍圈排並個與還沒戴墨鏡帽眼穿著漂亮彩虹顏顆滿們這飛車雲陽氣球葉蘭";
    const SIMPLIFIED: &str = "只个红蓝绿黄紫银灰两双对辆条张颗棵盏间台艘几许无缝图样风头画贴纸渐变层挂树灯笼猫鱼鸟马龙鸡鸭鹅猪熊猫苹边里里后侧围圈排并个与还没戴墨镜帽眼穿着漂亮彩虹颜颗满们这飞车云阳气球叶兰";
    if (c as u32) < 0x4E00 {
        return c;
    }
    TRADITIONAL.chars().zip(SIMPLIFIED.chars()).find(|&(from, _)| from == c).map_or(c, |(_, to)| to)
}

/// How many characters at the start are syntax of emphasis and not words.
fn emphasis(text: &[(usize, char)]) -> usize {
    match text[0].1 {
        '(' | ')' | '[' | ']' | '{' | '}' => 1,
        ':' => {
            let weight = text[1..].iter().take_while(|(_, c)| c.is_ascii_digit() || *c == '.').count();
            let closed = text.get(1 + weight).is_some_and(|(_, c)| matches!(c, ')' | ']' | '}'));
            if weight > 0 && weight < 8 && closed { 1 + weight } else { 0 }
        }
        '<' => {
            let inside = text.iter().take(80).take_while(|(_, c)| *c != '>').count();
            let tag = text[1..inside.max(1)].iter().any(|(_, c)| *c == ':');
            if tag && text.get(inside).is_some_and(|(_, c)| *c == '>') { inside + 1 } else { 0 }
        }
        _ => 0,
    }
}

/// Chinese characters.
pub(crate) fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{323AF}')
}

/// Characters that are pictures by themselves.
pub(crate) fn is_pictograph(c: char) -> bool {
    matches!(c, '\u{1F000}'..='\u{1FAFF}' | '\u{2600}'..='\u{27BF}' | '\u{2B00}'..='\u{2BFF}' | '\u{2300}'..='\u{23FF}')
        && !is_joiner(c)
}

/// Characters that only change the pictograph before them.
fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200D}' | '\u{FE0E}' | '\u{FE0F}' | '\u{1F3FB}'..='\u{1F3FF}' | '\u{20E3}' | '\u{E0020}'..='\u{E007F}')
}

/// Length of the emoji at the start of `text`, with skin tones, variants and joined parts; 0 if there is none.
pub(crate) fn emoji_length(text: &[char]) -> usize {
    let flag = |c: Option<&char>| c.is_some_and(|c| matches!(c, '\u{1F1E6}'..='\u{1F1FF}'));
    if !text.first().is_some_and(|&c| is_pictograph(c)) {
        return 0;
    }
    if flag(text.first()) && flag(text.get(1)) {
        return 2;
    }
    let mut length = 1;
    while let Some(&c) = text.get(length) {
        let joined = text[length - 1] == '\u{200D}' && is_pictograph(c);
        if !is_joiner(c) && !joined {
            break;
        }
        length += 1;
    }
    length
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emphasis_goes_and_places_stay() {
        let prompt = Prompt::new("((红色:1.2))的猫 <lora:x:1>");
        assert_eq!(prompt.plain(), "红色的猫", "syntax is gone");
        assert_eq!(prompt.span(3..4), 17..20, "猫 in the original");
    }

    #[test]
    fn traditional_tables_have_one_length() {
        assert_eq!(Prompt::new("三隻紅燈籠").plain(), "三只红灯笼", "simplified");
    }

    #[test]
    fn emoji_are_taken_whole() {
        for (text, length) in [("🐱🐶", 1), ("👩\u{200D}🚀x", 3), ("👍🏽", 2), ("🇨🇳🇫🇷", 2), ("a", 0)]
        {
            assert_eq!(emoji_length(&text.chars().collect::<Vec<_>>()), length, "{text}");
        }
    }
}
