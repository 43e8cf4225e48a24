//! Packs: what they can say, and what is refused with which words.

use danqing_moderation::{Action, Approval, Category, Error, Evidence, Pack, Policy};

const HEAD: &str = "[pack]\nname = \"test\"\nversion = \"1\"\norigin = \"a test\"\n[messages.\"a1.h\"]\nzh = \"不行\"\nen = \"no\"\n";

fn policy(rules: &str) -> Result<Policy, Error> {
    Policy::new(&[Pack::parse("test.toml", &format!("{HEAD}{rules}"))?])
}

fn rule(body: &str) -> String {
    format!("[[rule]]\nid = \"r\"\ncategory = \"a1.h\"\naction = \"review\"\n{body}\n")
}

#[test]
fn the_standard_has_31_risks() {
    let standard = Category::all().filter(|category| category.id().contains('.')).count();
    assert_eq!(standard, 31);
    assert_eq!(
        Category::known("a4.e").map(|category| category.name().en.clone()),
        Some("violation of privacy".to_owned())
    );
}

#[test]
fn faults_name_file_line_and_rule() {
    for (rules, expected) in [
        ("[[rule]\n", "policy pack `test.toml`, line 8"),
        ("[[rule]]\nid = 7\n", "line 9"),
        (&rule("anny = [\"甲乙\"]"), "unknown field `anny`"),
        (&rule("any = [\"甲乙\"]").replace("review", "forbid"), "unknown action `forbid`"),
        (&rule(""), "line 9, `r`: a rule has exactly one of `any`, `all` and `pattern`"),
        (&rule("any = [\"甲乙\"]\npattern = \"a\""), "exactly one"),
        (&rule("any = [\"甲\"]"), "`r`: `甲` alone would match innocent prompts"),
        (&rule("any = [\" \\u200b \"]"), "cannot be searched for"),
        (&rule("any = [\"a*b\"]"), "cannot be searched for"),
        (&rule("any = [\"@nowhere\"]"), "unknown list `nowhere`"),
        (&rule("any = [\"甲乙\"]").replace("a1.h", "a9.z"), "`r`: a message has both"),
        (
            &rule("any = [\"甲乙\"]\nmessage = { zh = \"一\", en = \"one\" }").replace("a1.h", "a9.z"),
            "unknown category `a9.z`",
        ),
        (&rule("any = [\"甲乙\"]\nmessage = { zh = \"\", en = \"one\" }"), "neither is empty"),
        (&rule("all = [[\"甲乙\"]]"), "two to four lists"),
        (&rule("all = [[\"甲乙\"], []]"), "two to four lists"),
        (&rule("all = [[\"甲乙\"], [\"丙丁\"]]\nwindow = 0"), "not `0`"),
        (&rule("pattern = \"(\""), "not a usable pattern"),
        (&format!("{}{}", rule("any = [\"甲乙\"]"), rule("any = [\"甲乙\"]")), "the id is used twice"),
        (&format!("[lists]\na = [\"@b\"]\nb = [\"@a\"]\n{}", rule("any = [\"@a\"]")), "refers to itself"),
        ("[extend]\n\"other/list\" = [\"甲乙\"]\n", "unknown list `other/list`"),
        (
            "[[threshold]]\nid = \"t\"\ncategory = \"a1.h\"\naction = \"block\"\nscore = \"s\"\nat_least = 1.5\n",
            "`1.5` is not a score",
        ),
        ("[[exception]]\ncategory = \"zz\"\nterms = [\"甲乙\"]\n", "unknown category `zz`"),
    ] {
        let error = policy(rules).expect_err(rules);
        assert!(error.to_string().contains(expected), "{rules}: {error}");
    }
}

#[test]
fn packs_of_one_name_do_not_mix() {
    let pack = Pack::parse("test.toml", HEAD).expect("well formed");
    let error = Policy::new(&[pack.clone(), pack]).expect_err("the same name twice");
    assert_eq!(error, Error::SamePack("test".to_owned()));
    assert!(error.hint().is_some(), "a person can rename one");
}

#[test]
fn combinations_need_all_sides_within_the_window() {
    let policy =
        policy(&rule("all = [[\"甲乙\"], [\"丙丁\", \"apple pie\"]]\nwindow = 4")).expect("a policy");
    for (text, action) in [
        ("甲乙丙丁", Action::Review),
        ("丙丁一二三四甲乙", Action::Review),
        ("丙丁一二三四五甲乙", Action::Pass),
        ("丙丁。。。。。。。。。。甲乙", Action::Review),
        ("甲乙 a big apple pie", Action::Review),
        ("甲乙 one big red apple pie", Action::Pass),
        ("甲乙甲乙", Action::Pass),
    ] {
        assert_eq!(policy.screen(text).action(), action, "{text}");
    }
}

#[test]
fn exceptions_hold_in_their_category_and_where_they_cover() {
    let rules = format!(
        "{}[[exception]]\ncategory = \"a1.h\"\nterms = [\"甲乙丙\"]\n[[exception]]\ncategory = \"a1.a\"\nterms = [\"丁甲乙\"]\n",
        rule("any = [\"甲乙\"]")
    );
    let policy = policy(&rules).expect("a policy");
    assert_eq!(policy.screen("甲乙丙").action(), Action::Pass);
    assert_eq!(policy.screen("甲乙丙和甲乙").action(), Action::Review, "only what is covered");
    assert_eq!(policy.screen("丁甲乙").action(), Action::Review, "another category");
}

#[test]
fn unless_keeps_a_rule_silent() {
    let policy = policy(&rule("any = [\"甲乙\"]\nunless = [\"丙丁\"]")).expect("a policy");
    assert_eq!(policy.screen("甲乙").action(), Action::Review);
    assert_eq!(policy.screen("丙丁，甲乙").action(), Action::Pass);
}

#[test]
fn patterns_read_the_normalised_text() {
    let policy = policy(&rule("pattern = '\\b\\d{17}[\\dx]\\b'")).expect("a policy");
    let text = "号码：１１０１０５１９４９１２３１００２Ｘ。";
    let verdict = policy.screen(text);
    let span = verdict.hits[0].span().expect("words have a place");
    assert_eq!(&text[span], "１１０１０５１９４９１２３１００２Ｘ");
}

#[test]
fn words_have_boundaries_and_stars_have_none() {
    let policy = policy(&rule("any = [\"cat\", \"dog*\"]")).expect("a policy");
    for (text, action) in [
        ("a cat", Action::Review),
        ("category", Action::Pass),
        ("bobcat", Action::Pass),
        ("dogs", Action::Review),
        ("hotdog", Action::Pass),
        ("红cat绿", Action::Review),
    ] {
        assert_eq!(policy.screen(text).action(), action, "{text}");
    }
}

#[test]
fn scores_are_judged_by_thresholds() {
    let policy = policy(
        "[[threshold]]\nid = \"t\"\ncategory = \"a1.h\"\naction = \"block\"\nscore = \"sexual\"\nat_least = 0.8\n",
    )
    .expect("a policy");
    assert_eq!(policy.screen_scores(&[("sexual", 0.79), ("other", 1.0)]).action(), Action::Pass);
    assert_eq!(policy.screen_scores(&[("sexual", f32::NAN)]).action(), Action::Block, "no number, no trust");
    let verdict = policy.screen_scores(&[("sexual", 0.8)]);
    let expected = Evidence::Score { name: "sexual".to_owned(), value: 0.8, at_least: 0.8 };
    assert_eq!(verdict.hits[0].evidence, expected);
    assert!(policy.admit_picture((), &[("sexual", 0.9)]).is_err(), "stopped");
    assert!(policy.admit_picture((), &[]).is_ok(), "nothing was scored");
}

#[test]
fn review_passes_with_an_approval_and_block_does_not() {
    let approval = Approval::new("officer 7", "a museum's poster").expect("both are given");
    assert_eq!(Approval::new("officer 7", " "), None);
    let review = policy(&rule("any = [\"甲乙\"]")).expect("a policy");
    let stop = review.admit("甲乙", |text| text).expect_err("review stops");
    assert_eq!((stop.rule(), stop.action()), ("r", Action::Review));
    let screened = review.admit_approved("甲乙", |text| text, approval.clone()).expect("approved");
    assert_eq!(screened.approval(), Some(&approval));
    assert_eq!(
        review.admit_approved("丙丁", |text| text, approval.clone()).expect("harmless").approval(),
        None
    );
    let block = policy(&rule("any = [\"甲乙\"]").replace("review", "block")).expect("a policy");
    let stop = block.admit_approved("甲乙", |text| text, approval).expect_err("block stays");
    assert!(stop.verdict().remedy().expect("something can be done").zh.contains("申诉"));
}

#[test]
fn log_and_warn_pass_and_only_warn_is_told() {
    for (action, told) in [("log", 0), ("warn", 1)] {
        let policy = policy(&rule("any = [\"甲乙\"]").replace("review", action)).expect("a policy");
        let screened = policy.admit("甲乙", |text| text).expect("it goes on");
        assert_eq!(screened.verdict().hits.len(), 1);
        assert_eq!(screened.verdict().messages().len(), told);
        assert_eq!(screened.verdict().remedy(), None);
    }
}

#[test]
fn every_shipped_rule_speaks_both_languages_and_names_its_source() {
    let policy = Policy::shipped().expect("the shipped pack can be used");
    assert!(policy.rules().count() >= 15, "{} rules", policy.rules().count());
    for citation in policy.rules() {
        assert!(citation.message.zh.chars().any(|ch| ch > '\u{4e00}'), "{}", citation.rule);
        assert!(citation.message.en.is_ascii(), "{}", citation.rule);
        assert!(!citation.source.is_empty(), "{}", citation.rule);
    }
}

#[test]
fn the_pack_in_the_documentation_works() {
    let page = include_str!("../../../docs/screening.md");
    let text = page
        .split("```toml\n")
        .nth(1)
        .and_then(|rest| rest.split("```").next())
        .expect("the page has a pack");
    let house = Pack::parse("docs/screening.md", text).expect("the pack is well formed");
    let policy = Policy::new(&[Pack::shipped().expect("well formed"), house]).expect("the packs can be used");
    for (prompt, action) in [
        ("青铜鸮标志的T恤", Action::Review),
        ("owl logotype history", Action::Pass),
        ("伪造的门票", Action::Block),
        ("门票防伪造说明", Action::Pass),
        ("11010519491231002X", Action::Warn),
        ("张三丰，全裸", Action::Block),
    ] {
        assert_eq!(policy.screen(prompt).action(), action, "{prompt}");
    }
    assert_eq!(policy.screen_scores(&[("sexual", 0.7)]).action(), Action::Review);
}
