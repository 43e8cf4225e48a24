//! Emoji that stand for words in prompts, and the words.

use crate::normalise::Glyph;

/// Replaces emoji by words; every character of the word stands for the whole emoji.
pub(super) fn words_for_emoji(base: &[Glyph]) -> Vec<Glyph> {
    let mut glyphs = Vec::with_capacity(base.len() + 8);
    for glyph in base {
        match word(glyph.ch) {
            Some(word) => {
                glyphs.extend(word.chars().map(|ch| Glyph { ch, seen: '\0', changed: true, ..*glyph }))
            }
            None => glyphs.push(*glyph),
        }
    }
    glyphs
}

/// Our own table: only emoji that replace a word of a rule; most emoji in prompts are decoration.
fn word(ch: char) -> Option<&'static str> {
    let word = match ch {
        '🔞' => "色情",
        '👧' => "女孩",
        '👦' => "男孩",
        '🧒' => "儿童",
        '👶' => "婴儿",
        '💣' => "炸弹",
        '🧨' => "炸药",
        '🔫' => "枪",
        '💥' => "爆炸",
        '🔪' => "刀",
        '🩸' => "血",
        '🪪' => "身份证",
        '🛂' => "护照",
        '📰' => "新闻",
        '🧾' => "发票",
        '🎓' => "毕业证",
        '💊' => "毒品",
        '☠' => "毒",
        '💀' => "死亡",
        '🏦' => "银行",
        '💳' => "银行卡",
        '👮' => "警察",
        '🐔' | '🐓' => "鸡",
        '🈚' => "无",
        '👤' | '🧑' | '👨' => "人",
        '👩' => "女人",
        '👗' => "衣",
        '📷' | '📸' => "照片",
        _ => return None,
    };
    Some(word)
}
