//! People: whether one who may be either is a man or a woman, what the model is told of their skin, and the exact tone that code
//! gives.

use std::ops::Range;

use danqing_scene::{Language, Style, Subject};

use super::mixed;

/// Names of the five tones that captions of training tell apart, light to dark, in both languages; the first is said to
/// the model (`training/xiaoyang/captions.py`).
const NAMES: [[&[&str]; 2]; 5] = [
    [&["浅肤色", "白皮肤"], &["light skin", "light skin tone"]],
    [&["中等偏浅肤色"], &["medium-light skin", "medium-light skin tone"]],
    [&["中等肤色"], &["medium skin", "medium skin tone", "tan skin"]],
    [&["中等偏深肤色", "棕色皮肤"], &["medium-dark skin", "medium-dark skin tone", "brown skin"]],
    [&["深肤色", "黑皮肤", "深色皮肤"], &["dark skin", "dark skin tone"]],
];
/// The place in [`NAMES`] of each tone of the Monk scale, 1 to 10.
const OF_MONK: [usize; 10] = [0, 0, 0, 1, 2, 2, 3, 4, 4, 4];
/// What the model is told where code gives a tone: avatars darker than medium would lose eyes and mouth, and of other people
/// Monk 6 and 8 come out best from medium-dark.
const TOLD_OF_AVATARS: [usize; 10] = [0, 0, 0, 1, 2, 2, 2, 2, 2, 2];
const TOLD_OF_OTHERS: [usize; 10] = [0, 0, 0, 1, 2, 3, 3, 3, 4, 4];
/// Concepts whose pictures are avatars more often than emoji: boy, girl, person, man, woman, old person, old man.
const AVATARS: [&str; 7] = ["1f466", "1f467", "1f9d1", "1f468", "1f469", "1f9d3", "1f474"];
/// Words that speak of skin, or of a picture without any.
const SKIN_IS_SAID: [&str; 6] = ["肤", "皮", "skin", "tone", "monk", "emoji"];

/// Whether a person who may be a man or a woman is the second; one of two seeds, whatever the tone of the skin.
pub(super) fn is_second(seed: u64) -> bool {
    mixed(!seed) & 1 == 1
}

/// A person with a tone of the Monk scale: the one of `monks`, the numbers that the prompt named, that is theirs; or, where the
/// prompt leaves the skin open, any, each as likely as the others. The tone is given back for code to give, and
/// the person's description names one from which that looks best.
///
/// Left to the model, people without a tone are nearly all as yellow as an emoji, and dark avatars have no faces. So of an
/// avatar whose tone has a name and no number, the tone is one that has this name; other people with such a name are left to the model.
pub(super) fn toned(subject: &Subject, seed: u64, monks: &[usize]) -> (Subject, Option<usize>) {
    let mut subject = subject.clone();
    let is_avatar = is_avatar(&subject);
    let said = named(&subject.description);
    let monk = match &said {
        Some((name, _)) => match monks.iter().rev().find(|monk| OF_MONK[**monk - 1] == *name) {
            Some(monk) => *monk,
            None if is_avatar => any(seed, |monk| OF_MONK[monk - 1] == *name),
            None => return (subject, None),
        },
        None if leaves_skin_open(&subject) => any(seed, |_| true),
        None => return (subject, None),
    };
    let told = if is_avatar { TOLD_OF_AVATARS } else { TOLD_OF_OTHERS }[monk - 1];
    let [zh, en] = NAMES[told].map(|names| names[0]);
    let description = &subject.description;
    subject.description = match (said, subject.language) {
        (Some((_, range)), _) => {
            let name = &description[range.clone()];
            let told = if !name.is_ascii() { zh.to_owned() } else { as_said(en, name) };
            format!("{}{told}{}", &description[..range.start], &description[range.end..])
        }
        (None, Language::Chinese) => format!("{zh}的{description}"),
        (None, Language::English) if description.contains(" with ") => format!("{description} and {en}"),
        (None, Language::English) => format!("{description} with {en}"),
    };
    (subject, Some(monk))
}

/// One of the tones that are `wanted`, each as likely as the others.
fn any(seed: u64, wanted: impl Fn(usize) -> bool) -> usize {
    let monks: Vec<usize> = (1..=OF_MONK.len()).filter(|monk| wanted(*monk)).collect();
    monks[(mixed(seed) % monks.len() as u64) as usize]
}

fn leaves_skin_open(subject: &Subject) -> bool {
    let said = subject.description.to_lowercase();
    !SKIN_IS_SAID.iter().any(|word| said.contains(word)) && !subject.styles.contains(&Style::Emoji)
}

/// Whether the model draws a person as the avatars that it was shown.
fn is_avatar(subject: &Subject) -> bool {
    let has = |styles: &[Style]| subject.styles.iter().any(|style| styles.contains(style));
    let is_plain = subject.concept.as_ref().is_some_and(|concept| AVATARS.contains(&concept.id.as_str()));
    has(&[Style::Avatar, Style::Cartoon, Style::HandDrawn])
        || (is_plain && !has(&[Style::ThreeD, Style::Emoji]))
}

/// The tone that a description names, by its place in [`NAMES`], and where; the longest name, for 深肤色 is also a part of
/// 中等偏深肤色.
fn named(description: &str) -> Option<(usize, Range<usize>)> {
    let said = description.to_ascii_lowercase();
    let forms = |name: &str| [name.to_owned(), as_said(name, "-skin"), as_said(name, "-skinned")];
    let names = NAMES.iter().enumerate().flat_map(|(tone, languages)| {
        languages.iter().copied().flatten().flat_map(|name| forms(name)).map(move |form| (tone, form))
    });
    let found =
        names.filter_map(|(tone, form)| said.find(&form).map(|start| (tone, start..start + form.len())));
    found.max_by_key(|(_, range)| range.len())
}

/// An English name in the form of another: `dark skin` as `light-skinned` is `dark-skinned`.
fn as_said(name: &str, like: &str) -> String {
    let form = ["-skinned", "-skin"].into_iter().find(|form| like.ends_with(form));
    form.map_or_else(|| name.to_owned(), |form| name.replacen(" skin", form, 1))
}

/// A prompt in which numbers of the Monk scale (蒙克肤色6, Monk skin tone 6, Monk 6) are said as the nearest of the five
/// tones, and these numbers. Captions name them too rarely for the model to have learnt them, and a reader takes them for counts.
pub(super) fn unnumbered(prompt: &str) -> (String, Vec<usize>) {
    let mut text = prompt.to_owned();
    let mut monks = Vec::new();
    while let Some((range, monk)) = monk_number(&text) {
        let [zh, en] = NAMES[OF_MONK[monk - 1]].map(|names| names[0]);
        let words = if text[range.clone()].starts_with('蒙') { zh } else { en };
        text.replace_range(range, words);
        monks.push(monk);
    }
    (text, monks)
}

/// Where a text first names a tone of the Monk scale by its number, and the number.
fn monk_number(text: &str) -> Option<(Range<usize>, usize)> {
    let text = text.to_ascii_lowercase();
    let names = ["蒙克", "monk"].into_iter().flat_map(|name| text.match_indices(name));
    let mut found = names.filter_map(|(start, name)| {
        let rest = &text[start + name.len()..];
        let rest = rest.trim_start_matches(|c: char| " 肤色".contains(c) || c.is_ascii_lowercase());
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let monk = rest[..digits].parse().ok().filter(|monk| (1..=OF_MONK.len()).contains(monk))?;
        let rest = &rest[digits..];
        let more = [" skin tone", " skin"].iter().find(|more| rest.starts_with(**more));
        Some((start..text.len() - rest.len() + more.map_or(0, |more| more.len()), monk))
    });
    found.next()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lexicon::Knowledge;
    use crate::order::{Order, Wish};
    use crate::plan::{Painting, Plan};

    /// The first painting of `prompt` with each of 500 seeds.
    fn paintings(prompt: &str) -> Vec<Painting> {
        let wish = |seed| Wish { seed: Some(seed), ..Wish::default() };
        let order = |seed| Order::new(prompt, &wish(seed)).expect("a sound order");
        let knowledge = Knowledge::load();
        (0..500).map(|seed| Plan::new(order(seed), &knowledge).paintings.remove(0)).collect()
    }

    fn prompts(prompt: &str) -> Vec<String> {
        paintings(prompt).into_iter().map(|painting| painting.prompt).collect()
    }

    #[test]
    fn people_whose_skin_is_left_open_have_every_tone() {
        for (prompt, language, told) in [
            ("医生", 0, TOLD_OF_OTHERS),
            ("a doctor", 1, TOLD_OF_OTHERS),
            ("一个女孩", 0, TOLD_OF_AVATARS),
            ("a man with glasses", 1, TOLD_OF_AVATARS),
        ] {
            let people = paintings(prompt);
            for (monk, tone) in (1..).zip(told.map(|tone| NAMES[tone][language][0])) {
                let such: Vec<_> = people.iter().filter(|person| person.skin == Some(monk)).collect();
                assert!((30..70).contains(&such.len()), "{prompt}, Monk {monk}: {} of 500", such.len());
                let exactly = |text: &str| text.starts_with(tone) || text.ends_with(&format!(" {tone}"));
                assert!(such.iter().all(|person| exactly(&person.prompt)), "{prompt}, Monk {monk}");
            }
        }
    }

    #[test]
    fn people_who_may_be_either_are_men_and_women() {
        for (prompt, both) in [
            ("医生", ["男医生", "女医生"]),
            ("a firefighter", ["male firefighter", "female firefighter"]),
            ("three chefs", ["male cook", "female cook"]),
            ("一个人", ["男人", "女人"]),
            ("an elderly person", ["old man", "old woman"]),
            ("戴眼镜的老师", ["戴眼镜的男老师", "戴眼镜的女老师"]),
            ("护士", ["男医生", "女医生"]),
            ("a lawyer", ["male judge", "female judge"]),
        ] {
            let said = prompts(prompt);
            let counts = both.map(|name| said.iter().filter(|said| said.contains(name)).count());
            let counts = [counts[0] - if both[1].contains(both[0]) { counts[1] } else { 0 }, counts[1]];
            assert!(
                counts[0] + counts[1] == 500 && counts[0].abs_diff(250) < 50,
                "{prompt}: {counts:?} {:?}",
                said[0]
            );
        }
        for prompt in
            ["女医生", "a policeman", "护士姐姐", "有胡子的老师", "新娘", "关羽", "a teacher in a dress"]
        {
            let said: Vec<String> = prompts(prompt).iter().map(|said| without_skin(said)).collect();
            assert!(said.iter().all(|other| *other == said[0]), "{prompt}: {} and others", said[0]);
        }
    }

    /// What is said of a person besides their skin.
    fn without_skin(said: &str) -> String {
        let names = || NAMES.iter().flatten().flat_map(|names| names.iter());
        let name = names().filter(|name| said.contains(**name)).max_by_key(|name| name.len());
        name.map_or_else(|| said.to_owned(), |name| said.replacen(name, "", 1))
    }

    #[test]
    fn numbers_are_told_as_names() {
        for (prompt, told) in [
            ("蒙克肤色6的女孩，卡通头像", "中等肤色的女孩"),
            ("蒙克肤色9的女孩，卡通头像", "中等肤色的女孩"),
            ("蒙克肤色10的女医生", "深肤色的女医生"),
            ("a woman with Monk skin tone 7", "woman with medium skin"),
            ("a doctor with Monk 1 skin", "male doctor with light skin"),
        ] {
            let said = prompts(prompt).remove(0);
            assert!(said.contains(told), "{prompt}: {said}");
        }
        let skins = |prompt| -> Vec<Option<usize>> {
            let order =
                Order::new(prompt, &Wish { seed: Some(7), ..Wish::default() }).expect("a sound order");
            Plan::new(order, &Knowledge::load()).paintings.iter().map(|painting| painting.skin).collect()
        };
        assert_eq!(
            skins("a woman with Monk skin tone 2 and a man with Monk skin tone 9"),
            [Some(2), Some(9)]
        );
        assert_eq!(skins("蒙克肤色8的医生和一只猫"), [Some(8), None]);
    }

    #[test]
    fn avatars_with_a_named_tone_get_one_of_that_name() {
        for (prompt, told, monks) in [
            ("深肤色的女孩", "中等肤色的女孩", 8..=10),
            ("a dark-skinned girl", "medium-skinned girl", 8..=10),
            ("a man with medium-dark skin, cartoon avatar", "with medium skin", 7..=7),
            ("浅肤色的男人", "浅肤色的男人", 1..=3),
        ] {
            let people = paintings(prompt);
            for monk in monks.clone() {
                assert!(people.iter().any(|person| person.skin == Some(monk)), "{prompt}: Monk {monk}");
            }
            for person in people {
                assert!(person.prompt.contains(told), "{prompt}: {}", person.prompt);
                assert!(person.skin.is_some_and(|monk| monks.contains(&monk)), "{prompt}: {:?}", person.skin);
            }
        }
    }

    #[test]
    fn other_people_with_a_named_tone_and_things_are_said_as_they_are() {
        for prompt in ["深肤色的女医生", "猫", "点赞"] {
            let same = |person: &Painting| person.prompt == prompt && person.skin.is_none();
            assert!(paintings(prompt).iter().all(same), "{prompt}");
        }
    }
}
