"""Stage `judge`: the small image-text model that scores pictures against words. Trained on real pictures only.

    python -m xiaoyang judge [--minutes M] [--threads N]

Contrastive learning (Radford et al. 2021, arXiv:2103.00020) over the same pictures and captions as the painter,
held-out ones left out; the painter never sees its score. Pictures whose caption names no colour are seen in any: people ask for
pink elephants, and what is pink must not be less of an elephant. Resumes from the cache; the learning rate falls over the minutes
given, so give them all at once. `--minutes 0` only measures.
"""

import argparse
import json
import time

import numpy as np
import torch
from torch.nn import functional as F

from .captions import COLOURS, states_of
from .diffusion import DROPPED, Captions
from .latents import as_shares, pictures, sampling_weights
from .pixels import Judge
from .places import CACHE, MODELS, TRAINING
from .precision import products

BATCH = 192
TINTED = 0.5  # share of the pictures whose caption names no colour
# What names a colour, of things and of people.
COLOUR_WORDS = {*COLOURS, *COLOURS.values(), "金", "银", "彩", "肤", "发", "skin", "hair", "blond", "golden", "rainbow"}
COMPOSITIONS = TRAINING.parent / "crates/danqing/src/cli/eval/compositions.tsv"
LIGHTNESS = torch.tensor([0.299, 0.587, 0.114])


def shown(batch, rng):
    """Premultiplied pictures in [0, 1], each moved, enlarged or shrunk, and half of them mirrored: (n, 4, 128, 128).

    They look at us or away from us as they like; what is asked of a picture seldom says left or right."""
    x = as_shares(batch)
    n = len(x)
    scale = rng.uniform(0.9, 1.3, n)
    moves = np.zeros((n, 2, 3), np.float32)
    moves[:, 0, 0], moves[:, 1, 1] = scale * rng.choice([-1, 1], n), scale
    moves[:, :, 2] = rng.uniform(-0.08, 0.08, (n, 2))
    return F.grid_sample(x, F.affine_grid(torch.from_numpy(moves), x.shape, align_corners=False), align_corners=False)


def names_colour(text):
    """True when `text` says of what colour something is."""
    words = text.lower().replace(",", "").replace("-", " ").split()
    return any(word in (words if word.isascii() else text) for word in COLOUR_WORDS)


def tinted(x, rng):
    """Each of `x`, (n, 4, side, side) and premultiplied, in other colours: half by turning all hues, half in shades of one colour."""
    n, rgb = len(x), x[:, :3]
    light = torch.einsum("nchw,c->nhw", rgb, LIGHTNESS)[:, None]
    # Hues turn about the grey axis (Rodrigues' formula).
    angle = torch.from_numpy(rng.uniform(0.15, 0.85, (n, 1, 1, 1)) * 2 * np.pi).float()
    mean, across = rgb.mean(1, keepdim=True), (rgb.roll(1, 1) - rgb.roll(2, 1)) / 3**0.5
    turned = mean + (rgb - mean) * angle.cos() + across * angle.sin()
    turned = turned + light - torch.einsum("nchw,c->nhw", turned, LIGHTNESS)[:, None]
    colour = torch.from_numpy(rng.uniform(0, 1, (n, 3, 1, 1))).float()
    colour = (colour - colour.amin(1, keepdim=True)) / (colour.amax(1, keepdim=True) - colour.amin(1, keepdim=True) + 1e-3)
    colour = colour.lerp(torch.ones(()), torch.from_numpy(rng.uniform(0, 0.6, (n, 1, 1, 1))).float())
    own = torch.from_numpy(rng.uniform(0, 0.5, (n, 1, 1, 1))).float()
    shaded = (light * colour * 1.2).lerp(rgb, own)
    one = torch.from_numpy(rng.random((n, 1, 1, 1)) < 0.5)
    rgb = torch.where(one, shaded, turned).clamp(min=0).minimum(x[:, 3:])
    return torch.cat([rgb, x[:, 3:]], 1)


def means(states, lengths):
    known = torch.arange(states.shape[1]) < lengths[:, None]
    return (states * known[..., None]).sum(1) / lengths.clamp(min=1)[:, None]


def vectors(model, texts):
    return model.texts(means(*states_of(texts)))


def retrieval(pictures, texts, among=100):
    """Share of pictures whose own text is the nearest of `among` texts, over consecutive groups."""
    hits = [(pictures[i : i + among] @ texts[i : i + among].T).argmax(1) == torch.arange(among)
            for i in range(0, len(pictures) - among + 1, among)]
    return float(torch.cat(hits).float().mean())


def contrast(scores, things):
    """Cross entropy of both directions; another picture of the same thing is no wrong answer."""
    same = (things[:, None] == things) & ~torch.eye(len(things), dtype=torch.bool)
    scores, target = scores.masked_fill(same, -1e4), torch.arange(len(things))
    return (F.cross_entropy(scores, target) + F.cross_entropy(scores.T, target)) / 2


def held_out(entries, source):
    """The real held-out pictures of things with the text states and lengths of one caption a language: x, zh, en.

    Avatars are left out: different people may share one caption."""
    rows = [i for i, e in enumerate(entries) if e.get("held_out")]
    captions = json.loads((MODELS / "heldout.json").read_text())
    things = [place for place, row in enumerate(rows) if entries[row]["set"] in ("flat", "gradient")]
    x = as_shares(source[[rows[place] for place in things]])
    return x, *(states_of([captions[place][language] for place in things]) for language in ("zh", "en"))


def main():
    arguments = argparse.ArgumentParser(prog="xiaoyang judge")
    arguments.add_argument("--minutes", type=float, default=60)
    arguments.add_argument("--threads", type=int, default=2)
    options = arguments.parse_args()
    torch.set_num_threads(options.threads)
    entries, captions, source = json.loads((CACHE / "pictures.json").read_text()), Captions(), pictures()
    probabilities, rng = sampling_weights(entries), np.random.default_rng(1)
    plain = np.array([not names_colour(text) for text in json.loads((CACHE / "texts.json").read_text())])
    # Things of one id are the same thing; avatars have none and differ.
    ids = np.array([e.get("id") or f"avatar {row}" for row, e in enumerate(entries)])
    things = torch.from_numpy(np.unique(ids, return_inverse=True)[1])
    model, path, step, before = Judge().to(memory_format=torch.channels_last), CACHE / "judge.pt", 0, 0.0
    if path.exists():
        saved = torch.load(path)
        model.load_state_dict(saved["model"])
        step, before = saved["step"], saved["minutes"]
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0.05)
    started, last_save, first = time.time(), time.time(), step
    save = lambda: torch.save({"model": model.state_dict(), "step": step, "minutes": before + (time.time() - started) / 60}, path)
    while (passed := (time.time() - started) / 60) < options.minutes:
        for group in optimiser.param_groups:
            group["lr"] = 1.5e-3 * (0.5 + 0.5 * np.cos(np.pi * passed / options.minutes)) * min(1, (step - first + 1) / 100) + 1e-6
        rows = np.sort(rng.choice(len(entries), BATCH, p=probabilities))
        texts = captions.texts(rows, rng)
        states, lengths = captions.batch(texts, rng.random(BATCH) >= DROPPED)
        x, other = shown(source[rows], rng), torch.from_numpy(plain[texts] & (rng.random(BATCH) < TINTED))
        x[other] = tinted(x[other], rng)
        with products():
            seen, said = model.pictures(x), model.texts(means(states, lengths))
        scores = seen.float() @ said.float().T * model.temperature.exp().clamp(max=50)
        loss = contrast(scores, things[rows])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        step += 1
        if step % 50 == 0:
            print(f"judge step {step}  loss {loss.item():.3f}  {(time.time() - started) / 60:.1f} min", flush=True)
        if time.time() - last_save > 300:
            save()
            last_save = time.time()
    if step > first:
        save()
    measure(model, entries, source)


@torch.no_grad()
def measure(model, entries, source):
    """Prints how often real held-out pictures are told apart: by their captions, and by their bare names as they are and tinted."""
    x, *told = held_out(entries, source)
    seen = model.pictures(x)
    zh, en = (retrieval(seen, model.texts(means(*pair))) for pair in told)
    print(f"judge: real held-out pictures, R@1 among 100: zh {zh:.3f}, en {en:.3f}")
    names = {concept["id"]: concept for concept in json.loads((MODELS / "concepts.json").read_text())}
    ids = [e["id"] for e in entries if e.get("held_out") and e["set"] in ("flat", "gradient")]
    looks = {"as they are": x, "tinted": tinted(x, np.random.default_rng(5))}
    for language in ("zh", "en"):
        said = vectors(model, [names[id_][language] for id_ in ids])
        rates = ", ".join(f"{look} {retrieval(model.pictures(pictures), said):.3f}" for look, pictures in looks.items())
        print(f"judge: by their bare names in {language}: {rates}")
        print(f"judge: nouns of the compositions in {language}, told apart in pictures of training: {nouns(model, entries, source, names, language)}")
        print(f"judge: women and men in {language}, told apart in 3D pictures: {genders(model, entries, source, names, language)}")


def genders(model, entries, source, names, language):
    """How often pictures of "male cook" and the like are nearest to that and not to "female cook", and to "man" and not to "woman"."""
    of_name = {concept["en"]: concept for concept in names.values()}
    both = [(of_name[f"fe{name}"], concept) for name, concept in of_name.items() if f"fe{name}" in of_name]
    words, right = vectors(model, ["女人", "男人"] if language == "zh" else ["woman", "man"]), []
    for pair in both:
        answers = vectors(model, [concept[language] for concept in pair])
        for place, concept in enumerate(pair):
            rows = [row for row, entry in enumerate(entries) if entry.get("id") == concept["id"] and entry["set"] in ("3d", "toned")]
            seen = model.pictures(as_shares(source[rows]))
            right += torch.stack([(seen @ said.T).argmax(1) == place for said in (answers, words)], 1).tolist()
    by_name, by_word = np.mean(right, 0)
    return f"by their names {by_name:.0%}, as woman and man {by_word:.0%}, of {len(right)}"


def nouns(model, entries, source, names, language, most=150):
    """How often pictures of what the compositions ask for are nearest to their own noun, by set, and 3D ones tinted."""
    lines = [line.split("\t") for line in COMPOSITIONS.read_text().splitlines()]
    asked = sorted({thing.split(":")[0].split("*")[0] for line in lines for thing in line[2].split(",")})
    ids = {name: id_ for id_, concept in names.items() for name in (*concept[f"{language}_alt"], concept[language])}
    known = [name for name in asked if name in ids and name.isascii() == (language == "en")]
    said, places = vectors(model, known), {ids[name]: place for place, name in enumerate(known)}
    groups, rng = {}, np.random.default_rng(0)
    for row, entry in enumerate(entries):
        if entry.get("id") in places:
            groups.setdefault(entry["style"] if entry["set"] == "styled" else entry["set"], []).append(row)
    shares = {}
    for name, rows in groups.items():
        rows = np.sort(rng.permutation(rows)[:most])
        x = as_shares(source[rows])
        own = torch.tensor([places[entries[row]["id"]] for row in rows])
        for look, pictures in {name: x, **({"tinted": tinted(x, rng)} if name == "3d" else {})}.items():
            shares[look] = float(((model.pictures(pictures) @ said.T).argmax(1) == own).float().mean())
    return ", ".join(f"{name} {share:.0%}" for name, share in shares.items())
