//! Plan: an order, read: what to paint for one picture, and how to lay it out.

mod people;

use danqing_engine::{self as engine, Emphasis, Prompt, Side, Start};
use danqing_scene::{
    Background, Composition, Count, Cut, Language, Layer, Layout, Origin, Scene, Style, Subject, Tiling,
    compose, cut_out, flatten, is_known_scenery, read, skin, smooth, tint,
};
use image::RgbaImage;

use crate::changes::Repaint;
use crate::emphasis::Weighed;
use crate::expand::Emphasised;
use crate::lexicon::Knowledge;
use crate::order::{Order, Reading, Size};
use crate::resize::resized;

/// Different paintings of one subject at most; more copies use them in turn.
const MOST_PAINTINGS: u32 = 6;
/// Paintings of a subject that is laid out in a number left open.
const UNCOUNTED_PAINTINGS: u32 = 4;
/// Paintings of the subjects of a pattern, all together.
const PATTERN_PAINTINGS: u32 = 4;
/// A copy that is drawn larger than this, in pixels, is enlarged by the model and not by resampling.
const LARGE_PX: f32 = 680.0;

/// One picture to be painted.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// The order of this picture alone.
    pub(crate) order: Order,
    /// The prompt, read; subjects in words that the model knows.
    pub(crate) scene: Scene,
    /// What the engine paints, subject by subject.
    pub(crate) paintings: Vec<Painting>,
    /// Words that the model does not know.
    pub(crate) unknown: Vec<Unknown>,
    /// Styles that the model was never shown; they are left out.
    pub(crate) unknown_styles: Vec<Style>,
    /// A surrounding that neither code nor model can draw.
    pub(crate) undrawn: Option<String>,
}

/// One subject to be painted once.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Painting {
    /// Index into the scene's subjects; the one past the end is the surrounding behind them.
    pub(crate) subject: usize,
    /// Text for the model.
    pub(crate) prompt: String,
    /// Parts of the text that weigh more or less.
    pub(crate) emphasis: Vec<Emphasis>,
    /// Its own noise.
    pub(crate) seed: u64,
    /// The colour that it gets where it is painted in another, as 8-bit sRGB.
    pub(crate) colour: Option<[u8; 3]>,
    /// How far code draws it as its style is drawn.
    pub(crate) drawn: Drawn,
    /// The tone of the Monk scale that its skin gets, 1 to 10.
    pub(crate) skin: Option<usize>,
    /// What else it starts from.
    pub(crate) start: Start,
    /// The same words in the second style, if the order has one.
    pub(crate) blend: Option<engine::Blend>,
}

impl Painting {
    /// What was painted, as smooth as its style has it; to be enlarged after it.
    pub(crate) fn smoothed(&self, mut picture: RgbaImage) -> RgbaImage {
        if self.drawn.smooth {
            smooth(&mut picture);
        }
        picture
    }

    /// What was painted, in the colour, the style and with the skin that the prompt names.
    pub(crate) fn coloured(&self, mut picture: RgbaImage) -> RgbaImage {
        if let Some(colour) = self.colour {
            tint(&mut picture, colour);
        }
        flatten(&mut picture, self.drawn.flat.max(self.drawn.cut));
        cut_out(&mut picture, self.drawn.cut);
        if let Some(monk) = self.skin {
            skin::tone(&mut picture, monk);
        }
        picture
    }
}

/// What code does for styles that are drawn in even areas: how flat, and how far cut out of paper, 0 to 1; and whether surfaces are
/// smoothed, which would take lines from a face and water from ink.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Drawn {
    smooth: bool,
    flat: f32,
    cut: f32,
}

impl Drawn {
    /// What goes to the model as it is stays as that paints it.
    fn of(scene: &Scene, styles: &[Style]) -> Self {
        if scene.reading == danqing_scene::Reading::Whole {
            return Self::default();
        }
        let share = |style| if styles.contains(&style) { 1.0 } else { 0.0 };
        Self { smooth: !styles.contains(&Style::Ink), flat: share(Style::Flat), cut: share(Style::PaperCut) }
    }

    fn of_person(self) -> Self {
        Self { smooth: false, ..self }
    }

    fn towards(self, other: Self, share: f32) -> Self {
        let between = |one: f32, other: f32| one + share * (other - one);
        let smooth = self.smooth && other.smooth;
        Self { smooth, flat: between(self.flat, other.flat), cut: between(self.cut, other.cut) }
    }
}

/// A word outside the model's world.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Unknown {
    /// The word.
    pub(crate) word: String,
    /// The language it is in.
    pub(crate) language: Language,
    /// The known word that is drawn instead, if the lexicon has one.
    pub(crate) instead: Option<String>,
}

impl Plan {
    /// Reads `order`, which must be for one picture.
    pub(crate) fn new(order: Order, knowledge: &Knowledge) -> Self {
        let (prompt, monks) = people::unnumbered(&order.prompt);
        let words = Emphasised::read(&prompt).unwrap_or_default(); // checked when the order was made
        let mut scene = match order.reading {
            Reading::Scene => read(&words.text, knowledge.lexicon()),
            Reading::Whole => Scene::whole(&words.text),
        };
        if let Some(background) = order.background {
            scene.background = Some(background.for_scene());
        }
        let mut unknown = Vec::new();
        let mut unknown_styles = Vec::new();
        let read_in_parts = scene.reading == danqing_scene::Reading::Parts;
        let mut weighed = Vec::new();
        for subject in &mut scene.subjects {
            if let Some(style) = order.style.filter(|style| !subject.styles.contains(style)) {
                subject.styles.push(style);
            }
            for style in subject.styles.extract_if(.., |style| !Knowledge::draws(*style)) {
                if !unknown_styles.contains(&style) {
                    unknown_styles.push(style);
                }
            }
            let caption = knowledge.caption(subject);
            let weights = Weighed::of_subject(&words, subject);
            weighed.push(weights.changed(&caption.subject.description));
            if caption.instead.is_some() || (subject.concept.is_none() && read_in_parts) {
                let (word, language) = (subject.head.clone(), subject.language);
                unknown.push(Unknown { word, language, instead: caption.instead });
            }
            *subject = caption.subject;
        }
        let said = |subject: usize, phrase: &str| {
            let subject_styles = &scene.subjects[subject].styles;
            weighed[subject].changed(phrase).styled(&words, subject_styles).prompt()
        };
        let is_person: Vec<bool> =
            scene.subjects.iter().map(|subject| knowledge.is_person(subject)).collect();
        let tone = |index: usize, subject: &Subject, seed: u64| {
            is_person[index].then(|| {
                let presented = knowledge.presented(subject, people::is_second(seed));
                people::toned(presented.as_ref().unwrap_or(subject), seed, &monks)
            })
        };
        let mut paintings = match &order.incoming {
            None => paintings(&scene, order.seed, tone, said),
            Some(incoming) => {
                vec![Painting { start: incoming.edit.start(), ..over_all(&scene, &words, order.seed, said) }]
            }
        };
        let mut undrawn = None;
        if order.incoming.is_none()
            && let Some(Background::Phrase(phrase)) =
                scene.background.clone().filter(|found| !is_known_scenery(found))
        {
            match knowledge.lexicon().named(&phrase) {
                Some(_) => paintings.push(surrounding(&scene, phrase, order.seed)),
                None => undrawn = Some(phrase),
            }
        }
        let plan = Self { order, scene, paintings, unknown, unknown_styles, undrawn };
        plan.blended(knowledge).travelled()
    }

    /// With a second prompt for each painting, where the order has a second style: the same, planned in that style.
    fn blended(mut self, knowledge: &Knowledge) -> Self {
        let Some(blend) = self.order.blend else { return self };
        let order = Order { style: Some(blend.style), blend: None, ..self.order.clone() };
        let second = Self::new(order, knowledge);
        for (painting, Painting { prompt, emphasis, drawn, .. }) in
            self.paintings.iter_mut().zip(second.paintings)
        {
            let prompt = Prompt { text: prompt, emphasis };
            painting.drawn = painting.drawn.towards(drawn, blend.share.get());
            painting.blend = Some(engine::Blend { prompt, share: blend.share });
        }
        for style in second.unknown_styles {
            if !self.unknown_styles.contains(&style) {
                self.unknown_styles.push(style);
            }
        }
        self
    }

    /// With each painting's noise on its way to what the same painting of the other seed would start from.
    fn travelled(mut self) -> Self {
        let mut copies = vec![0; self.scene.subjects.len() + 1];
        for painting in &mut self.paintings {
            let copy = copies[painting.subject];
            copies[painting.subject] += 1;
            if let (Some(travel), Start::Noise) = (self.order.travel, &painting.start) {
                let seed = painting_seed(travel.seed, painting.subject as u32, copy);
                painting.start = Start::Travel { seed, share: travel.share };
            }
        }
        self
    }

    /// What the picture shall not show: the order's words and the prompt's own (没有…, without …).
    pub(crate) fn negative(&self) -> Prompt {
        let ordered = Emphasised::read(&self.order.negative).unwrap_or_default(); // checked with the order
        let mut negative = Weighed::of_prompt(&ordered).prompt();
        for words in self.scene.without.iter().filter(|words| !words.is_empty()) {
            let between = if negative.text.is_empty() { "" } else { ", " };
            negative.text.push_str(&format!("{between}{words}"));
        }
        negative
    }

    /// Everything that the model is told: the prompt, and what became of it.
    pub(crate) fn words(&self) -> String {
        let of = |painting: &'_ Painting| {
            let second = painting.blend.as_ref().map(|blend| blend.prompt.text.clone());
            std::iter::once(painting.prompt.clone()).chain(second).collect::<Vec<_>>()
        };
        let paintings = self.paintings.iter().flat_map(of);
        std::iter::once(self.order.prompt.clone()).chain(paintings).collect::<Vec<_>>().join("\n")
    }

    /// This plan with nothing to paint but `again`; `None` if there is no such painting.
    pub(crate) fn only(&self, again: Repaint) -> Option<Self> {
        let of_subject = |painting: &&Painting| painting.subject == again.subject;
        let painting = self.paintings.iter().filter(of_subject).nth(again.picture)?;
        let painting = Painting { seed: again.seed, start: Start::Noise, ..painting.clone() };
        Some(Self { paintings: vec![painting], ..self.clone() })
    }

    /// How many times the model makes paintings four times larger before they are laid out, from the 128 pixels that it paints.
    pub(crate) fn enlargements(&self) -> usize {
        let Size { width_px, height_px } = self.order.size;
        let (longest, largest) = match &self.order.incoming {
            Some(incoming) => (incoming.edit.side_px(), incoming.edit.side_px() as f32),
            None if self.scene.is_single() => (width_px.max(height_px), width_px.min(height_px) as f32),
            None => {
                let copies: u32 = self.scene.subjects.iter().map(Subject::copies).sum();
                let canvas = width_px.min(height_px) as f32;
                (width_px.max(height_px), canvas / (copies.max(1) as f32).sqrt())
            }
        };
        usize::from(longest > Side::Px128.pixels()) + usize::from(largest > LARGE_PX)
    }

    /// Lays `pictures`, one for each painting, out as the scene asks.
    pub(crate) fn composition(&self, pictures: Vec<RgbaImage>) -> Composition {
        if let (Some(incoming), Some(picture)) = (&self.order.incoming, pictures.first()) {
            let image = incoming.edit.finish(picture);
            let background = RgbaImage::new(image.width(), image.height());
            let name = self.paintings.first().map(|painting| painting.prompt.clone()).unwrap_or_default();
            let layer = Layer { name, image, x: 0, y: 0, origin: None };
            return Composition { background, layers: vec![layer], tiling: Tiling::None };
        }
        let size = (self.order.size.width_px, self.order.size.height_px);
        let subjects = self.scene.subjects.len();
        let mut of_subjects = vec![Vec::new(); subjects + 1];
        for (painting, picture) in self.paintings.iter().zip(pictures) {
            of_subjects[painting.subject].push(picture);
        }
        let surroundings = of_subjects.pop().unwrap_or_default();
        let mut composition = match of_subjects.as_slice() {
            [pictures] if self.keeps_frame() && !pictures.is_empty() => self.framed(&pictures[0]),
            all => compose(&self.scene, all, size, self.order.seed),
        };
        for picture in surroundings {
            let side = size.0.max(size.1);
            let [x, y] = [size.0, size.1].map(|length| (i64::from(length) - i64::from(side)) as i32 / 2);
            let layer = Layer {
                name: self.paintings[self.paintings.len() - 1].prompt.clone(),
                image: resized(&picture, side),
                x,
                y,
                origin: None,
            };
            composition.layers.insert(0, layer);
        }
        composition
    }

    /// How the picture looks while its paintings are still in work, no side longer than `longest` pixels.
    pub(crate) fn sketch(&self, pictures: Vec<RgbaImage>, longest: u32) -> RgbaImage {
        let Size { width_px, height_px } = self.order.size;
        let scale = |side: u32| (side * longest / width_px.max(height_px)).max(1);
        let size = Size { width_px: scale(width_px), height_px: scale(height_px) };
        let order = Order { size, ..self.order.clone() };
        Self { order, ..self.clone() }.composition(pictures).flatten()
    }

    /// Whether the picture is one square painting as the model framed it.
    fn keeps_frame(&self) -> bool {
        let square = self.order.size.width_px == self.order.size.height_px;
        square
            && self.scene.is_single()
            && self.scene.layout == Layout::Natural
            && self.scene.subjects[0].place.is_none()
    }

    /// One subject alone keeps the frame that the model gave it.
    fn framed(&self, picture: &RgbaImage) -> Composition {
        let side = self.order.size.width_px;
        let empty = Scene { background: self.scene.background.clone(), ..Scene::default() };
        let background = compose(&empty, &[], (side, side), self.order.seed).background;
        let image = resized(picture, side);
        let name = self.scene.subjects[0].phrase();
        let origin =
            Origin { item: 0, subject: 0, copy: 0, picture: 0, turn: 0.0, mirrored: false, cut: Cut::Framed };
        Composition {
            background,
            layers: vec![Layer { name, image, x: 0, y: 0, origin: Some(origin) }],
            tiling: Tiling::None,
        }
    }
}

/// Each subject as often as it has copies, within reason; each painting with a seed of its own.
fn paintings(
    scene: &Scene,
    seed: u64,
    toned: impl Fn(usize, &Subject, u64) -> Option<(Subject, Option<usize>)>,
    said: impl Fn(usize, &str) -> Prompt,
) -> Vec<Painting> {
    let subjects = scene.subjects.len().max(1) as u32;
    let times = |subject: &Subject| match scene.tiling {
        // The composer decides how many a row or a scatter without a number has.
        Tiling::None if scene.layout != Layout::Natural && subject.count == Count::Unstated => {
            UNCOUNTED_PAINTINGS
        }
        Tiling::None => subject.copies().min(MOST_PAINTINGS),
        Tiling::Seamless => subject.copies().clamp(PATTERN_PAINTINGS.div_ceil(subjects), MOST_PAINTINGS),
    };
    let of_subject = |(index, subject): (usize, &Subject)| {
        let painting = |copy: u32| {
            let seed = painting_seed(seed, index as u32, copy);
            // A colour said of a person is that of clothes or hair.
            let drawn = Drawn::of(scene, &subject.styles);
            let (subject, colour, skin, drawn) = match toned(index, subject, seed) {
                Some((subject, skin)) => (subject, None, skin, drawn.of_person()),
                None => (subject.clone(), subject.copy_colour(copy as usize), None, drawn),
            };
            let phrase = subject.copy_phrase(copy as usize);
            let Prompt { text, emphasis } = said(index, &phrase);
            Painting {
                subject: index,
                prompt: text,
                emphasis,
                seed,
                colour,
                drawn,
                skin,
                start: Start::Noise,
                blend: None,
            }
        };
        (0..times(subject)).map(painting).collect::<Vec<_>>()
    };
    scene.subjects.iter().enumerate().flat_map(of_subject).collect()
}

/// The one painting of a picture that starts from another: nothing is laid out there, so that a prompt of several things
/// goes to the model as it is.
fn over_all(scene: &Scene, words: &Emphasised, seed: u64, said: impl Fn(usize, &str) -> Prompt) -> Painting {
    let Prompt { text, emphasis } = match scene.subjects.as_slice() {
        [only] if scene.is_single() => said(0, &only.phrase()),
        _ => Weighed::of_prompt(words).prompt(),
    };
    Painting {
        subject: 0,
        prompt: text,
        emphasis,
        seed,
        colour: None,
        drawn: Drawn::default(),
        skin: None,
        start: Start::Noise,
        blend: None,
    }
}

/// A surrounding that the model knows, painted once and put behind everything.
fn surrounding(scene: &Scene, phrase: String, seed: u64) -> Painting {
    let place = scene.subjects.len();
    let styles = scene.subjects.first().map(|subject| (subject.styles.as_slice(), subject.language));
    let prompt = styles.map_or(phrase.clone(), |(styles, language)| {
        styles.iter().fold(phrase, |text, style| style.applied(&text, language))
    });
    let seed = painting_seed(seed, place as u32, 0);
    Painting {
        subject: place,
        prompt,
        emphasis: Vec::new(),
        seed,
        colour: None,
        drawn: styles.map_or(Drawn::default(), |(styles, _)| Drawn::of(scene, styles)),
        skin: None,
        start: Start::Noise,
        blend: None,
    }
}

/// The seed of one painting: the picture's own for the first, far apart for the others.
///
/// The mixing function is `SplitMix64`'s. Source: Steele, Lea and Flood 2014, figure 14.
fn painting_seed(seed: u64, subject: u32, copy: u32) -> u64 {
    let place = u64::from(subject) << 32 | u64::from(copy);
    if place == 0 {
        return seed;
    }
    seed ^ mixed(place)
}

/// A number in which every bit depends on every bit of `place`.
fn mixed(place: u64) -> u64 {
    let mut mixed = place.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::Wish;

    fn plan(prompt: &str, wish: Wish) -> Plan {
        let wish = Wish { seed: Some(7), ..wish };
        Plan::new(Order::new(prompt, &wish).expect("a sound order"), &Knowledge::load())
    }

    #[test]
    fn copies_are_painted_apart() {
        let plan = plan("三只红灯笼", Wish::default());
        assert_eq!(plan.paintings.len(), 3, "three lanterns");
        assert!(plan.paintings.iter().all(|painting| painting.prompt == "红灯笼"), "one text");
        assert_eq!(plan.paintings[0].seed, 7, "the first has the picture's seed");
        assert_ne!(plan.paintings[1].seed, plan.paintings[2].seed, "the others have their own");
    }

    #[test]
    fn colours_of_things_are_kept_for_after_the_painting() {
        let colours = |prompt| -> Vec<Option<[u8; 3]>> {
            plan(prompt, Wish::default()).paintings.iter().map(|painting| painting.colour).collect()
        };
        assert_eq!(
            colours("一辆黄色的汽车"),
            [danqing_scene::colours::parse("黄色").map(|found| found.rgb)],
            "a thing"
        );
        assert_eq!(colours("a girl in a red dress"), [None], "a person");
        assert_eq!(colours("猫"), [None], "no colour");
    }

    #[test]
    fn things_are_drawn_as_their_style_is_by_code() {
        let drawn = |prompt, wish| plan(prompt, wish).paintings[0].drawn;
        let of = |smooth, flat, cut| Drawn { smooth, flat, cut };
        assert_eq!(drawn("扁平风格的猫", Wish::default()), of(true, 1.0, 0.0), "flat");
        assert_eq!(drawn("a paper-cut rabbit", Wish::default()), of(true, 0.0, 1.0), "cut");
        assert_eq!(drawn("3D猫", Wish::default()), of(true, 0.0, 0.0), "neither");
        assert_eq!(drawn("水墨熊猫", Wish::default()), Drawn::default(), "ink");
        assert_eq!(drawn("一个女孩", Wish::default()), Drawn::default(), "a face");
        let whole = Wish { reading: Some(Reading::Whole), ..Wish::default() };
        assert_eq!(drawn("扁平风格的猫", whole), Drawn::default(), "unread");
        let blend = Wish { style: Some("3d".into()), blend: Some("flat:0.25".into()), ..Wish::default() };
        assert_eq!(drawn("猫", blend), of(true, 0.25, 0.0), "a quarter");
    }

    #[test]
    fn many_copies_share_paintings() {
        assert_eq!(plan("五十颗草莓", Wish::default()).paintings.len(), MOST_PAINTINGS as usize, "not fifty");
    }

    #[test]
    fn each_painting_travels_to_what_it_would_be_with_the_other_seed() {
        let wish = Wish { travel: Some("99:0.4".into()), ..Wish::default() };
        let (travelling, there) = (plan("三只红灯笼和一只猫", wish), |seed| {
            let wish = Wish { seed: Some(seed), ..Wish::default() };
            let order = Order::new("三只红灯笼和一只猫", &wish).expect("a sound order");
            Plan::new(order, &Knowledge::load()).paintings
        });
        for ((painting, start), end) in travelling.paintings.iter().zip(there(7)).zip(there(99)) {
            assert_eq!(painting.seed, start.seed, "from its own noise");
            let Start::Travel { seed, share } = painting.start else { panic!("it does not travel") };
            assert_eq!((seed, share.get()), (end.seed, 0.4), "to that of the other seed");
        }
    }

    #[test]
    fn every_painting_is_told_both_styles() {
        let wish = Wish { style: Some("扁平".into()), blend: Some("3d:0.3".into()), ..Wish::default() };
        let plan = plan("一只猫和一条鱼", wish);
        let told = |painting: &Painting| {
            let second = painting.blend.as_ref().expect("a second prompt");
            (painting.prompt.clone(), second.prompt.text.clone(), second.share.get())
        };
        let expected = |of: &str| (format!("扁平风格的{of}"), format!("3D风格的{of}"), 0.3);
        assert_eq!(plan.paintings.iter().map(told).collect::<Vec<_>>(), [expected("猫"), expected("鱼")]);
        assert!(plan.words().contains("3D风格的鱼"), "and rules see both: {}", plan.words());
    }

    #[test]
    fn unread_prompts_go_to_the_model_as_they_are() {
        let plan = plan("三只柯基", Wish { reading: Some(Reading::Whole), ..Wish::default() });
        assert_eq!(plan.paintings.len(), 1, "one painting");
        assert_eq!(plan.paintings[0].prompt, "三只柯基", "every word");
        assert!(plan.unknown.is_empty(), "nothing is judged");
    }

    #[test]
    fn styles_are_said_to_the_model() {
        let plan = plan("a cat", Wish { style: Some("扁平".into()), ..Wish::default() });
        assert_eq!(plan.paintings[0].prompt, "flat cat", "in the prompt's language");
    }

    #[test]
    fn styles_that_the_model_never_saw_are_left_out_and_reported() {
        let asked = plan("水彩风格的猫", Wish::default());
        assert_eq!(
            (asked.paintings[0].prompt.as_str(), asked.unknown_styles.as_slice()),
            ("猫", &[Style::Watercolour][..]),
            "watercolour"
        );
        let named = plan("a cat and a dog", Wish { style: Some("oil painting".into()), ..Wish::default() });
        assert_eq!(named.unknown_styles, [Style::Oil], "once");
    }

    #[test]
    fn surroundings_are_painted_where_the_model_knows_them() {
        let plan = plan("城堡背景的猫", Wish::default());
        let names: Vec<&str> = plan.paintings.iter().map(|painting| painting.prompt.as_str()).collect();
        assert_eq!(
            (names.as_slice(), plan.undrawn.as_deref()),
            (&["猫", "城堡"][..], None),
            "behind the cat"
        );
    }

    #[test]
    fn unknown_words_are_reported() {
        let unknown = plan("柯基", Wish::default()).unknown;
        assert_eq!(unknown[0].instead.as_deref(), Some("狗"), "the lexicon's nearest");
    }
}
