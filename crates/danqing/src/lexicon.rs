//! What xiaoyang knows: the names of its concepts, for the prompt reader and for captions that it knows best.

use std::collections::{HashMap, HashSet};

use danqing_scene::{Entry, Language, Lexicon, Style, Subject, colours};
use serde::Deserialize;

/// Concepts of the model that is built in; written by `training/lexicon/build.py`.
const CONCEPTS: &str = include_str!("../../../models/xiaoyang/concepts.json");

/// One concept as the file has it; fields that only training needs are left out.
#[derive(Deserialize)]
struct Concept {
    id: String,
    zh: String,
    en: String,
    zh_alt: Vec<String>,
    en_alt: Vec<String>,
    zh_near: Vec<String>,
    en_near: Vec<String>,
    measure: String,
    plural: String,
    /// Whether it has a skin that was painted in several tones.
    person: bool,
    kind: String,
}

impl From<Concept> for Entry {
    fn from(concept: Concept) -> Self {
        Self {
            emoji: vec![emoji(&concept.id)],
            id: concept.id,
            zh: concept.zh,
            en: concept.en,
            zh_alt: concept.zh_alt,
            en_alt: concept.en_alt,
            zh_near: concept.zh_near,
            en_near: concept.en_near,
            measure: concept.measure,
            plural: concept.plural,
        }
    }
}

/// The characters of an id such as `1f469-200d-1f680`; empty if it is no list of code points.
fn emoji(id: &str) -> String {
    let character = |point| u32::from_str_radix(point, 16).ok().and_then(char::from_u32);
    id.split('-').map(character).collect::<Option<String>>().unwrap_or_default()
}

/// Concepts whose clothes or beard tell whom most people expect, though either is drawn: person with beard, in a tuxedo, with a veil.
const EXPECTED: [&str; 3] = ["1f9d4", "1f935", "1f470"];
/// What is said of a person who is no longer left open to be a man or a woman: words in words (大夫 is a doctor), then people by name.
#[rustfmt::skip]
const GENDER_IS_SAID: [&str; 49] = [
    "男", "女", "胡", "裙", "孕", "农夫", "哥", "姐", "叔", "伯", "爷", "奶", "爸", "妈", "娘", "少爷", "和尚", "尼姑", "牧师", "绅士",
    "man", "men", "male", "boy", "girl", "beard", "mustache", "dress", "skirt", "waitress", "hostess", "lady", "guy", "sultan", "emir",
    "哪吒", "关羽", "福尔摩斯", "柯南", "爱因斯坦", "毕加索", "阿拉丁",
    "nezha", "sherlock", "bond", "einstein", "picasso", "sparrow", "aladdin",
];

/// The concepts with a way back from their ids.
pub(crate) struct Knowledge {
    lexicon: Lexicon,
    places: HashMap<String, usize>,
    /// Ids of whole people; hands and other parts are not among them.
    people: HashSet<String>,
    /// Ids of people who may be men or women, with the ids of both.
    genders: HashMap<String, [String; 2]>,
}

/// A subject's words as the model knows them.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Caption {
    /// The subject, its description in words that the model saw in training.
    pub(crate) subject: Subject,
    /// The known name that stands for an unknown word.
    pub(crate) instead: Option<String>,
}

impl Knowledge {
    /// Reads the built-in concepts: about 8 ms.
    pub(crate) fn load() -> Self {
        // The file is part of the program; `tests` holds it to its format.
        let concepts: Vec<Concept> = serde_json::from_str(CONCEPTS).unwrap_or_default();
        let people = concepts
            .iter()
            .filter(|concept| concept.person && concept.kind != "body")
            .map(|concept| concept.id.clone())
            .collect();
        let ids: HashSet<&str> = concepts.iter().map(|concept| concept.id.as_str()).collect();
        let genders = concepts
            .iter()
            .filter(|concept| concept.kind == "person" && !EXPECTED.contains(&concept.id.as_str()))
            .filter_map(|concept| Some((concept.id.clone(), genders(&concept.id, &ids)?)))
            .collect();
        let lexicon = Lexicon::new(concepts.into_iter().map(Entry::from));
        let places =
            lexicon.entries().iter().enumerate().map(|(place, entry)| (entry.id.clone(), place)).collect();
        Self { lexicon, places, people, genders }
    }

    /// The names, for the prompt reader.
    pub(crate) fn lexicon(&self) -> &Lexicon {
        &self.lexicon
    }

    /// The names of a subject's concept in both languages; none where the subject is no concept.
    pub(crate) fn names(&self, subject: &Subject) -> Option<(&str, &str)> {
        let entry = self.entry(&subject.concept.as_ref()?.id)?;
        Some((&entry.zh, &entry.en))
    }

    fn entry(&self, id: &str) -> Option<&Entry> {
        self.lexicon.entries().get(*self.places.get(id)?)
    }

    /// Whether a subject is a person.
    pub(crate) fn is_person(&self, subject: &Subject) -> bool {
        subject.concept.as_ref().is_some_and(|concept| self.people.contains(&concept.id))
    }

    /// A person whom the prompt leaves open to be a man or a woman as one of both: the first or the second; `None` of all others.
    ///
    /// The model has a firm idea of most of them: every police officer is a man, every firefighter a woman.
    pub(crate) fn presented(&self, subject: &Subject, second: bool) -> Option<Subject> {
        let concept = subject.concept.as_ref()?;
        let said = format!("{} {}", subject.head, subject.description).to_lowercase();
        if GENDER_IS_SAID.iter().any(|word| said.contains(word)) {
            return None;
        }
        let id = &self.genders.get(&concept.id)?[usize::from(second)];
        let name = |id: &str| Some(name(self.entry(id)?, subject.language));
        let open = [subject.head.as_str(), name(&concept.id)?];
        let open = open.into_iter().find(|name| subject.description.contains(name))?;
        let description = replaced_last(&subject.description, open, name(id)?);
        Some(Subject {
            description,
            concept: Some(danqing_scene::Concept { id: id.clone(), ..*concept }),
            ..subject.clone()
        })
    }

    /// Whether xiaoyang was shown `style`; `training/xiaoyang/captions.py` lists what it was. A sticker, an icon or an
    /// emoji is what each of its pictures is.
    pub(crate) fn draws(style: Style) -> bool {
        use Style::{
            Avatar, Cartoon, Emoji, Flat, Gradient, HandDrawn, Icon, Ink, PaperCut, Sticker, ThreeD,
        };
        matches!(
            style,
            ThreeD | Flat | Gradient | PaperCut | Ink | Cartoon | HandDrawn | Avatar | Sticker | Icon | Emoji
        )
    }

    /// `subject` in words of training: a synonym gives way to the concept's own name, and so does a word that is
    /// only near to a concept, which the caption then says.
    ///
    /// A synonym that contains the own name (小狗 for 狗) stays: it says the same and more naturally.
    pub(crate) fn caption(&self, subject: &Subject) -> Caption {
        let mut subject = subject.clone();
        let Some(concept) = subject.concept.clone() else { return Caption { subject, instead: None } };
        let Some(entry) = self.entry(&concept.id) else { return Caption { subject, instead: None } };
        let name = name(entry, subject.language);
        // 白猫 is near to 猫, and says all that is special about it.
        if concept.near && colours::leading(&subject.head).is_some_and(|(_, rest)| entry.is_named(rest)) {
            return Caption { subject, instead: None };
        }
        let kept = !concept.near && subject.head.to_lowercase().contains(&name.to_lowercase());
        if !kept && !name.is_empty() && subject.description.contains(&subject.head) {
            subject.description = replaced_last(&subject.description, &subject.head, name);
        }
        Caption { instead: concept.near.then(|| name.to_owned()), subject }
    }
}

/// A concept's own name in one language.
fn name(entry: &Entry, language: Language) -> &str {
    match language {
        Language::Chinese => &entry.zh,
        Language::English => &entry.en,
    }
}

/// The ids of the man and the woman of a person's id, as emoji have them.
fn genders(id: &str, known: &HashSet<&str>) -> Option<[String; 2]> {
    let both = match id {
        "1f9d2" => ["1f466", "1f467"].map(str::to_owned),
        "1f9d3" => ["1f474", "1f475"].map(str::to_owned),
        _ => match id.strip_prefix("1f9d1") {
            Some(rest) => ["1f468", "1f469"].map(|adult| format!("{adult}{rest}")),
            None => ["2642", "2640"].map(|sign| format!("{id}-200d-{sign}")),
        },
    };
    both.iter().all(|id| known.contains(id.as_str())).then_some(both)
}

/// `text` with the last `old` in it made `new`: the head of a phrase stands behind what describes it.
fn replaced_last(text: &str, old: &str, new: &str) -> String {
    match text.rfind(old) {
        Some(at) if !old.is_empty() => format!("{}{new}{}", &text[..at], &text[at + old.len()..]),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use danqing_scene::{Count, read};

    fn captions(prompt: &str) -> Vec<(String, Option<String>)> {
        let knowledge = Knowledge::load();
        let scene = read(prompt, knowledge.lexicon());
        let caption = |subject| {
            let caption = knowledge.caption(subject);
            (caption.subject.phrase(), caption.instead)
        };
        scene.subjects.iter().map(caption).collect()
    }

    #[test]
    fn the_built_in_concepts_are_read() {
        let concepts: Result<Vec<Concept>, _> = serde_json::from_str(CONCEPTS);
        assert!(concepts.is_ok_and(|concepts| concepts.len() > 1000), "the file has its format");
    }

    #[test]
    fn each_concept_is_read_by_its_own_names() {
        let knowledge = Knowledge::load();
        let mut misread = Vec::new();
        for entry in knowledge.lexicon().entries() {
            for name in [&entry.zh, &entry.en].into_iter().chain(&entry.zh_alt).chain(&entry.en_alt) {
                // "books" is the plural of a book before it is a stack of them.
                if knowledge.lexicon().named(name).is_none_or(|found| found.id != entry.id) {
                    continue;
                }
                let subjects = read(name, knowledge.lexicon()).subjects;
                // Two hearts are two of a heart.
                let is = |subject: &Subject| {
                    let concept = subject.concept.as_ref();
                    concept.is_some_and(|found| found.id == entry.id || subject.count != Count::Unstated)
                };
                if !matches!(&subjects[..], [subject] if is(subject)) {
                    misread.push(format!("{name} ({})", entry.zh));
                }
            }
        }
        assert!(misread.is_empty(), "{}: {misread:?}", misread.len());
    }

    #[test]
    fn near_words_become_known_ones_and_say_so() {
        assert_eq!(captions("一只黑色的柯基"), [("黑色的狗".into(), Some("狗".into()))], "a breed");
    }

    #[test]
    fn near_words_that_name_a_colour_are_known() {
        assert_eq!(captions("白猫"), [("白猫".into(), None)], "Chinese");
        assert_eq!(captions("a white cat"), [("white cat".into(), None)], "English");
        let scene = read("白猫", Knowledge::load().lexicon());
        let colour = Knowledge::load().caption(&scene.subjects[0]).subject.copy_colour(0);
        assert_eq!(colour, Some([255, 255, 255]), "white");
    }

    #[test]
    fn names_that_name_a_colour_ask_for_it() {
        let knowledge = Knowledge::load();
        let colour = |prompt| {
            let subject = &read(prompt, knowledge.lexicon()).subjects[0];
            knowledge.caption(subject).subject.copy_colour(0)
        };
        let [red, blue] = ["red", "blue"].map(|name| colours::parse(name).map(|colour| colour.rgb));
        assert_eq!(colour("蓝色爱心"), blue, "a heart that says 色");
        for prompt in ["红灯笼", "a red lantern", "三只红灯笼"] {
            assert_eq!(colour(prompt), red, "{prompt}");
        }
        for prompt in ["灯笼", "青蛙", "黄牛", "红熊猫", "a red panda", "青苹果", "白菜", "黄瓜"]
        {
            assert_eq!(colour(prompt), None, "{prompt} says nothing of its colour");
        }
    }

    #[test]
    fn own_names_and_their_extensions_stay() {
        assert_eq!(captions("小狗"), [("小狗".into(), None)], "a synonym with the name in it");
        assert_eq!(captions("一个红灯笼"), [("红灯笼".into(), None)], "the name itself");
    }

    #[test]
    fn emoji_are_concepts() {
        assert_eq!(emoji("1f415"), "🐕", "one code point");
        assert_eq!(emoji("x"), "", "no code point");
    }
}
