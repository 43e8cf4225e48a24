//! Orders of a prompt that stands for many.

use super::{Grid, MOST_SEED, Order, Wish};
use crate::error::Error;
use crate::expand::{Template, Wildcards};

/// Orders of one prompt at most.
const MOST_ORDERS: usize = 10_000;

/// What becomes of alternatives and wildcards.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Choice {
    /// Each picture chooses by its own seed.
    #[default]
    Drawn,
    /// Every combination is painted, each with the same seeds.
    Every,
}

/// The orders of `prompt` and `wish`: one, or where there is something to choose, one for each prompt that is chosen.
///
/// A picture's choice depends on the template and on its own seed; the order holds what was chosen, so that it can be
/// repeated without the template.
pub(crate) fn orders(
    prompt: &str,
    wish: &Wish,
    choice: Choice,
    wildcards: &Wildcards,
) -> Result<Vec<Order>, Error> {
    let template = Template::parse(prompt)?;
    if template.is_plain() {
        return Ok(vec![Order::new(prompt, wish)?]);
    }
    if wish.grid == Some(Grid::Sheet) {
        return Err(Error::SheetOfMany);
    }
    // What is wrong with the wish is so whatever is chosen, and a seed left open is chosen once.
    let first = Order::new("一", wish)?;
    let with = |prompt: String, seed: u64, count: u32| {
        let wish = Wish { seed: i64::try_from(seed).ok(), count: Some(count), ..wish.clone() };
        Order::new(&prompt, &wish)
    };
    match choice {
        Choice::Drawn => (0..first.count)
            .map(|index| {
                let seed = (first.seed + u64::from(index)) & MOST_SEED;
                with(template.draw(seed, wildcards)?, seed, 1)
            })
            .collect(),
        Choice::Every => template
            .every(wildcards, MOST_ORDERS)?
            .into_iter()
            .map(|prompt| with(prompt, first.seed, first.count))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn many(prompt: &str, choice: Choice, wish: Wish) -> Vec<Order> {
        orders(prompt, &wish, choice, &Wildcards::default()).expect("sound")
    }

    #[test]
    fn a_plain_prompt_is_one_order() {
        let wish = Wish { count: Some(3), ..Wish::default() };
        assert_eq!(many("三只猫", Choice::Every, wish).len(), 1, "nothing to choose");
    }

    #[test]
    fn each_picture_chooses_by_its_own_seed() {
        let wish = |seed, count| Wish { seed: Some(seed), count: Some(count), ..Wish::default() };
        let prompt = "{红|蓝|金|绿}色的{猫|狗|鸟}";
        let all = many(prompt, Choice::Drawn, wish(7, 12));
        assert_eq!(all.len(), 12, "one order a picture");
        assert_eq!(all[5], many(prompt, Choice::Drawn, wish(12, 1))[0], "as if asked for alone");
        assert!(all.iter().any(|order| order.prompt != all[0].prompt), "they differ");
    }

    #[test]
    fn every_combination_has_the_same_seed() {
        let all = many("{红|蓝}色的{猫|狗}", Choice::Every, Wish::default());
        let prompts: Vec<&str> = all.iter().map(|order| order.prompt.as_str()).collect();
        assert_eq!(prompts, ["红色的猫", "红色的狗", "蓝色的猫", "蓝色的狗"], "in order");
        assert!(all.iter().all(|order| order.seed == all[0].seed), "to be compared");
    }

    #[test]
    fn orders_can_be_repeated_without_the_template() {
        for order in many("\\{a\\} {red|blue} cat", Choice::Every, Wish::default()) {
            let again = many(&order.prompt, Choice::Drawn, Wish::default());
            assert_eq!(again[0].prompt, order.prompt, "it stands for itself");
        }
    }

    #[test]
    fn a_sheet_of_different_prompts_is_refused() {
        let wish = Wish { grid: Some(Grid::Sheet), ..Wish::default() };
        let refused = orders("{a|b}", &wish, Choice::Drawn, &Wildcards::default());
        assert!(matches!(refused, Err(Error::SheetOfMany)), "{refused:?}");
    }
}
