//! A report in plain sentences, Chinese and English, and as JSON.

use serde_json::{Value, json};

use super::{Basis, Contradiction, Finding, Report, Signature, Unchecked, Verdict};
use crate::aigc::Aigc;
use crate::manifest::{Manifest, State};

/// A language of sentences.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Simplified Chinese.
    Chinese,
    /// English.
    English,
}

impl Language {
    fn pick<T>(self, chinese: T, english: T) -> T {
        match self {
            Self::Chinese => chinese,
            Self::English => english,
        }
    }
}

impl Verdict {
    /// A name that stays the same from version to version.
    pub fn name(self) -> &'static str {
        match self {
            Self::Nothing => "nothing-found",
            Self::Suspected => "suspected",
            Self::MayBe => "may-be",
            Self::Is => "is",
        }
    }
}

impl Basis {
    /// A name that stays the same from version to version.
    pub fn name(self) -> &'static str {
        match self {
            Self::Metadata => "metadata",
            Self::Manifest => "manifest",
            Self::Watermark => "watermark",
        }
    }

    /// What it is called.
    pub fn told(self, language: Language) -> &'static str {
        match self {
            Self::Metadata => language.pick("文件元数据", "metadata"),
            Self::Manifest => language.pick("签名清单（C2PA）", "signed manifest (C2PA)"),
            Self::Watermark => language.pick("数字水印", "watermark"),
        }
    }
}

impl Report {
    /// The verdict in a plain sentence, with what it rests on.
    pub fn sentence(&self, language: Language) -> String {
        let bases: Vec<&str> = self.bases().into_iter().map(|basis| basis.told(language)).collect();
        let bases = bases.join(language.pick("、", ", "));
        let verdict = match self.verdict() {
            Verdict::Is => language.pick("属于人工智能生成合成内容", "This is AI-generated content"),
            Verdict::MayBe => language.pick("可能是人工智能生成合成内容", "This may be AI-generated content"),
            Verdict::Suspected => {
                language.pick("疑似人工智能生成合成内容", "This is suspected to be AI-generated content")
            }
            Verdict::Nothing => {
                return language
                    .pick(
                        "没有找到人工智能生成合成标识。这不能说明内容的来历：标识可能没有写过，也可能已经丢失",
                        "No label of AI generation was found. That says nothing about the origin: labels may never have been written, or may be lost",
                    )
                    .to_owned();
            }
        };
        let caution = if self.is_contradictory() {
            language
                .pick("；但有相互矛盾之处，请谨慎采信", "; but findings contradict each other, so take care")
        } else {
            ""
        };
        language.pick(
            format!("{verdict}（依据：{bases}）{caution}"),
            format!("{verdict} (by its {bases}){caution}"),
        )
    }

    /// The report as one JSON object.
    pub fn to_json(&self) -> Value {
        json!({
            "file": self.name,
            "size_bytes": self.size_bytes,
            "format": self.format.map(|format| format.mime()),
            "verdict": self.verdict().name(),
            "basis": self.bases().into_iter().map(Basis::name).collect::<Vec<_>>(),
            "contradictory": self.is_contradictory(),
            "sentence": {
                "zh": self.sentence(Language::Chinese),
                "en": self.sentence(Language::English),
            },
            "findings": self.findings.iter().map(Finding::to_json).collect::<Vec<_>>(),
        })
    }
}

impl Finding {
    fn to_json(&self) -> Value {
        match self {
            Self::Label { carrier, label, faults, signature } => json!({
                "kind": "label",
                "carrier": carrier,
                "fields": label.as_ref().map(fields),
                "faults": faults.iter().map(ToString::to_string).collect::<Vec<_>>(),
                "signature": signature.name(),
            }),
            Self::DigitalSource { uri } => json!({ "kind": "digital-source-type", "uri": uri }),
            Self::Manifest(manifest) => of_manifest(manifest),
            Self::Watermark { id, confidence } => {
                let confidence = (f64::from(*confidence) * 1000.0).round() / 1000.0;
                json!({ "kind": "watermark", "id": id, "confidence": confidence })
            }
            Self::Contradiction(contradiction) => json!({
                "kind": "contradiction",
                "code": contradiction.code(),
                "zh": contradiction.told(Language::Chinese),
                "en": contradiction.told(Language::English),
            }),
            Self::Unchecked(unchecked) => json!({
                "kind": "unchecked",
                "code": unchecked.code(),
                "zh": unchecked.told(Language::Chinese),
                "en": unchecked.told(Language::English),
            }),
        }
    }
}

fn fields(label: &Aigc) -> Value {
    crate::aigc::FIELDS
        .into_iter()
        .zip(label.values())
        .map(|(name, value)| (name.to_owned(), Value::from(value)))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

fn of_manifest(manifest: &Manifest) -> Value {
    let binding = |(algorithm, value): &(String, String)| json!({ "alg": algorithm, "value": value });
    json!({
        "kind": "manifest",
        "state": manifest.state.name(),
        "failures": manifest.failures,
        "generator": manifest.generator,
        "signer": manifest.signer,
        "serial": manifest.serial,
        "stamped": manifest.stamped,
        "when": manifest.when,
        "actions": manifest.actions,
        "digital_source_types": manifest.digital_sources,
        "parent_label": manifest.parent.as_ref().map(fields),
        "soft_bindings": manifest.soft_bindings.iter().map(binding).collect::<Vec<_>>(),
    })
}

impl State {
    /// A name that stays the same from version to version.
    pub fn name(self) -> &'static str {
        match self {
            Self::Invalid => "invalid",
            Self::Valid => "valid",
            Self::Trusted => "trusted",
        }
    }
}

impl Signature {
    /// A name that stays the same from version to version.
    pub fn name(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Known => "known",
            Self::Fits => "fits",
            Self::Wrong => "wrong",
            Self::Unreadable => "unreadable",
        }
    }
}

impl Contradiction {
    /// A name that stays the same from version to version.
    pub fn code(&self) -> &'static str {
        match self {
            Self::SeveralLabels { .. } => "several-labels",
            Self::LabelsDiffer => "labels-differ",
            Self::SignatureWrong => "signature-wrong",
            Self::ManifestInvalid { .. } => "manifest-invalid",
            Self::LabelOfAnother { .. } => "label-of-another",
            Self::ManifestOfAnother { .. } => "manifest-of-another",
            Self::WatermarkMissing => "watermark-missing",
            Self::SourceDiffers { .. } => "source-differs",
        }
    }

    /// What is wrong, in a sentence.
    pub fn told(&self, language: Language) -> String {
        match self {
            Self::SeveralLabels { count } => language.pick(
                format!("文件里有 {count} 处隐式标识，标准只许一处"),
                format!("the file holds {count} implicit labels; the standard allows one"),
            ),
            Self::LabelsDiffer => language
                .pick("几处隐式标识的内容不一样", "the implicit labels say different things")
                .to_owned(),
            Self::SignatureWrong => language
                .pick("标识的签名与内容不符，标识被改过", "the label's signature does not fit it: the label was changed")
                .to_owned(),
            Self::ManifestInvalid { failures } => language.pick(
                format!("清单与文件不符，文件在签名后被改过，或清单损坏（{}）", failures.join("、")),
                format!(
                    "the manifest does not fit the file: one of them was changed after signing ({})",
                    failures.join(", ")
                ),
            ),
            Self::LabelOfAnother { label, watermark } => language.pick(
                format!("标识的编号 {label} 与水印 {watermark} 不是同一张图"),
                format!("the label's number {label} and the watermark {watermark} are of different pictures"),
            ),
            Self::ManifestOfAnother { manifest, watermark } => language.pick(
                format!("清单里的水印 {manifest} 与画面里的 {watermark} 不同"),
                format!("the manifest names the watermark {manifest}, the pixels hold {watermark}"),
            ),
            Self::WatermarkMissing => language
                .pick(
                    "标识说这张图带有本机的水印，画面里却没有：标识可能是从别处移来的",
                    "the label says that the picture has a watermark of this installation, but the pixels have none: the label may have been moved",
                )
                .to_owned(),
            Self::SourceDiffers { uri } => language.pick(
                format!("来源类型写的是 {uri}，与其他标识不符"),
                format!("the digital source type is {uri}, which other labels contradict"),
            ),
        }
    }
}

impl Unchecked {
    /// A name that stays the same from version to version.
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownFormat => "unknown-format",
            Self::Empty => "empty",
            Self::TooLarge => "too-large",
            Self::Damaged { .. } => "damaged",
            Self::Encrypted => "encrypted",
            Self::TooManyPixels => "too-many-pixels",
            Self::Undecodable => "undecodable",
        }
    }

    /// What was not looked at and why, in a sentence.
    pub fn told(&self, language: Language) -> String {
        let words = match self {
            Self::UnknownFormat => ("不认识这种文件格式", "the file is of no known format"),
            Self::Empty => ("文件是空的", "the file is empty"),
            Self::TooLarge => {
                ("文件超过 512 MiB，没有读", "the file is larger than 512 MiB and was not read")
            }
            Self::Damaged { reason } => {
                return language.pick(
                    format!("文件损坏，后面的元数据没有读到（{reason}）"),
                    format!("the file is damaged; metadata after that place was not read ({reason})"),
                );
            }
            Self::Encrypted => (
                "文件加了密，里面的标识读不出来",
                "the file is encrypted, and labels inside it cannot be read",
            ),
            Self::TooManyPixels => (
                "图片超过四千万像素，没有查水印",
                "the picture has more than 40 million pixels and was not searched for a watermark",
            ),
            Self::Undecodable => (
                "图片解不开，没有查水印",
                "the picture cannot be decoded and was not searched for a watermark",
            ),
        };
        language.pick(words.0, words.1).to_owned()
    }
}
