//! Colour names in Chinese and English, and what they look like.
//!
//! The values are picked for pleasant prints, not from one standard; pure names (`red`) are softer than
//! the corner of the RGB cube would be.

use std::collections::HashMap;
use std::sync::LazyLock;

/// A colour as a person named it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Colour {
    /// Red, green and blue, 8 bits each, sRGB.
    pub rgb: [u8; 3],
    /// The words of the prompt, such as `深蓝` or `#ff8800`.
    pub name: String,
}

/// One row of the table: Chinese names, English names, sRGB.
///
/// Chinese names are without 色; a name of one character is read as a colour in front of a noun too.
pub type Row = (&'static [&'static str], &'static [&'static str], [u8; 3]);

/// The colour table.
pub const TABLE: &[Row] = &[
    (&["红", "大红", "正红", "鲜红"], &["red"], [222, 41, 48]),
    (&["朱红", "朱", "丹红"], &["vermilion", "cinnabar"], [230, 68, 41]),
    (&["酒红", "暗红", "枣红"], &["wine red", "burgundy", "maroon", "dark red"], [122, 24, 42]),
    (&["玫红", "玫瑰红"], &["rose red", "hot pink"], [226, 40, 112]),
    (&["玫瑰", "玫瑰粉"], &["rose"], [240, 110, 140]),
    (&["桃红", "洋红", "品红"], &["magenta", "fuchsia"], [228, 32, 140]),
    (&["桃", "蜜桃"], &["peach"], [255, 203, 164]),
    (&["砖红"], &["brick red", "brick"], [170, 74, 58]),
    (&["绯红", "猩红", "深红"], &["crimson", "scarlet"], [176, 18, 48]),
    (&["珊瑚", "珊瑚红", "珊瑚橙"], &["coral"], [255, 127, 96]),
    (&["西瓜红"], &["watermelon red"], [242, 84, 102]),
    (&["粉红", "粉", "粉嫩", "樱花粉", "樱粉"], &["pink"], [250, 168, 196]),
    (&["浅粉", "淡粉"], &["light pink", "pale pink", "blush"], [252, 214, 224]),
    (&["藕粉", "脏粉"], &["dusty pink", "dusty rose"], [214, 168, 168]),
    (&["三文鱼", "鲑鱼"], &["salmon"], [250, 140, 120]),
    (&["橙", "橘", "橙红", "桔"], &["orange"], [247, 138, 34]),
    (&["橘红"], &["orange red", "tangerine"], [244, 92, 36]),
    (&["杏", "杏黄"], &["apricot"], [250, 206, 160]),
    (&["琥珀"], &["amber"], [242, 178, 24]),
    (&["黄", "明黄", "亮黄"], &["yellow"], [253, 214, 48]),
    (&["金", "金黄"], &["gold", "golden"], [234, 182, 40]),
    (&["玫瑰金"], &["rose gold"], [222, 165, 148]),
    (&["柠檬黄", "柠檬"], &["lemon yellow", "lemon"], [253, 242, 92]),
    (&["鹅黄", "浅黄", "淡黄"], &["light yellow", "pale yellow"], [255, 241, 160]),
    (&["姜黄", "芥末黄", "芥末"], &["mustard"], [214, 164, 32]),
    (&["土黄", "赭", "赭石"], &["ochre", "ocher"], [196, 138, 52]),
    (&["奶油", "奶黄"], &["cream", "creamy"], [255, 248, 220]),
    (&["米", "米黄", "米白"], &["beige"], [245, 236, 215]),
    (&["象牙", "象牙白"], &["ivory"], [253, 250, 238]),
    (&["卡其"], &["khaki"], [190, 172, 122]),
    (&["沙", "沙滩"], &["sand", "sandy"], [226, 202, 152]),
    (&["绿", "翠", "碧绿"], &["green"], [60, 168, 76]),
    (&["浅绿", "淡绿", "嫩绿"], &["light green", "pale green"], [172, 224, 152]),
    (&["深绿", "墨绿"], &["dark green", "forest green", "deep green"], [22, 84, 56]),
    (&["草绿", "青草"], &["grass green"], [124, 190, 64]),
    (&["翠绿", "祖母绿", "翡翠绿"], &["emerald", "emerald green"], [16, 160, 104]),
    (&["薄荷", "薄荷绿"], &["mint", "mint green"], [176, 236, 208]),
    (&["橄榄", "橄榄绿"], &["olive", "olive green"], [128, 128, 48]),
    (&["荧光绿", "青柠", "青柠绿"], &["lime", "lime green", "neon green"], [164, 230, 40]),
    (&["牛油果绿", "抹茶", "抹茶绿"], &["matcha", "matcha green", "avocado green"], [166, 190, 112]),
    (&["豆绿", "鼠尾草绿"], &["sage", "sage green"], [166, 184, 152]),
    (&["军绿"], &["army green"], [92, 102, 62]),
    (&["青", "蓝绿", "湖绿"], &["teal", "cyan"], [24, 156, 160]),
    (&["青绿", "松石", "绿松石", "松石绿"], &["turquoise"], [64, 206, 192]),
    (&["水绿", "水"], &["aqua", "aquamarine"], [130, 226, 218]),
    (&["蓝"], &["blue"], [44, 112, 214]),
    (&["浅蓝", "淡蓝"], &["light blue", "pale blue", "baby blue"], [176, 216, 246]),
    (&["天蓝", "天空蓝"], &["sky blue"], [122, 196, 244]),
    (&["湖蓝"], &["lake blue"], [48, 170, 208]),
    (&["深蓝"], &["dark blue", "deep blue"], [20, 52, 126]),
    (&["藏青", "藏蓝", "海军蓝"], &["navy", "navy blue"], [22, 36, 82]),
    (&["宝蓝", "宝石蓝", "皇家蓝"], &["royal blue", "sapphire", "sapphire blue"], [30, 74, 190]),
    (&["靛蓝", "靛"], &["indigo"], [62, 52, 144]),
    (&["孔雀蓝"], &["peacock blue"], [0, 118, 140]),
    (&["克莱因蓝"], &["klein blue"], [0, 47, 167]),
    (&["牛仔蓝"], &["denim", "denim blue"], [72, 106, 146]),
    (&["雾霾蓝"], &["haze blue", "dusty blue"], [138, 160, 180]),
    (&["紫"], &["purple", "violet"], [138, 74, 190]),
    (&["浅紫", "淡紫"], &["light purple", "pale purple"], [206, 178, 236]),
    (&["薰衣草紫", "薰衣草"], &["lavender"], [198, 186, 240]),
    (&["丁香紫", "丁香"], &["lilac"], [208, 168, 216]),
    (&["紫红"], &["purplish red", "plum"], [150, 44, 110]),
    (&["深紫", "茄"], &["dark purple", "deep purple"], [74, 32, 112]),
    (&["香芋紫", "香芋"], &["taro", "mauve"], [190, 160, 200]),
    (&["棕", "褐", "咖啡", "茶"], &["brown"], [134, 84, 48]),
    (&["浅棕", "驼", "焦糖"], &["light brown", "camel", "caramel", "tan"], [198, 146, 94]),
    (&["深棕", "巧克力"], &["dark brown", "chocolate brown"], [78, 46, 28]),
    (&["栗", "栗子"], &["chestnut"], [128, 62, 44]),
    (&["古铜", "青铜", "铜"], &["bronze", "copper"], [176, 110, 62]),
    (&["黑", "纯黑", "漆黑"], &["black"], [24, 24, 27]),
    (&["炭黑", "炭灰"], &["charcoal"], [54, 56, 62]),
    (&["灰"], &["gray", "grey"], [142, 146, 152]),
    (&["浅灰", "淡灰"], &["light gray", "light grey", "pale gray"], [214, 217, 221]),
    (&["深灰"], &["dark gray", "dark grey"], [72, 76, 84]),
    (&["银", "银白"], &["silver"], [192, 197, 204]),
    (&["白", "纯白", "雪白", "洁白"], &["white"], [255, 255, 255]),
];

/// How a word in front of a colour changes it: part of white, part of black, gain of saturation, in per cent.
const SHADES: &[(&str, [i32; 3])] = &[
    ("深", [0, 40, 0]),
    ("暗", [0, 45, -15]),
    ("浅", [55, 0, 0]),
    ("淡", [62, 0, 0]),
    ("亮", [12, 0, 25]),
    ("鲜", [0, 0, 25]),
    ("嫩", [40, 0, 10]),
    ("荧光", [5, 0, 45]),
    ("马卡龙", [45, 0, 0]),
    ("莫兰迪", [25, 5, -45]),
    ("dark", [0, 40, 0]),
    ("deep", [0, 40, 0]),
    ("light", [55, 0, 0]),
    ("pale", [62, 0, 0]),
    ("soft", [45, 0, -10]),
    ("pastel", [50, 0, 0]),
    ("bright", [8, 0, 25]),
    ("vivid", [0, 0, 30]),
    ("neon", [5, 0, 45]),
    ("muted", [15, 5, -40]),
    ("dusty", [25, 5, -40]),
];

static NAMES: LazyLock<HashMap<&'static str, [u8; 3]>> = LazyLock::new(|| {
    TABLE.iter().flat_map(|(zh, en, rgb)| zh.iter().chain(*en).map(|name| (*name, *rgb))).collect()
});

/// The longest colour name of the table, in characters; with shade and 色 nothing is longer than twice this.
const LONGEST: usize = 16;

/// Reads a colour that is the whole text: a name of either language, with or without 色 and a shade
/// (`浅紫`, `dark red`), `#rgb` or `#rrggbb`.
pub fn parse(text: &str) -> Option<Colour> {
    let name = text.trim();
    if name.len() > 4 * LONGEST {
        return None;
    }
    let lower = name.to_lowercase();
    let rgb = hexadecimal(&lower).or_else(|| named(&lower))?;
    Some(Colour { rgb, name: name.to_owned() })
}

/// The colour that `text` begins with, in either language, and the rest: `白猫` is white and `猫`.
pub fn leading(text: &str) -> Option<(Colour, &str)> {
    let characters: Vec<char> = text.chars().collect();
    if let Some((colour, length)) = at_start(&characters) {
        let bytes = characters[..length].iter().map(|character| character.len_utf8()).sum::<usize>();
        return Some((colour, text[bytes..].trim_start_matches('的')));
    }
    let spaces = text.match_indices(' ').map(|(at, _)| at);
    spaces.rev().find_map(|at| Some((parse(&text[..at])?, text[at..].trim_start())))
}

/// The longest Chinese colour name at the start of `text`, with its length in characters.
///
/// 色 counts as part of the name; single characters such as 红 count as well.
pub(crate) fn at_start(text: &[char]) -> Option<(Colour, usize)> {
    (1..=text.len().min(6)).rev().find_map(|length| {
        let name: String = text[..length].iter().collect();
        // 沙, 水, 桃, 茶 are colours only when 色 says so.
        if !name.ends_with('色') && NEEDS_SUFFIX.contains(&name.as_str()) {
            return None;
        }
        Some((Colour { rgb: named(&name)?, name }, length))
    })
}

/// Names that are things first: colours only with 色 behind them.
const NEEDS_SUFFIX: &[&str] = &[
    "沙",
    "沙滩",
    "水",
    "桃",
    "蜜桃",
    "茶",
    "茄",
    "米",
    "栗",
    "栗子",
    "橘",
    "桔",
    "铜",
    "青铜",
    "古铜",
    "杏",
    "柠檬",
    "玫瑰",
    "珊瑚",
    "琥珀",
    "奶油",
    "薄荷",
    "橄榄",
    "抹茶",
    "松石",
    "绿松石",
    "咖啡",
    "巧克力",
    "焦糖",
    "驼",
    "香芋",
    "丁香",
    "薰衣草",
    "三文鱼",
    "鲑鱼",
    "芥末",
    "象牙",
    "卡其",
    "青草",
    "翠",
    "朱",
    "赭",
    "赭石",
    "靛",
    "青柠",
    "橙",
];

fn named(name: &str) -> Option<[u8; 3]> {
    let base = name.strip_suffix("颜色").or_else(|| name.strip_suffix('色')).unwrap_or(name);
    let known = |name: &str| NAMES.get(name.trim()).copied();
    known(base).or_else(|| {
        SHADES.iter().find_map(|(shade, change)| Some(shaded(known(base.strip_prefix(shade)?)?, *change)))
    })
}

fn hexadecimal(text: &str) -> Option<[u8; 3]> {
    let digits = text.strip_prefix('#')?;
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let value = u32::from_str_radix(digits, 16).ok()?;
    match digits.len() {
        6 => Some([(value >> 16) as u8, (value >> 8) as u8, value as u8]),
        3 => Some([8, 4, 0].map(|shift| ((value >> shift) & 15) as u8 * 17)),
        _ => None,
    }
}

fn shaded(rgb: [u8; 3], [white, black, gain]: [i32; 3]) -> [u8; 3] {
    let grey = rgb.iter().map(|&channel| i32::from(channel)).sum::<i32>() / 3;
    rgb.map(|channel| {
        let strong = grey + (i32::from(channel) - grey) * (100 + gain) / 100;
        let light = strong + (255 - strong) * white / 100;
        (light * (100 - black) / 100).clamp(0, 255) as u8
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leading_colours_are_split_off() {
        let split = |text| leading(text).map(|(colour, rest)| (colour.name, rest.to_owned()));
        assert_eq!(split("白猫"), Some(("白".into(), "猫".into())), "Chinese");
        assert_eq!(split("sky blue bird"), Some(("sky blue".into(), "bird".into())), "two words");
        assert_eq!(split("猫"), None, "no colour");
        assert_eq!(split("cat"), None, "no colour");
    }

    #[test]
    fn names_and_numbers_are_read() {
        assert_eq!(parse("#ff8800").map(|colour| colour.rgb), Some([255, 136, 0]), "six digits");
        assert_eq!(parse("#F80").map(|colour| colour.rgb), Some([255, 136, 0]), "three digits");
        assert_eq!(
            parse("黄色").map(|colour| colour.rgb),
            parse("yellow").map(|colour| colour.rgb),
            "languages"
        );
        assert!(parse("浅棕色").is_some() && parse("Light Teal").is_some(), "shades");
        assert_eq!(parse("#ff88"), None, "four digits");
        assert_eq!(parse("#é1"), None, "not digits");
        assert_eq!(parse("猫"), None, "not a colour");
    }

    #[test]
    fn names_are_unique() {
        let count: usize = TABLE.iter().map(|(zh, en, _)| zh.len() + en.len()).sum();
        assert_eq!(NAMES.len(), count, "a name stands twice in the table");
        assert!(TABLE.len() >= 60, "colours");
    }

    #[test]
    fn the_longest_name_at_the_start_wins() {
        let read = |text: &str| at_start(&text.chars().collect::<Vec<_>>()).map(|(_, length)| length);
        assert_eq!(read("粉红色的猫"), Some(3), "with suffix");
        assert_eq!(read("红灯笼"), Some(1), "one character");
        assert_eq!(read("茶壶"), None, "a thing");
        assert_eq!(read("茶色的壶"), Some(2), "a colour");
    }
}
