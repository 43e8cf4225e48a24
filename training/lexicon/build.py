"""Builds `models/xiaoyang/concepts.json` and `training/lexicon/synonyms.tsv` from the hand-made tables beside it.

    python3 training/lexicon/build.py

Needs only the Python standard library and three npm packages (see README.md), looked for under
`${DANQING_CACHE:-~/.cache/danqing}/npm/node_modules`. Same tables, same packages: same bytes.
Stops with an error when a promise of the lexicon is broken; the promises are listed in `check`.
"""

import json
import os
import re
import sys
from collections import Counter
from pathlib import Path

HERE = Path(__file__).resolve().parent
CONCEPTS = HERE.parent.parent / "models" / "xiaoyang" / "concepts.json"
SYNONYMS = HERE / "synonyms.tsv"
CACHE = Path(os.environ.get("DANQING_CACHE", Path.home() / ".cache" / "danqing"))
PACKAGES = CACHE / "npm" / "node_modules"
ART = HERE.parent / "art"

PICTURES = ["animals", "plants", "food", "places", "activities", "objects", "faces", "people", "symbols", "culture"]
KINDS = {
    "animal", "plant", "food", "drink", "object", "clothing", "vehicle", "building", "place", "nature", "sky",
    "person", "face", "body", "activity", "symbol", "fantasy", "celebration", "sport", "music", "tool",
}
COLORS = {
    "red": "红色", "orange": "橙色", "yellow": "黄色", "green": "绿色", "blue": "蓝色", "purple": "紫色",
    "pink": "粉色", "brown": "棕色", "black": "黑色", "white": "白色", "gray": "灰色",
}
# What stands behind the head noun, so that "heart with arrow" counts as "hearts with arrow".
AFTER_HEAD = {"with", "without", "in", "of", "on", "behind", "at", "under", "over", "showing", "pointing", "from",
              "holding", "rolling", "blowing", "savoring", "screaming", "exhaling", "nodding", "shaking", "vomiting",
              "curving"}
PEOPLE = {"person": "people", "man": "men", "woman": "women"}
# English nouns that take no article and no plain plural of their own.
UNCOUNTED = {
    "broccoli", "garlic", "ginger", "fog", "lightning", "applause", "bowling", "badminton", "ping pong", "meditation",
    "sushi", "bamboo", "tanghulu", "mapo tofu", "tomato and egg", "hanfu", "money with wings", "pouring liquid", "sake", "moon viewing ceremony", "camping", "building construction",
}


def main():
    sources = read_sources()
    concepts = [concept for table in PICTURES for concept in read_pictures(table, sources)]
    concepts += gendered(concepts, sources)
    for concept in concepts:
        del concept["pair"]
    nearest = read_nearest(concepts)
    commonest = read_commonest(concepts, nearest)
    attach_nearest(concepts, nearest)
    check(concepts, nearest, sources)
    set_apart(concepts, read_alone())
    write_concepts(concepts)
    rows = write_synonyms(concepts, nearest)
    report(concepts, rows, commonest)


# ------------------------------------------------------------------ sources


def code_points(name):
    """`2764-FE0F-200D-1F525` -> `2764-200d-1f525`: lower case, no variation selectors, as used for ids."""
    return name.lower().replace("-fe0f", "")


def read_sources():
    """The 3D file names and flat icon names by id, and which ids have skin-tone variants."""
    with open(PACKAGES / "emojibase-data" / "en" / "data.json", encoding="utf-8") as file:
        emoji = json.load(file)
    flat = PACKAGES / "@iconify-json" / "fluent-emoji-flat"
    drawn = set(json.loads((flat / "icons.json").read_text(encoding="utf-8"))["icons"])
    chars = json.loads((flat / "chars.json").read_text(encoding="utf-8"))
    icons = {code_points(points): name for points, name in chars.items() if name in drawn}
    for entry in emoji:  # hands that the package lists without a code point
        slug = re.sub(r"[^a-z0-9]+", "-", entry["label"].lower()).strip("-")
        if slug in drawn:
            icons.setdefault(code_points(entry["hexcode"]), slug)
    return {
        "solid": {code_points(path.stem): path.stem
                  for path in sorted((PACKAGES / "@lobehub" / "fluent-emoji-3d" / "assets").glob("*.webp"))},
        "icons": icons,
        "art": {name for path in ART.glob("*.mjs")
                for name in re.findall(r"^  '([0-9a-z-]+)': \(d\) =>", path.read_text(encoding="utf-8"), re.MULTILINE)},
        "skins": {code_points(entry["hexcode"]) for entry in emoji if "skins" in entry},
    }


# ------------------------------------------------------------------ pictures


def read_pictures(table, sources):
    """One concept per line; a line `# kind measure` sets both for the lines that follow."""
    kind = measure = None
    for number, line in enumerate((HERE / f"{table}.tsv").read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("#"):
            _, kind, measure = line.split()
            continue
        columns = line.split("\t") + [""] * 5
        if not columns[0] or len(columns) > 10:
            sys.exit(f"{table}.tsv:{number}: want id, zh, en, measure, marks")
        yield picture(columns[0], words(columns[1]), words(columns[2]), kind, columns[3] or measure, marks(columns[4]),
                      sources)


def words(cell):
    """The words of one cell, in order, without repeats; English is compared without case."""
    found = {}
    for word in cell.split(";"):
        if word.strip():
            found.setdefault(word.strip().casefold(), word.strip())
    return list(found.values())


def marks(cell):
    """`p=geese c=white mw` -> the plural, the colour and whether there are a man's and a woman's picture."""
    return {key: value for key, value in re.findall(r"(p|c|mw)(?:=(.*?))?(?=\s+(?:p|c)=|\s+mw|$)", cell.strip())}


def picture(identity, zh, en, kind, measure, mark, sources):
    plural = mark.get("p") or plural_of(en[0])
    concept = {
        "id": identity,
        "icon": sources["icons"].get(identity),
        "file": sources["solid"].get(identity),
        "zh": zh[0],
        "en": en[0],
        "zh_alt": zh[1:],
        "en_alt": en[1:],
        "zh_near": [],
        "en_near": [],
        "zh_alone": [],
        "en_alone": [],
        "kind": kind,
        "measure": measure,
        "article": article(en[0], plural, kind),
        "plural": plural,
        "person": identity in sources["skins"],
        "pair": mark.get("mw"),
    }
    if "c" in mark:
        concept["color"] = {"zh": COLORS[mark["c"]], "en": mark["c"]}
    return concept


def plural_of(noun):
    parts = noun.split()
    if parts[0] in PEOPLE:
        return " ".join([PEOPLE[parts[0]], *parts[1:]])
    end = next((at for at, part in enumerate(parts) if at > 0 and part in AFTER_HEAD), len(parts))
    head = parts[end - 1]
    if head in PEOPLE:
        head = PEOPLE[head]
    elif re.search(r"(s|sh|ch|x|z)$", head):
        head += "es"
    elif re.search(r"[^aeiou]y$", head):
        head = head[:-1] + "ies"
    else:
        head += "s"
    return " ".join([*parts[: end - 1], head, *parts[end:]])


def article(noun, plural, kind):
    """"a", "an", or "" where English takes none: scissors, popcorn, Mount Fuji, Capricorn."""
    first = noun.split()[0]
    proper = first[0].isupper() and first[1:2].islower() and first not in ("Japanese", "Cancer")
    amount = " of " in plural and " of " not in noun
    several = plural == noun and kind != "animal"
    if proper or amount or several or noun in UNCOUNTED:
        return ""
    if first[0].isupper():  # spelt out letter by letter: an SOS sign, a DVD, a T-rex
        return "an" if first[0] in "AEFHILMNORSX" and first not in ("Japanese", "Cancer", "Mx") else "a"
    return "an" if re.match(r"[aeio]|u(?!ni|ku)|hour|x-ray", noun) else "a"


def gendered(concepts, sources):
    """The man's and the woman's picture of every line marked `mw`, unless a line of its own names it.

    `mw=X的人` gives the words to vary; `mw=女巫师/wizard/witch` gives the woman in Chinese and both in English.
    """
    known = {concept["id"] for concept in concepts}
    for base in [concept for concept in concepts if concept["pair"] is not None]:
        for man in (True, False):
            identity = gendered_id(base["id"], man)
            if identity in known or not (identity in sources["solid"] or identity in sources["icons"]):
                continue
            zh, en = gendered_names(base, man)
            mark = {"p": gendered_plural(base, en[0])}
            yield picture(identity, zh, en, base["kind"], base["measure"], mark, sources)


def gendered_id(identity, man):
    if identity.startswith("1f9d1-200d-"):
        return identity.replace("1f9d1", "1f468" if man else "1f469", 1)
    return f"{identity}-200d-{'2642' if man else '2640'}"


def gendered_plural(base, noun):
    if noun.split()[0] in ("male", "female"):
        return f"{noun.split()[0]} {base['plural']}"
    return plural_of(noun) if re.search(r"\b(wo)?man\b|wizard|witch", noun) else noun  # "men wrestling" is one


def gendered_names(base, man):
    zh_base, en_base = base["zh"], base["en"]
    given = base["pair"].split("/") if base["pair"] else []
    if len(given) == 1:
        zh_base = given[0]
    if zh_base.endswith("的人"):
        zh = [zh_base[:-1] + ("男人" if man else "女人"), zh_base[:-1] + ("男孩" if man else "女孩")]
    else:
        zh = [("男" if man else "女") + word for word in [zh_base, *base["zh_alt"]][:2] if not word.endswith("的人")]
    if en_base == "people wrestling":
        en = ["men wrestling" if man else "women wrestling"]
    elif re.search(r"\bperson\b", en_base):
        en = [re.sub(r"\bperson\b", "man" if man else "woman", en_base)]
    else:
        en = [f"{word} {en_base}" for word in (("male", "man") if man else ("female", "woman"))]
    if len(given) == 3:
        en.insert(0, given[1] if man else given[2])
    return zh, en


# ------------------------------------------------------------------ nearest


def read_nearest(concepts):
    """(word, language) -> ids, best first, for words with no picture of their own. See README.md, nearest-*.tsv."""
    by_name = {concept["zh"]: concept["id"] for concept in concepts}
    nearest = {}
    unknown = []
    for path in sorted(HERE.glob("nearest-*.tsv")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if not line.strip() or line.startswith("#"):
                continue
            names, zh, en = (line.split("\t") + ["", ""])[:3]
            for name in names.split("+"):
                if name not in by_name:
                    unknown.append(f"{path.name}:{number}: no concept called `{name}`")
                    continue
                for language, cell in (("zh", zh), ("en", en)):
                    for word in words(cell):
                        ids = nearest.setdefault((word.casefold() if language == "en" else word, language), [])
                        if by_name[name] not in ids:
                            ids.append(by_name[name])
    if unknown:
        sys.exit("\n".join(unknown))
    return nearest


def read_commonest(concepts, nearest):
    """(word, language) -> id, or None where no picture is near enough. Words that no other table has are near to it."""
    by_name = {concept["zh"]: concept["id"] for concept in concepts}
    named = {(word.casefold(), language): concept["id"] for concept in concepts for language in ("zh", "en")
             for word in [concept[language], *concept[f"{language}_alt"]]}
    named |= {(concept["plural"].casefold(), "en"): concept["id"] for concept in concepts}
    commonest, faults = {}, []
    for number, line in enumerate((HERE / "commonest.tsv").read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("#"):
            continue
        word, language, name = line.split("\t")
        key, wanted = (word, language), by_name.get(name)
        found = [named[key]] if key in named else nearest.get(key, [])
        if key in commonest or (name != "-" and wanted is None) or (found and wanted not in found):
            faults.append(f"commonest.tsv:{number}: `{word}` is there twice, or other tables do not say `{name}`: {found}")
        commonest[key] = wanted
        if wanted and not found:
            nearest[key] = [wanted]
    if faults:
        sys.exit("\n".join(faults))
    return commonest


def attach_nearest(concepts, nearest):
    by_id = {concept["id"]: concept for concept in concepts}
    for (word, language), ids in nearest.items():
        by_id[ids[0]][f"{language}_near"].append(word)


# ------------------------------------------------------------------ alone


def read_alone():
    """The words of alone.tsv; a space inside a word is written `\\ `."""
    text = "\n".join(line for line in (HERE / "alone.tsv").read_text(encoding="utf-8").splitlines()
                     if not line.startswith("#"))
    return {word.replace("\\ ", " ").casefold() for word in re.split(r"(?<!\\)\s+", text) if word}


def set_apart(concepts, alone):
    """Moves words that are a subject only by themselves ("happy", "跑步") to fields of their own."""
    for concept in concepts:
        for language in ("zh", "en"):
            apart = []
            for field in (f"{language}_alt", f"{language}_near"):
                apart += [word for word in concept[field] if word.casefold() in alone]
                concept[field] = [word for word in concept[field] if word.casefold() not in alone]
            concept[f"{language}_alone"] = apart


# ------------------------------------------------------------------ promises and output


def check(concepts, nearest, sources):
    """Every id is drawn and occurs once; kinds and measures are known; no exact word means two pictures;
    no word is both a picture's own name and only near to one; plain words hold no separators."""
    faults = []
    owner = {}
    for concept in concepts:
        identity = concept["id"]
        if not any(identity in sources[name] for name in ("solid", "icons", "art")):
            faults.append(f"{identity} {concept['zh']}: in no picture set")
        if concept["kind"] not in KINDS:
            faults.append(f"{identity} {concept['zh']}: kind `{concept['kind']}`")
        if not re.fullmatch(r"[\u4e00-\u9fff]{1,2}", concept["measure"] or ""):
            faults.append(f"{identity} {concept['zh']}: measure `{concept['measure']}`")
        for language in ("zh", "en"):
            for word in [concept[language], *concept[f"{language}_alt"]]:
                first = owner.setdefault((word.casefold(), language), identity)
                if first != identity:
                    faults.append(f"{identity} and {first} both claim `{word}`")
    faults += [f"{identity} occurs {times} times"
               for identity, times in Counter(concept["id"] for concept in concepts).items() if times > 1]
    faults += [f"`{word}` is exact for {owner[word.casefold(), language]}, and near {ids}"
               for (word, language), ids in nearest.items()
               if (word.casefold(), language) in owner]
    if faults:
        sys.exit("\n".join(faults))


def write_concepts(concepts):
    lines = ",\n".join(json.dumps(concept, ensure_ascii=False) for concept in concepts)
    CONCEPTS.parent.mkdir(parents=True, exist_ok=True)
    CONCEPTS.write_text(f"[\n{lines}\n]\n", encoding="utf-8")


def write_synonyms(concepts, nearest):
    names = {concept["id"]: concept["zh"] for concept in concepts}
    rows = []
    for concept in concepts:
        for language in ("zh", "en"):
            for relation, field in (("exact", "alt"), ("near", "near"), ("alone", "alone")):
                for word in concept[f"{language}_{field}"]:
                    ids = nearest.get((word, language), [concept["id"]])
                    rows.append((word, language, relation, " ".join(ids), " ".join(names[each] for each in ids)))
    text = "word\tlanguage\trelation\tids\tnames\n" + "".join("\t".join(row) + "\n" for row in rows)
    SYNONYMS.write_text(text, encoding="utf-8")
    return rows


def report(concepts, rows, commonest):
    print(f"{len(concepts)} concepts:", ", ".join(
        f"{kind} {count}" for kind, count in Counter(concept["kind"] for concept in concepts).most_common()))
    for (language, relation), count in sorted(Counter((row[1], row[2]) for row in rows).items()):
        print(f"{language} {relation}: {count} words")
    for language in ("zh", "en"):
        pictures = [identity for (_, each), identity in commonest.items() if each == language]
        print(f"{language} commonest nouns: {len(pictures)}, {sum(map(bool, pictures))} of them with a picture")
    emoji = [concept for concept in concepts if not concept["id"].startswith("art-")]
    print("without 3D picture:", " ".join(concept["zh"] for concept in emoji if not concept["file"]) or "none")
    print("without flat picture:", " ".join(concept["zh"] for concept in emoji if not concept["icon"]) or "none")
    print("drawn by ourselves:", len(concepts) - len(emoji))


if __name__ == "__main__":
    main()
