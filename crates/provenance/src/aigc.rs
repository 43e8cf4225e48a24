//! The implicit label of GB 45438-2025: seven fields in one JSON object (section 6, Annex E).

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::Error;

/// Names of the seven fields, in the order of the standard.
pub const FIELDS: [&str; 7] = [
    "Label",
    "ContentProducer",
    "ProduceID",
    "ReservedCode1",
    "ContentPropagator",
    "PropagateID",
    "ReservedCode2",
];

/// Layers of wrapping that a reader looks through; real files have at most two.
const MOST_WRAPPINGS: usize = 4;
/// Members of one object of a label, which has seven.
const MOST_MEMBERS: usize = 1024;

/// How sure it is that content was generated: the field `Label`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Certainty {
    /// `"1"`, 属于: the producer says so.
    Is,
    /// `"2"`, 可能: the person who published it says so.
    MayBe,
    /// `"3"`, 疑似: traces were detected.
    Suspected,
}

impl Certainty {
    /// The value of the field `Label`.
    pub fn digit(self) -> &'static str {
        match self {
            Self::Is => "1",
            Self::MayBe => "2",
            Self::Suspected => "3",
        }
    }

    /// Reads the value of the field `Label`.
    pub fn from_digit(digit: &str) -> Option<Self> {
        [Self::Is, Self::MayBe, Self::Suspected].into_iter().find(|certainty| certainty.digit() == digit)
    }
}

/// An implicit label.
///
/// The fields are public because a label of others is kept as it came, faults included; [`Aigc::faults`] names them.
/// [`Aigc::produced`] and [`Aigc::propagated_by`] only make labels that are free of faults in what they add.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aigc {
    /// `Label`.
    pub certainty: Certainty,
    /// `ContentProducer`: name or 27-character code of who generated the content.
    pub content_producer: String,
    /// `ProduceID`: the producer's unique number of this content.
    pub produce_id: String,
    /// `ReservedCode1`: the producer's own protection of the label, such as a signature; may be empty.
    pub reserved_code1: String,
    /// `ContentPropagator`: name or code of who published it; empty until then.
    pub content_propagator: String,
    /// `PropagateID`: the propagator's unique number of this content.
    pub propagate_id: String,
    /// `ReservedCode2`: the propagator's own protection of the label; may be empty.
    pub reserved_code2: String,
}

impl Aigc {
    /// A label by the producer `producer` (code or ASCII name) for its content number `id`.
    ///
    /// # Errors
    /// [`Error::Field`] where a value is empty or holds a character outside 0x21-0x7E (Annex E, j).
    pub fn produced(certainty: Certainty, producer: &str, id: &str) -> Result<Self, Error> {
        Ok(Self {
            certainty,
            content_producer: checked("ContentProducer", producer)?,
            produce_id: checked("ProduceID", id)?,
            reserved_code1: String::new(),
            content_propagator: String::new(),
            propagate_id: String::new(),
            reserved_code2: String::new(),
        })
    }

    /// The same label with `ReservedCode1`.
    ///
    /// # Errors
    /// [`Error::Field`] where `code` holds a character outside 0x21-0x7E.
    pub fn with_reserved_code1(self, code: &str) -> Result<Self, Error> {
        match allowed(code) {
            true => Ok(Self { reserved_code1: code.to_owned(), ..self }),
            false => Err(Error::Field { field: "ReservedCode1", value: code.to_owned() }),
        }
    }

    /// The same label, published by `propagator` (code or ASCII name) under its number `id` (labelling measures,
    /// article 6). What the producer wrote stays; an earlier propagator is replaced, since there is one place for it.
    ///
    /// # Errors
    /// [`Error::Field`] where a value is empty or holds a character outside 0x21-0x7E.
    pub fn propagated_by(self, propagator: &str, id: &str) -> Result<Self, Error> {
        Ok(Self {
            content_propagator: checked("ContentPropagator", propagator)?,
            propagate_id: checked("PropagateID", id)?,
            reserved_code2: String::new(),
            ..self
        })
    }

    /// Values in the order of [`FIELDS`].
    pub fn values(&self) -> [&str; 7] {
        [
            self.certainty.digit(),
            &self.content_producer,
            &self.produce_id,
            &self.reserved_code1,
            &self.content_propagator,
            &self.propagate_id,
            &self.reserved_code2,
        ]
    }

    /// The bare JSON object: fields in the order of the standard, no spaces.
    pub fn to_json(&self) -> String {
        let fields: Vec<String> = FIELDS
            .iter()
            .zip(self.values())
            .map(|(name, value)| format!("\"{name}\":{}", Value::from(value)))
            .collect();
        format!("{{{}}}", fields.join(","))
    }

    /// The JSON object under the name `AIGC`, for carriers that have no name of their own.
    pub fn to_named_json(&self) -> String {
        format!("{{\"AIGC\":{}}}", self.to_json())
    }

    /// What in the values contradicts the standard.
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        for (name, value) in FIELDS.into_iter().zip(self.values()) {
            if value.is_empty() && ["ContentProducer", "ProduceID"].contains(&name) {
                faults.push(Fault::Empty(name));
            }
            if !allowed(value) {
                faults.push(Fault::Character(name));
            }
        }
        faults
    }

    /// Reads a label as it is found in files: bare, under the name `AIGC`, as a string within JSON, with entities
    /// escaped once too often, or in Base64. Everything but the bare form is a fault.
    pub fn read(text: &str) -> Reading {
        let mut faults = Vec::new();
        match fields(text, &mut faults) {
            Some(fields) => assembled(&fields, faults),
            None => Reading { label: None, faults: vec![Fault::NotJson] },
        }
    }
}

/// What became of a label's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The label, if `Label` could be read; missing fields are empty.
    pub label: Option<Aigc>,
    /// What contradicts the standard, in the order it was met.
    pub faults: Vec<Fault>,
}

/// What in a label contradicts GB 45438-2025.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// No JSON object was found.
    #[error("the label is not a JSON object")]
    NotJson,
    /// `{"AIGC":{...}}` where the carrier itself has the name.
    #[error("the label is wrapped in the name `AIGC` again")]
    Wrapped,
    /// The object is a string within JSON.
    #[error("the label is JSON in a JSON string")]
    Quoted,
    /// `&quot;` where a quotation mark belongs.
    #[error("the label's quotation marks are escaped twice")]
    Escaped,
    /// Base64 instead of plain JSON.
    #[error("the label is in Base64")]
    Base64,
    /// There is text before or after the object.
    #[error("there is text around the label")]
    Surrounded,
    /// A field is not there.
    #[error("the field `{0}` is missing")]
    Missing(&'static str),
    /// A field is there twice; the first one counts.
    #[error("the field `{0}` is there twice")]
    Repeated(&'static str),
    /// A field that the standard does not know.
    #[error("the field `{0}` is unknown")]
    Unknown(String),
    /// Upper and lower case of a field's name differ from the standard.
    #[error("the field `{0}` is spelt `{1}`")]
    Spelling(&'static str, String),
    /// The fields are not in the order of the standard.
    #[error("the fields are not in order")]
    Order,
    /// A value is not a JSON string.
    #[error("the value of `{0}` is not a string")]
    NotAString(&'static str),
    /// `Label` is none of "1", "2", "3".
    #[error("`Label` cannot be `{0}`")]
    Label(String),
    /// A required value is empty.
    #[error("the field `{0}` is empty")]
    Empty(&'static str),
    /// A value holds a character outside 0x21-0x7E.
    #[error("the field `{0}` holds a character that is not printable ASCII")]
    Character(&'static str),
}

/// The object inside `{"AIGC":{...}}`, for readers of carriers that have no name of their own; other text as it is.
pub fn without_name(text: &str) -> String {
    match object(text.trim()) {
        Some(fields) if fields.len() == 1 && fields[0].0.eq_ignore_ascii_case("AIGC") => {
            let inner = fields[0].1.get();
            serde_json::from_str(inner).unwrap_or_else(|_| inner.to_owned())
        }
        _ => text.to_owned(),
    }
}

/// Printable ASCII without the space: Annex E, j.
fn allowed(value: &str) -> bool {
    value.bytes().all(|byte| (0x21..=0x7E).contains(&byte))
}

fn checked(field: &'static str, value: &str) -> Result<String, Error> {
    if value.is_empty() || !allowed(value) {
        return Err(Error::Field { field, value: value.to_owned() });
    }
    Ok(value.to_owned())
}

/// Values stay text: to parse them into maps would lose their order.
type Fields = Vec<(String, Box<RawValue>)>;

/// Names and values in the order of the text, found by undoing one wrapping after the other.
fn fields(text: &str, faults: &mut Vec<Fault>) -> Option<Fields> {
    let mut text = text.trim_matches(|c: char| c.is_whitespace() || c == '\0' || c == '\u{FEFF}').to_owned();
    for _ in 0..MOST_WRAPPINGS {
        if let Some(found) = object(&text) {
            match inner(&found) {
                None => return Some(found),
                Some(within) => {
                    faults.push(Fault::Wrapped);
                    text = within.to_owned();
                }
            }
        } else {
            let (next, fault) = unwrapped(&text)?;
            faults.push(fault);
            text = next;
        }
    }
    None
}

/// The value under the name `AIGC`, if that stands where the fields should.
fn inner(fields: &Fields) -> Option<&str> {
    let has_label = fields.iter().any(|(name, _)| name.eq_ignore_ascii_case("Label"));
    if has_label {
        return None;
    }
    fields.iter().find(|(name, _)| name.eq_ignore_ascii_case("AIGC")).map(|(_, value)| value.get())
}

/// Undoes one wrapping of text that is not a JSON object.
fn unwrapped(text: &str) -> Option<(String, Fault)> {
    if let Ok(Value::String(within)) = serde_json::from_str(text) {
        return Some((within, Fault::Quoted));
    }
    if text.contains("&quot;") || text.contains("&#34;") || text.contains("&#x22;") {
        let plain =
            text.replace("&quot;", "\"").replace("&#34;", "\"").replace("&#x22;", "\"").replace("&amp;", "&");
        return Some((plain, Fault::Escaped));
    }
    if let (Some(start), Some(end)) = (text.find('{'), text.rfind('}'))
        && start < end
        && (start > 0 || end + 1 < text.len())
    {
        return Some((text[start..=end].to_owned(), Fault::Surrounded));
    }
    let bytes = STANDARD.decode(text).ok()?;
    Some((String::from_utf8(bytes).ok()?, Fault::Base64))
}

/// A JSON object with its order and its repetitions, which maps would lose.
fn object(text: &str) -> Option<Fields> {
    struct InOrder;

    impl<'de> Visitor<'de> for InOrder {
        type Value = Fields;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
            let mut fields = Vec::new();
            while let Some(field) = map.next_entry()? {
                if fields.len() == MOST_MEMBERS {
                    return Err(serde::de::Error::custom("more members than any label has"));
                }
                fields.push(field);
            }
            Ok(fields)
        }
    }

    let mut deserializer = serde_json::Deserializer::from_str(text);
    let fields = deserializer.deserialize_map(InOrder).ok()?;
    deserializer.end().ok()?;
    Some(fields)
}

/// Puts found fields into their places and notes what is wrong with them.
fn assembled(found: &Fields, mut faults: Vec<Fault>) -> Reading {
    let mut values: [Option<String>; 7] = Default::default();
    let mut places = Vec::new();
    for (spelling, value) in found {
        let Some(place) = FIELDS.iter().position(|name| name.eq_ignore_ascii_case(spelling)) else {
            faults.push(Fault::Unknown(spelling.chars().take(40).collect()));
            continue;
        };
        let name = FIELDS[place];
        if name != spelling {
            faults.push(Fault::Spelling(name, spelling.clone()));
        }
        if values[place].is_some() {
            faults.push(Fault::Repeated(name));
            continue;
        }
        places.push(place);
        values[place] = Some(serde_json::from_str(value.get()).unwrap_or_else(|_| {
            faults.push(Fault::NotAString(name));
            value.get().replace("null", "")
        }));
    }
    faults.extend(
        FIELDS.iter().zip(&values).filter(|(_, v)| v.is_none()).map(|(name, _)| Fault::Missing(name)),
    );
    if !places.is_sorted() {
        faults.push(Fault::Order);
    }
    let [label, rest @ ..] = values;
    let [content_producer, produce_id, reserved_code1, content_propagator, propagate_id, reserved_code2] =
        rest.map(Option::unwrap_or_default);
    let Some(certainty) = label.as_deref().and_then(Certainty::from_digit) else {
        faults.extend(label.map(|label| Fault::Label(label.chars().take(40).collect())));
        return Reading { label: None, faults };
    };
    let label = Aigc {
        certainty,
        content_producer,
        produce_id,
        reserved_code1,
        content_propagator,
        propagate_id,
        reserved_code2,
    };
    let missing = |fault: &Fault| match fault {
        Fault::Empty(name) => !faults.contains(&Fault::Missing(name)),
        _ => true,
    };
    let of_values: Vec<Fault> = label.faults().into_iter().filter(missing).collect();
    faults.extend(of_values);
    Reading { label: Some(label), faults }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOUBAO: &str = r#"{"Label":"1","ContentProducer":"001191110102MACQD9K64010000","ProduceID":"20250901","ReservedCode1":"","ContentPropagator":"001191110102MACQD9K64028705","PropagateID":"77","ReservedCode2":""}"#;

    #[test]
    fn a_label_is_read_as_it_is_written() {
        let label =
            Aigc::produced(Certainty::Is, "001191110102MACQD9K64010000", "20250901").expect("a label");
        let label = label.propagated_by("001191110102MACQD9K64028705", "77").expect("a propagator");
        assert_eq!(label.to_json(), DOUBAO, "written");
        assert_eq!(Aigc::read(DOUBAO), Reading { label: Some(label), faults: vec![] }, "read");
    }

    #[test]
    fn forms_of_the_wild_are_read_and_named() {
        let quoted = Value::from(DOUBAO).to_string();
        for (text, faults) in [
            (format!("{{\"AIGC\":{DOUBAO}}}"), vec![Fault::Wrapped]),
            (format!("{{\"AIGC\":{quoted}}}"), vec![Fault::Wrapped, Fault::Quoted]),
            (quoted, vec![Fault::Quoted]),
            (format!("AIGC{DOUBAO}\0"), vec![Fault::Surrounded]),
            (DOUBAO.replace('"', "&quot;"), vec![Fault::Escaped]),
            (STANDARD.encode(DOUBAO), vec![Fault::Base64]),
            (format!("\u{FEFF} {DOUBAO}\n"), vec![]),
            (DOUBAO.replace("\"1\"", "1"), vec![Fault::NotAString("Label")]),
            (
                DOUBAO.replace("ProduceID", "produceId"),
                vec![Fault::Spelling("ProduceID", "produceId".into())],
            ),
        ] {
            let reading = Aigc::read(&text);
            assert_eq!(reading.faults, faults, "{text}");
            assert_eq!(reading.label.expect("a label").to_json(), DOUBAO, "{text}");
        }
    }

    #[test]
    fn faults_are_named() {
        let faults = |text: &str| Aigc::read(text).faults;
        assert_eq!(faults("nothing"), [Fault::NotJson], "words");
        assert_eq!(faults(&DOUBAO.replace("\"1\"", "\"4\"")), [Fault::Label("4".into())], "a fourth kind");
        assert_eq!(faults(&DOUBAO.replace("20250901", "")), [Fault::Empty("ProduceID")], "no number");
        assert_eq!(
            faults(&DOUBAO.replace("20250901", "第1号")),
            [Fault::Character("ProduceID")],
            "Chinese is not allowed"
        );
        assert_eq!(
            faults(r#"{"ContentProducer":"x","Label":"2","Extra":"","Label":"1"}"#),
            [
                Fault::Unknown("Extra".into()),
                Fault::Repeated("Label"),
                Fault::Missing("ProduceID"),
                Fault::Missing("ReservedCode1"),
                Fault::Missing("ContentPropagator"),
                Fault::Missing("PropagateID"),
                Fault::Missing("ReservedCode2"),
                Fault::Order,
            ],
            "several"
        );
    }

    #[test]
    fn values_outside_the_standard_are_refused() {
        for value in ["", "two words", "丹青", "tab\t"] {
            assert!(Aigc::produced(Certainty::Is, value, "1").is_err(), "{value}");
            assert!(Aigc::produced(Certainty::Is, "x", value).is_err(), "{value}");
        }
    }

    #[test]
    fn the_name_is_taken_off_where_the_carrier_has_none() {
        assert_eq!(without_name(&format!("{{\"AIGC\":{DOUBAO}}}")).len(), DOUBAO.len(), "an object");
        assert_eq!(without_name(DOUBAO), DOUBAO, "bare");
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in "\\PC{0,200}") {
            Aigc::read(&text);
        }

        #[test]
        fn every_value_survives(values in proptest::collection::vec("[!-~]{1,40}", 6)) {
            let label = Aigc {
                certainty: Certainty::MayBe,
                content_producer: values[0].clone(),
                produce_id: values[1].clone(),
                reserved_code1: values[2].clone(),
                content_propagator: values[3].clone(),
                propagate_id: values[4].clone(),
                reserved_code2: values[5].clone(),
            };
            proptest::prop_assert_eq!(Aigc::read(&label.to_json()), Reading { label: Some(label), faults: vec![] });
        }
    }
}
