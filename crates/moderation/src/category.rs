//! Kinds of risk: the 31 of GB/T 45654-2025, danqing's own, and those that a pack declares.

use std::fmt;

/// A kind of risk, by its id.
///
/// Ids `a1.a` to `a5.b` are the 31 risks of GB/T 45654-2025 (appendix A; TC260-003-2024 before it). danqing's own
/// have words: `minors`, `likeness`, `documents`, `news`, `violence`, `fraud`. A pack may declare more.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Category {
    id: String,
    name: Bilingual,
}

/// A text in both languages that danqing speaks.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bilingual {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

impl Bilingual {
    pub(crate) fn new(zh: &str, en: &str) -> Self {
        Self { zh: zh.to_owned(), en: en.to_owned() }
    }
}

impl Category {
    /// The built-in category with this id.
    pub fn known(id: &str) -> Option<Self> {
        KNOWN
            .iter()
            .find(|(known, _, _)| *known == id)
            .map(|(id, zh, en)| Self::declared(id, Bilingual::new(zh, en)))
    }

    /// All built-in categories: 31 of the standard, then danqing's own.
    pub fn all() -> impl Iterator<Item = Self> {
        KNOWN.iter().map(|(id, zh, en)| Self::declared(id, Bilingual::new(zh, en)))
    }

    pub(crate) fn declared(id: &str, name: Bilingual) -> Self {
        Self { id: id.to_owned(), name }
    }

    /// The id, as packs and records write it.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The name that people read.
    pub fn name(&self) -> &Bilingual {
        &self.name
    }
}

impl fmt::Display for Category {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.id)
    }
}

/// Id, Chinese name, English name. Groups and letters: GB/T 45654-2025, appendix A.
const KNOWN: [(&str, &str, &str); 37] = [
    ("a1.a", "煽动颠覆国家政权", "subversion of state power"),
    ("a1.b", "危害国家安全和利益、损害国家形象", "endangering national security, interests or image"),
    ("a1.c", "煽动分裂国家、破坏国家统一和社会稳定", "splitting the country, undermining unity or stability"),
    ("a1.d", "宣扬恐怖主义、极端主义", "terrorism, extremism"),
    ("a1.e", "宣扬民族仇恨", "ethnic hatred"),
    ("a1.f", "宣扬暴力、淫秽色情", "violence, obscenity"),
    ("a1.g", "传播虚假有害信息", "false harmful information"),
    ("a1.h", "其他法律、行政法规禁止的内容", "other content banned by law"),
    ("a2.a", "民族歧视", "discrimination by ethnic group"),
    ("a2.b", "信仰歧视", "discrimination by belief"),
    ("a2.c", "国别歧视", "discrimination by nationality"),
    ("a2.d", "地域歧视", "discrimination by region"),
    ("a2.e", "性别歧视", "discrimination by gender"),
    ("a2.f", "年龄歧视", "discrimination by age"),
    ("a2.g", "职业歧视", "discrimination by occupation"),
    ("a2.h", "健康歧视", "discrimination by health"),
    ("a2.i", "其他方面歧视", "other discrimination"),
    ("a3.a", "侵犯知识产权", "infringement of intellectual property"),
    ("a3.b", "违反商业道德", "breach of business ethics"),
    ("a3.c", "泄露他人商业秘密", "disclosure of trade secrets"),
    (
        "a3.d",
        "利用算法、数据、平台等优势垄断和不正当竞争",
        "monopoly or unfair competition by algorithm, data or platform",
    ),
    ("a3.e", "其他商业违法违规行为", "other commercial violations"),
    ("a4.a", "危害他人身心健康", "harm to physical or mental health"),
    ("a4.b", "侵害他人肖像权", "violation of portrait rights"),
    ("a4.c", "侵害他人名誉权", "violation of reputation"),
    ("a4.d", "侵害他人荣誉权", "violation of honour"),
    ("a4.e", "侵害他人隐私权", "violation of privacy"),
    ("a4.f", "侵害他人个人信息权益", "violation of personal information rights"),
    ("a4.g", "侵犯他人其他合法权益", "violation of other rights"),
    ("a5.a", "内容不准确", "inaccurate content"),
    ("a5.b", "内容不可靠", "unreliable content"),
    ("minors", "涉及未成年人的性内容", "sexual content with minors"),
    ("likeness", "涉及真实人物的性内容", "sexual content of real persons"),
    ("documents", "伪造证件、票据和印章", "forged documents"),
    ("news", "伪造新闻画面", "forged news pictures"),
    ("violence", "实施暴力的方法", "instructions of violence"),
    ("fraud", "诈骗材料", "material for fraud"),
];
