"""Writes what the text encoder says about twenty prompts, for the engine's test.

    python training/xiaoyang/golden_text.py     writes crates/engine/tests/golden/text.safetensors

PyTorch in f32, one text at a time; texts as bytes with offsets, ids and states of all texts one after another.
"""

import torch
from safetensors.torch import save_file

from text import ROOT, Encoder, offsets

TEXTS = [
    "三只红灯笼",
    "一只戴着墨镜的猫",
    "３Ｄ风格的小熊猫，蓝色背景！",
    "扁平风格的茶杯",
    "深肤色、卷发、戴眼镜的女孩，手绘风头像",
    "两条金鱼在荷叶下面",
    "烧麦和小笼包",
    "龍舟🐉",
    "2026年新年快乐",
    "水墨画：一叶扁舟，远山如黛，近水含烟，江上渔翁独钓寒雪，岸边老树昏鸦，天边一轮明月，意境悠远",
    "a red apple",
    "Three  Red LANTERNS",
    "flat design rocket, blue background",
    "a girl with dark skin and curly hair",
    "black-haired cyberpunk samurai",
    "two penguins next to an igloo; one of them holds a very large umbrella because it is snowing again today",
    "3D风格的fox",
    "café ﬁre ½ ℃",
    "한국 ❤️ <s>",
    "",
]


def main():
    torch.set_num_threads(1)
    encoder = Encoder.load()
    states, lengths = encoder.encode(TEXTS, batch=1)
    texts = [text.encode() for text in TEXTS]
    tensors = {
        "texts.bytes": torch.tensor(list(b"".join(texts)), dtype=torch.uint8),
        "texts.offsets": offsets(map(len, texts)),
        "ids": torch.tensor([i for text in TEXTS for i in encoder.tokenizer(text)], dtype=torch.int32),
        "lengths": lengths.int(),
        "states": torch.cat([rows[:n] for rows, n in zip(states, lengths)]),
    }
    path = ROOT / "crates/engine/tests/golden/text.safetensors"
    save_file(tensors, path)
    print(f"{path.name}: {len(TEXTS)} texts, {len(tensors['ids'])} tokens, {path.stat().st_size / 1e3:.0f} kB")


if __name__ == "__main__":
    main()
