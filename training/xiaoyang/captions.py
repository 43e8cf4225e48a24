"""Stage `captions`: many natural captions in Chinese and English for every picture, and their text states.

    python -m xiaoyang captions [--share S]

Writes to the cache:

    captions.json     for each picture, a list of rows of `texts`
    texts.json        every distinct caption
    states.npy        f16 (all tokens, 384), standardised states of the frozen text encoder, texts end to end
    lengths.npy       tokens of each text; statistics.npz: mean and std that standardise

and models/xiaoyang/heldout.json, the captions of the held-out pictures.
"""

import argparse
import json
import random

import numpy as np
import torch

from .places import CACHE, MODELS
from .precision import fastest

STYLES = {  # set: (Chinese templates, English templates); `{}` is the thing
    "3d": (["3D{}", "{}，3D风格", "立体的{}", "3D风格的{}"], ["3D {}", "{}, 3D style", "{} in 3D", "3D render of {}"]),
    "flat": (["扁平风格的{}", "{}，扁平风格", "扁平{}", "扁平插画，{}"], ["flat {}", "{}, flat style", "flat design {}", "flat illustration of {}"]),
    "gradient": (["渐变风格的{}", "{}，渐变风格", "渐变色{}", "光泽感的{}"], ["gradient {}", "{}, gradient style", "glossy {}", "gradient style {}"]),
}
STYLES["toned"] = STYLES["3d"]
DRAWN = {  # style of our own drawings, beside flat and gradient
    "papercut": (["剪纸风格的{}", "剪纸{}", "{}剪纸", "{}，剪纸风格"], ["paper cut {}", "{}, paper cut style", "Chinese paper-cut of {}", "{} paper cut"]),
    "ink": (["水墨风格的{}", "水墨{}", "水墨画，{}", "{}，国画风格"], ["ink wash {}", "{}, ink wash style", "Chinese ink painting of {}", "ink painting of {}"]),
    "porcelain": (["青花瓷风格的{}", "{}，青花"], ["blue and white {}", "{}, Chinese porcelain style"]),
}
MASKS = {  # what the colour of an opera mask says of its character
    "red": ("忠义", "loyal"), "black": ("刚正", "upright"), "white": ("奸诈", "crafty"), "blue": ("勇猛", "fierce"),
    "green": ("暴躁", "hot-headed"), "yellow": ("凶猛", "ferocious"), "purple": ("稳重", "steady"),
}
COLOURS = {
    "red": "红", "orange": "橙", "yellow": "黄", "green": "绿", "blue": "蓝", "purple": "紫", "pink": "粉", "white": "白",
    "black": "黑", "gray": "灰", "brown": "棕", "teal": "青",
}
LONG_COLOURS = {"orange": "橙色", "pink": "粉色", "gray": "灰色", "brown": "棕色", "green": "绿色"}
FITZPATRICK = {
    1: (["浅肤色", "白皮肤"], ["light skin", "light skin tone"]),
    2: (["中等偏浅肤色"], ["medium-light skin"]),
    3: (["中等肤色"], ["medium skin", "tan skin"]),
    4: (["中等偏深肤色", "棕色皮肤"], ["medium-dark skin", "brown skin"]),
    5: (["深肤色", "黑皮肤", "深色皮肤"], ["dark skin", "dark skin tone"]),
}
MONK_TO_FITZPATRICK = [1, 1, 1, 2, 3, 3, 4, 5, 5, 5]

PEEPS_HEADS = {
    "afro": ("爆炸头", "an afro"), "bangs": ("齐刘海", "bangs"), "bangs2": ("刘海", "bangs"), "bantuKnots": ("小发髻", "bantu knots"),
    "bun": ("发髻", "a hair bun"), "bun2": ("发髻", "a hair bun"), "buns": ("双丸子头", "two hair buns"), "cornrows": ("脏辫", "cornrows"),
    "cornrows2": ("脏辫", "cornrows"), "dreads1": ("长脏辫", "dreadlocks"), "dreads2": ("长脏辫", "dreadlocks"), "flatTop": ("平头", "a flat top"),
    "flatTopLong": ("高平头", "a high flat top"), "grayBun": ("灰白发髻", "a gray hair bun"), "grayMedium": ("灰白头发", "gray hair"),
    "grayShort": ("灰白短发", "short gray hair"), "hatBeanie": ("毛线帽", "a beanie"), "hatHip": ("帽子", "a hat"), "hijab": ("头巾", "a hijab"),
    "long": ("长发", "long hair"), "longAfro": ("蓬松卷发", "big curly hair"), "longBangs": ("长发和刘海", "long hair and bangs"),
    "longCurly": ("长卷发", "long curly hair"), "medium1": ("中长发", "medium hair"), "medium2": ("中长发", "medium hair"),
    "medium3": ("中长发", "medium hair"), "mediumBangs": ("中长发", "medium hair with bangs"), "mediumBangs2": ("短发刘海", "a bob with bangs"),
    "mediumBangs3": ("短发刘海", "a bob with bangs"), "mediumStraight": ("直发", "straight hair"), "mohawk": ("莫霍克发型", "a mohawk"),
    "mohawk2": ("莫霍克发型", "a mohawk"), "noHair1": ("光头", "a bald head"), "noHair2": ("光头", "a bald head"), "noHair3": ("秃头", "a bald head"),
    "pomp": ("背头", "a pompadour"), "shaved1": ("寸头", "a buzz cut"), "shaved2": ("寸头", "a buzz cut"), "shaved3": ("寸头", "a buzz cut"),
    "short1": ("短发", "short hair"), "short2": ("短发", "short hair"), "short3": ("短发", "short hair"), "short4": ("短发", "short hair"),
    "short5": ("短卷发", "short curly hair"), "turban": ("头巾包头", "a turban"), "twists": ("小卷发", "short twists"), "twists2": ("卷发", "curly hair"),
}
WORN = {"毛线帽", "帽子", "头巾", "头巾包头"}
TOON_HAIR = {"sideComed": ("偏分短发", "side-parted hair"), "undercut": ("铲青短发", "an undercut"), "spiky": ("刺猬头", "spiky hair"), "bun": ("丸子头", "a hair bun")}
TOON_REAR = {"longStraight": ("长直发", "long straight hair"), "longWavy": ("长卷发", "long wavy hair"), "shoulderHigh": ("齐肩发", "shoulder-length hair"), "neckHigh": ("短发", "a bob")}
HAIR_COLOURS = {"black": ("黑", "black"), "brown": ("棕", "brown"), "blond": ("金", "blond"), "red": ("红", "red"), "gray": ("灰白", "gray"), "pink": ("粉", "pink"), "blue": ("蓝", "blue")}
CLOTHES = {"turtleNeck": ("高领毛衣", "turtleneck"), "openJacket": ("外套", "jacket"), "dress": ("连衣裙", "dress"), "shirt": ("衬衫", "shirt"), "tShirt": ("T恤", "T-shirt")}
MOODS = {"laugh": ("大笑", "laughing"), "smile": ("微笑", "smiling"), "sad": ("难过", "sad"), "angry": ("生气", "angry"), "agape": ("惊讶", "surprised"),
         "smileBig": ("大笑", "laughing"), "smileLOL": ("大笑", "laughing"), "serious": ("严肃", "serious"), "tired": ("疲惫", "tired"), "old": ("年老", "old")}


def joined(words):
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1]


def article(noun):
    return noun if noun.split()[0] in ("a", "an", "the") else ("an " if noun[0] in "aeiouAEIOU" else "a ") + noun


def fits(name, colour, language):
    """False when a name says another colour than the picture's."""
    words = name.lower().split()
    said = [each for each, short in COLOURS.items() if (short in name if language == "zh" else each in words)]
    return not said or colour in said


class Things:
    """Captions of the lexicon's things."""

    def __init__(self, concepts, rng):
        self.concepts = {c["id"]: c for c in concepts}
        self.rng = rng

    def name(self, entry, language):
        concept = self.concepts[entry["id"]]
        main, other = concept[language], concept[f"{language}_alt"]
        if entry["set"] in ("art", "styled") and entry["colour"]:  # no white red plum blossom
            fitting = [name for name in (main, *other) if fits(name, entry["colour"], language)] or [main]
            main, other = fitting[0], fitting[1:]
        return self.rng.choice(other) if other and self.rng.random() < 0.4 else main

    def zh(self, entry):
        c, rng = self.concepts[entry["id"]], self.rng
        name = self.name(entry, "zh")
        if entry["skin"]:
            return rng.choice(FITZPATRICK[entry["skin"]][0]) + "的" + name
        colour = entry["colour"]
        if entry["id"] == "art-opera-mask" and rng.random() < 0.2:
            return f"{COLOURS[colour]}脸{rng.choice(['', MASKS[colour][0] + '的'])}京剧脸谱"
        if self.coloured(entry) and COLOURS[colour] not in name:
            short = COLOURS[colour]
            long = LONG_COLOURS.get(colour, short + "色")
            name = rng.choice([f"{short}{name}", f"{long}的{name}", f"{long}{name}"] if len(name) < 3 else [f"{long}的{name}", f"{long}{name}"])
        if rng.random() < 0.15 and c["kind"] not in ("symbol",):
            name = "一" + c["measure"] + name
        return name

    def en(self, entry):
        c, rng = self.concepts[entry["id"]], self.rng
        name = self.name(entry, "en")
        if entry["skin"]:
            skin = rng.choice(FITZPATRICK[entry["skin"]][1])
            return rng.choice([f"{name} with {skin}", f"{article(name)} with {skin}", f"{skin.replace(' ', '-', 1)} {name}"])
        colour = entry["colour"]
        if entry["id"] == "art-opera-mask" and rng.random() < 0.2:
            return f"{colour} opera mask of {article(rng.choice(['', MASKS[colour][1] + ' ']) + 'character')}"
        if self.coloured(entry) and colour not in name.lower().split():
            name = f"{colour} {name}"
        uncounted = c.get("article") in (None, "", "the")
        return article(name) if not uncounted and rng.random() < 0.35 else name

    def coloured(self, entry):
        """True when the caption shall name the colour: always of recoloured pictures, often of those drawn in it."""
        share = {"recolour": 1.0, "art": 0.65, "styled": 0.3 if entry["colour"] == "red" else 0.9}.get(entry["set"], 0.2)
        return bool(entry["colour"]) and self.rng.random() < share

    def caption(self, entry, language):
        text = self.zh(entry) if language == "zh" else self.en(entry)
        if entry["set"] in ("art", "styled"):
            return self.drawn(entry, text, language)
        style = entry.get("of", entry["set"])
        plain = 0.65 if style in ("3d", "toned") else 0.05
        if self.rng.random() < plain:
            return text
        return self.in_style(entry, text, self.rng.choice(STYLES[style][language == "en"]))

    def in_style(self, entry, text, template):
        """`text` in a template of a style; without its article or number where the style stands right before it."""
        if not template.startswith("{}"):
            text = text.removeprefix("a ").removeprefix("an ").removeprefix("一" + self.concepts[entry["id"]]["measure"])
        return template.format(text)

    def drawn(self, entry, text, language):
        """A caption of our own drawing or style. What is drawn nowhere else needs no word of style; a thing of the other sets
        names the style nearly always, so that the bare name stays with its main picture."""
        style, own = entry["style"], entry["id"].startswith("art-")
        inborn = own and entry["drawing"] == entry["id"] and style in DRAWN
        if self.rng.random() < (0.9 if inborn else 0.0 if style in DRAWN else 0.7 if own else 0.15):
            return text
        return self.in_style(entry, text, self.rng.choice({**STYLES, **DRAWN}[style][language == "en"]))


class People:
    """Captions of the avatars: skin, hair, what is worn, mood."""

    def __init__(self, rng):
        self.rng = rng

    def looks(self, entry):
        """Pairs (zh, en) of what can be said: things one has, with their kind."""
        if entry["set"] == "peeps":
            zh, en = PEEPS_HEADS[entry["head"]]
            hair = [(("戴" if zh in WORN else "") + zh, en)]
            if not entry["masked"] and entry["accessory"]:
                hair.append(("戴墨镜", "sunglasses") if entry["accessory"].startswith("sun") else ("戴眼镜", "glasses"))
            if entry["accessory"] and entry["masked"]:
                hair.append(("戴眼镜", "glasses"))
            if entry["masked"]:
                hair.append(("戴口罩", "a face mask"))
        else:
            zh, en = HAIR_COLOURS[entry["colour"]]
            front = TOON_HAIR[entry["hair"]] if entry["hair"] else ("光头", "a bald head")
            shape = TOON_REAR[entry["rear"]] if entry["rear"] else front
            hair = [shape if not entry["hair"] else (f"{zh}色{shape[0]}", shape[1].replace("a ", f"a {en} ") if shape[1].startswith("a ") else f"{en} {shape[1]}")]
            if entry["hair"] and self.rng.random() < 0.3:
                hair = [(f"{zh}发", f"{en} hair")]
        if entry["beard"]:
            moustache = entry["beard"].startswith("moustache")
            hair.append(("留小胡子", "a moustache") if moustache else ("留胡子", "a beard"))
        return hair

    def who(self, entry):
        feminine = bool(entry.get("rear")) or (entry["set"] == "peeps" and any(k in entry["head"].lower() for k in ("bun", "hijab", "long", "medium", "bangs", "knots")))
        if entry["beard"]:
            return self.rng.choice([("男人", "man"), ("男士", "man"), ("大叔", "man")])
        if feminine:
            return self.rng.choice([("女孩", "girl"), ("女人", "woman"), ("女生", "girl")])
        if str(entry.get("head", "")).startswith("gray"):
            return self.rng.choice([("老人", "old person"), ("老爷爷", "old man")])
        return self.rng.choice([("男孩", "boy"), ("男人", "man"), ("年轻人", "young person"), ("人", "person")])

    def caption(self, entry, language):
        rng = self.rng
        who_zh, who_en = self.who(entry)
        looks = [pair for pair in self.looks(entry) if rng.random() < 0.75]
        skin = FITZPATRICK[MONK_TO_FITZPATRICK[entry["skin"] - 1]]
        exact = rng.random() < 0.12
        if exact or rng.random() < 0.7:
            looks.insert(0, (f"蒙克肤色{entry['skin']}" if exact else rng.choice(skin[0]), f"Monk skin tone {entry['skin']}" if exact else rng.choice(skin[1])))
        mood = MOODS.get(entry.get("mouth") or entry.get("face"))
        worn = None
        if rng.random() < 0.45:
            shape = CLOTHES[entry["wear"]] if entry["set"] == "toon" else ("衣服", "top")
            worn = (f"穿{COLOURS[entry['clothes']]}色{shape[0]}", f"wearing {article(entry['clothes'] + ' ' + shape[1])}")
        if language == "zh":
            parts = [zh for zh, _ in looks] + ([worn[0]] if worn else []) + ([mood[0]] if mood and rng.random() < 0.25 else [])
            text = "、".join(parts) + ("的" if parts else "") + who_zh
            styles = ["{}，手绘头像", "手绘风的{}头像", "手绘头像，{}"] if entry["set"] == "peeps" else ["{}，卡通头像", "卡通{}头像", "卡通头像，{}"]
        else:
            who = f"{mood[1]} {who_en}" if mood and rng.random() < 0.25 else who_en
            text = article(who) + (" with " + joined([en for _, en in looks]) if looks else "") + (" " + worn[1] if worn else "")
            styles = ["{}, hand-drawn avatar", "hand-drawn avatar of {}"] if entry["set"] == "peeps" else ["{}, cartoon avatar", "cartoon avatar of {}"]
        plain = 0.15 if entry["set"] == "peeps" else 0.5
        return text if rng.random() < plain else rng.choice(styles).format(text)


COUNTS = {"3d": 16, "flat": 10, "gradient": 10, "toned": 5, "recolour": 4, "peeps": 4, "toon": 4, "art": 4, "styled": 4}  # a language


def write_captions(share=1.0):
    rng = random.Random(7)
    entries = json.loads((CACHE / "pictures.json").read_text())
    concepts = json.loads((MODELS / "concepts.json").read_text())
    things, people = Things(concepts, rng), People(rng)
    rows, texts, chosen, held_out = {}, [], [], []
    for entry in entries:
        teller = people if entry["set"] in ("peeps", "toon") else things
        mine = {teller.caption(entry, language) for language in ("zh", "en") for _ in range(max(1, round(COUNTS[entry["set"]] * share)))}
        if entry.get("held_out"):
            held_out.append({"set": entry["set"], "id": entry.get("id"), "zh": teller.caption(entry, "zh"), "en": teller.caption(entry, "en")})
        for text in sorted(mine):
            rows.setdefault(text, len(rows))
        chosen.append([rows[text] for text in sorted(mine)])
    texts = list(rows)
    (CACHE / "captions.json").write_text(json.dumps(chosen))
    (CACHE / "texts.json").write_text(json.dumps(texts, ensure_ascii=False))
    fixed = MODELS / "heldout.json"
    if not fixed.exists():  # fixed once, before the first training
        fixed.write_text(json.dumps(held_out, ensure_ascii=False, indent=0))
    return texts


def write_states(texts):
    from .text import Encoder

    encoder = Encoder.load(dtype=fastest())
    sample, lengths = encoder.encode(random.Random(3).sample(texts, min(6000, len(texts))))
    known = sample[torch.arange(sample.shape[1]) < lengths[:, None]]
    mean, std = known.mean(0), known.std(0)
    if (CACHE / "statistics.npz").exists():  # a running training keeps its standardisation
        old = np.load(CACHE / "statistics.npz")
        mean, std = torch.from_numpy(old["mean"]), torch.from_numpy(old["std"])
    np.savez(CACHE / "statistics.npz", mean=mean.numpy(), std=std.numpy())
    states, all_lengths = [], []
    for start in range(0, len(texts), 4096):
        part, lengths = encoder.encode(texts[start : start + 4096])
        part = (part - mean) / std
        states += [part[i, :n].to(torch.float16).numpy() for i, n in enumerate(lengths.tolist())]
        all_lengths += lengths.tolist()
        print(f"captions: {start + len(lengths)} of {len(texts)}", flush=True)
    np.save(CACHE / "states.npy", np.concatenate(states))
    np.save(CACHE / "lengths.npy", np.array(all_lengths, np.int32))


def states_of(texts):
    """What the painter and the judge are told: standardised states (n, tokens, width) and lengths (n) of `texts`."""
    from .text import Encoder

    known = np.load(CACHE / "statistics.npz")
    states, lengths = Encoder.load().encode(texts)
    return (states - torch.from_numpy(known["mean"])) / torch.from_numpy(known["std"]), lengths


def main():
    arguments = argparse.ArgumentParser(prog="xiaoyang captions")
    arguments.add_argument("--share", type=float, default=1.0, help="of the captions of each picture: fewer for a short training")
    texts = write_captions(arguments.parse_args().share)
    print(len(texts), "captions;", *random.Random(1).sample(texts, 40), sep="\n  ")
    write_states(texts)
