//! What holds for every text.

use danqing_moderation::{Action, Evidence, Live, Pack, Policy, Verdict, View};
use proptest::prelude::*;
use std::sync::LazyLock;

static POLICY: LazyLock<Policy> = LazyLock::new(|| Policy::shipped().expect("the shipped pack can be used"));

/// Characters that readers treat in different ways, so that random texts meet every part of the code.
const ALPHABET: &str = "裸体小学生伪造护照炸药制作色情女孩子亥火乍亻为艹約药證製 /.-_，。！\n\tabcdefakepspornudchild0134@$!ΑαеоＦｕⓝ🄳🅴🇫é\u{301}\u{200b}\u{202e}\u{fe0f}\u{e0041}💣🔞👧🪪㊙㍻½ﬁ가か゛";

fn text() -> impl Strategy<Value = String> {
    let characters: Vec<char> = ALPHABET.chars().collect();
    let known = prop::collection::vec(prop::sample::select(characters), 0..60)
        .prop_map(|text| text.into_iter().collect());
    prop_oneof![known, any::<String>()]
}

/// Prompts that are stopped, to change without changing what they say.
fn harmful() -> impl Strategy<Value = &'static str> {
    let prompts: Vec<&str> =
        include_str!("harmful.tsv").lines().filter_map(|line| line.split('\t').nth(1)).collect();
    prop::sample::select(prompts)
}

/// Rules and actions, without places.
fn cited(verdict: &Verdict) -> Vec<(String, Action)> {
    verdict.hits.iter().map(|hit| (hit.rule().to_owned(), hit.citation.action)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn spans_lie_on_boundaries_and_are_not_empty(text in text()) {
        for hit in POLICY.screen(&text).hits {
            let Evidence::Words(findings) = &hit.evidence else { unreachable!("words have no scores") };
            prop_assert!(!findings.is_empty());
            for finding in findings {
                prop_assert!(!text[finding.span.clone()].is_empty(), "{finding:?}");
            }
            prop_assert!(hit.span().is_some());
        }
    }

    #[test]
    fn the_same_text_gives_the_same_verdict(text in text()) {
        prop_assert_eq!(POLICY.screen(&text), POLICY.screen(&text));
    }

    #[test]
    fn what_cannot_be_seen_changes_nothing(text in text(), places in prop::collection::vec(0_usize..80, 0..6)) {
        let mut hidden: Vec<char> = text.chars().collect();
        for place in places {
            hidden.insert(place.min(hidden.len()), '\u{200b}');
        }
        let hidden: String = hidden.into_iter().collect();
        prop_assert_eq!(cited(&POLICY.screen(&text)), cited(&POLICY.screen(&hidden)));
    }

    #[test]
    fn case_and_width_change_nothing(text in "[a-z 一-龥]{0,40}") {
        let wide: String = text
            .chars()
            .map(|ch| char::from_u32(u32::from(ch) - 0x20 + 0xff00).filter(|_| ch.is_ascii_lowercase()).unwrap_or(ch))
            .collect();
        let expected = cited(&POLICY.screen(&text));
        prop_assert_eq!(&expected, &cited(&POLICY.screen(&wide)));
        prop_assert_eq!(&expected, &cited(&POLICY.screen(&text.to_uppercase())));
    }

    #[test]
    fn harm_stays_harm_between_other_sentences(prompt in harmful(), before in "[一-龥]{0,30}", after in "[a-z]{3,9}( [a-z]{3,9}){0,5}") {
        let text = [&format!("{before}。"), prompt, &after].join("\n");
        prop_assert!(POLICY.screen(&text).action() >= Action::Review, "{}", text);
    }
}

#[test]
fn views_are_told() {
    for (prompt, view) in [
        ("伪造护照", View::Plain),
        ("伪 造护照", View::Joined),
        ("伪a造护照", View::Han),
        ("f4ke passport", View::Leet),
        ("伪伪造护照", View::Plain),
        ("伪伪造造护照", View::Plain),
        ("faaaake passport", View::Repeats),
        ("伪造🪪", View::Emoji),
        ("亻为造护照", View::Shape),
        ("围造护照", View::Sound),
    ] {
        let verdict = POLICY.screen(prompt);
        let views: Vec<View> = verdict
            .hits
            .iter()
            .flat_map(|hit| match &hit.evidence {
                Evidence::Words(findings) => findings.iter().map(|finding| finding.view).collect(),
                Evidence::Score { .. } => Vec::new(),
            })
            .collect();
        assert!(views.contains(&view), "{prompt}: {views:?}");
    }
}

#[test]
fn decoys_do_not_hide_what_stands_behind_them() {
    let far = "山".repeat(400);
    for prompt in [
        format!("{}{far}小学生裸体", "小学生，".repeat(500)),
        format!("小学生裸体{far}{}", "裸露的山，".repeat(500)),
        format!("{}孩子，全裸", "裸露的山，".repeat(500)),
    ] {
        assert_eq!(POLICY.screen(&prompt).action(), Action::Block);
    }
    let open = format!("{}{far}{}", "小学生，".repeat(500), "裸露的山，".repeat(500));
    assert_eq!(POLICY.screen(&open).action(), Action::Pass);
}

#[test]
fn long_texts_full_of_terms_are_screened() {
    // Work grows with the length of the text, not with its square: this would take minutes otherwise.
    let text = "小学生裸体伪造护照自制炸药教程".repeat(20_000);
    assert_eq!(POLICY.screen(&text).action(), Action::Block);
}

#[test]
fn an_exchange_of_policies_is_told() {
    let live = Live::new(Policy::shipped().expect("the shipped pack can be used"));
    let held = live.current();
    let same = live.replace(Policy::shipped().expect("the shipped pack can be used"));
    assert!(!same.is_change(), "equal packs give equal versions");
    let house = Pack::parse("house.toml", HOUSE).expect("the pack is well formed");
    let shipped = Pack::shipped().expect("the shipped pack is well formed");
    let exchange = live.replace(Policy::new(&[shipped, house]).expect("the packs can be used"));
    assert!(exchange.is_change(), "another pack gives another version");
    assert_eq!(held.version(), exchange.before.version());
    assert_eq!(live.current().version(), exchange.after.version());
    assert_eq!(live.current().screen("张三丰裸体").action(), Action::Block, "an extended list");
    assert_eq!(held.screen("张三丰裸体").action(), Action::Pass, "a policy in use stays as it is");
}

const HOUSE: &str = r#"
[pack]
name = "house"
version = "1"
origin = "a test"

[extend]
"people/persons" = ["张三丰"]
"#;
