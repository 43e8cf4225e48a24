//! Prompts to start from, each with the picture that xiaoyang made of it; `scripts/examples.sh` paints them again.

use crate::language::Language;

/// A prompt with its picture.
pub(super) struct Example {
    pub(super) prompt: &'static str,
    pub(super) picture: String,
}

/// Name of the picture, prompt in Chinese and in English.
const EXAMPLES: [(&str, &str, &str, &[u8]); 8] = [
    ("lanterns", "三只红灯笼", "three red lanterns", include_bytes!("../../static/examples/lanterns.webp")),
    ("moon", "月亮在云上面", "the moon above a cloud", include_bytes!("../../static/examples/moon.webp")),
    (
        "owl",
        "蓝色背景上的猫头鹰",
        "an owl on a blue background",
        include_bytes!("../../static/examples/owl.webp"),
    ),
    ("fox", "戴帽子的狐狸", "a fox in a hat", include_bytes!("../../static/examples/fox.webp")),
    ("tea", "绿色的茶壶和茶杯", "a green teapot and a cup", include_bytes!("../../static/examples/tea.webp")),
    (
        "blossom",
        "樱花无缝图案",
        "seamless pattern of cherry blossoms",
        include_bytes!("../../static/examples/blossom.webp"),
    ),
    (
        "balloons",
        "五颜六色的气球",
        "colourful balloons",
        include_bytes!("../../static/examples/balloons.webp"),
    ),
    (
        "panda",
        "粉色背景的熊猫",
        "a panda on a pink background",
        include_bytes!("../../static/examples/panda.webp"),
    ),
];

/// All of them in one language.
pub(super) fn all(language: Language) -> Vec<Example> {
    let example = |(name, zh, en, _): (&str, &'static str, &'static str, &[u8])| Example {
        prompt: language.pick(zh, en),
        picture: format!("/static/examples/{name}.webp"),
    };
    EXAMPLES.map(example).into()
}

/// The picture `name`.webp.
pub(super) fn picture(file: &str) -> Option<&'static [u8]> {
    EXAMPLES.iter().find(|(name, ..)| file.strip_suffix(".webp") == Some(name)).map(|(.., bytes)| *bytes)
}
