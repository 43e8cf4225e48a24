//! Orders as JSON: what a job carries, what a picture is kept with, what programs send.

use serde::{Deserialize, Serialize};

use crate::changes::told;

use super::{Grid, Order, Reading, Wish};
use crate::error::Error;

/// An order, written down with everything that decides its pictures. Reading one checks it like any other wish.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Written {
    pub(crate) prompt: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) negative: Option<String>,
    /// Of the first picture; the next ones count up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) seed: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) count: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) steps: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) guidance: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sampler: Option<String>,
    /// `512` or `1024x768`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) size: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) style: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) background: Option<String>,
    /// Noise on its way to that of another seed: `99:0.4` is four tenths of the way to that of 99.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) travel: Option<String>,
    /// A second style and how much of it there is, such as `flat:0.4`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) blend: Option<String>,
    /// Changes to layers, such as `layer 2 move 40 -10; layer 3 remove`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) changes: Option<String>,
    /// The prompt goes to the model whole.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) whole: bool,
}

impl Written {
    /// The order, checked; what it leaves open is taken from `otherwise`.
    pub(crate) fn order(&self, otherwise: Wish) -> Result<Order, Error> {
        Order::new(&self.prompt, &self.wish().or(otherwise))
    }

    /// Everything but the prompt, unchecked.
    pub(crate) fn wish(&self) -> Wish {
        Wish {
            negative: self.negative.clone(),
            seed: self.seed,
            steps: self.steps,
            guidance: self.guidance,
            sampler: self.sampler.clone(),
            size: self.size.clone(),
            count: self.count,
            style: self.style.clone(),
            background: self.background.clone(),
            reading: self.whole.then_some(Reading::Whole),
            grid: Some(Grid::None),
            changes: self.changes.clone(),
            strength: None,
            area: None,
            travel: self.travel.clone(),
            blend: self.blend.clone(),
        }
    }
}

impl From<&Order> for Written {
    fn from(order: &Order) -> Self {
        Self {
            prompt: order.prompt.clone(),
            negative: Some(order.negative.clone()).filter(|negative| !negative.is_empty()),
            // Seeds end at 2^53.
            seed: i64::try_from(order.seed).ok(),
            count: Some(order.count),
            steps: Some(order.steps),
            guidance: Some(order.guidance),
            sampler: Some(order.sampler.to_string()),
            size: Some(order.size.to_string()),
            style: order.style.map(|style| style.name().to_owned()),
            background: order.background.map(|background| background.to_string()),
            travel: order.travel.map(|travel| travel.to_string()),
            blend: order.blend.map(|blend| blend.to_string()),
            changes: Some(told(&order.changes)).filter(|changes| !changes.is_empty()),
            whole: order.reading == Reading::Whole,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_survive_their_json() {
        let wish = Wish {
            negative: Some("文字".into()),
            seed: Some(7),
            count: Some(3),
            steps: Some(20),
            guidance: Some(4.5),
            sampler: Some("DPM++ 2M".into()),
            size: Some("640x480".into()),
            style: Some("扁平".into()),
            background: Some("ffd84d-ffffff".into()),
            travel: Some("99:0.4".into()),
            blend: Some("3d:0.25".into()),
            reading: Some(Reading::Whole),
            grid: None,
            changes: Some("layer 2 move 40 -10; layer 1 repaint 7".into()),
            ..Wish::default()
        };
        let order = Order::new("三只红灯笼", &wish).expect("sound");
        let json = serde_json::to_string(&Written::from(&order)).expect("JSON");
        let read: Written = serde_json::from_str(&json).expect("its own JSON");
        assert_eq!(read.order(Wish::default()).expect("sound"), order, "{json}");
        assert!(serde_json::from_str::<Written>(r#"{"promt":"猫"}"#).is_err(), "a misspelt field");
    }
}
