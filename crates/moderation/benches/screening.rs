//! How long screening and loading take: `cargo bench -p danqing-moderation`.
//!
//! The promise: 10,000 terms against a prompt of 1,000 characters in less than a millisecond.

use std::fmt::Write as _;
use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use danqing_moderation::{Pack, Policy};

/// Common characters, of which the terms are made: terms that share beginnings are the hard case.
const CHARACTERS: &str = "天地人山水火木金土日月星云雨风雷电花草树鸟鱼虫马牛羊龙虎春夏秋冬东西南北红黄蓝绿青白黑灯船桥路门窗书画琴棋";

/// A pack of 10,000 different terms of two to four characters, in combinations of a hundred.
fn large_pack() -> String {
    let characters: Vec<char> = CHARACTERS.chars().collect();
    let mut text = String::from(
        "[pack]\nname = \"large\"\nversion = \"1\"\norigin = \"bench\"\n[messages.\"a1.h\"]\nzh = \"词\"\nen = \"term\"\n",
    );
    let mut state = 1_u64;
    let mut next = |below: usize| {
        // SplitMix64, so that every run has the same terms.
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % below as u64) as usize
    };
    let mut known = std::collections::BTreeSet::new();
    for rule in 0..100 {
        let _ = write!(text, "[[rule]]\nid = \"r{rule}\"\ncategory = \"a1.h\"\naction = \"log\"\nany = [");
        let before = known.len();
        while known.len() < before + 100 {
            let term: String = (0..3 + next(2)).map(|_| characters[next(characters.len())]).collect();
            if known.insert(term.clone()) {
                let _ = write!(text, "\"{term}\",");
            }
        }
        text.push_str("]\n");
    }
    text
}

/// 1,000 characters of an innocent prompt, with English, punctuation and repetitions as people write them.
fn prompt() -> String {
    let sentence = "清晨的江南水乡，白墙黑瓦，一只小船停在石桥下，岸边的柳树刚刚发芽，远处有薄雾和青山；watercolor style, soft light, highly detailed。";
    sentence.chars().cycle().take(1000).collect()
}

fn screening(criterion: &mut Criterion) {
    let text = large_pack();
    let pack = Pack::parse("large", &text).expect("the pack is well formed");
    let policy = Policy::new(&[pack]).expect("the pack can be used");
    assert!(policy.terms() >= 10_000, "{} terms", policy.terms());
    let prompt = prompt();
    criterion.bench_function("screen 1,000 characters with 10,000 terms", |bencher| {
        bencher.iter(|| policy.screen(black_box(&prompt)));
    });
    let shipped = Policy::shipped().expect("the shipped pack can be used");
    criterion.bench_function("screen 1,000 characters with the shipped pack", |bencher| {
        bencher.iter(|| shipped.screen(black_box(&prompt)));
    });
    criterion.bench_function("load 10,000 terms", |bencher| {
        bencher.iter(|| Policy::new(&[Pack::parse("large", black_box(&text)).expect("well formed")]));
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = screening
}
criterion_main!(benches);
