"""Writes alternatives.json: what templates stand for, as dynamicprompts reads them.

    python3 -m venv venv && venv/bin/pip install dynamicprompts==0.31.0
    venv/bin/python crates/danqing/tests/golden/alternatives.py
"""

import json
from pathlib import Path

from dynamicprompts.generators import CombinatorialPromptGenerator
from dynamicprompts.wildcards import WildcardManager

TEMPLATES = [
    "a red cat",
    "三只红灯笼",
    "{a|b}",
    "{ a | b }",
    "x { a|b } y",
    "{a |b }c",
    "{a}",
    "{}",
    "{|a}",
    "{a||b}",
    "{a|b|a}",
    "{{a|b}|a}",
    "{a|{b|c}} {d|e}",
    "{a|b}{c|d}",
    "{红|蓝|金}色的{猫|狗}",
    "{2$$a|b|c}",
    "{ 2$$a|b}",
    "{1-2$$a|b}",
    "{-2$$a|b|c}",
    "{2-$$a|b|c}",
    "{3-1$$a|b|c}",
    "{0-1$$a|b}",
    "{0$$a|b}",
    "{5$$a|b}",
    "{2$$a|a|b}",
    "{2$${a|b}|c}",
    "{2$$ and $$a|b|c}",
    "{2$$|$$a|b}",
    "{2$$-$$a|b}",
    "{2::a|b}",
    "{1.5::a|b}",
    "{ 3:: a|b}",
    "{10|20}",
    "{3 cats|4 dogs}",
    "(red:1.2) {a|(b:1.3)}",
    "_a_",
    "a|b",
    "a, {b|c}.",
    "__颜色__",
    "{__颜色__|x}",
    "{2$$__颜色__}",
    "{1-2$$ $$__颜色__}",
    "{2$$__颜色__|x}",
    "__animals/pets__",
    "__pets__",
    "__*s/pets__",
    "__**/pets__",
    "__both__",
    "a __颜色__ {x|__pets__}",
]

folder = Path(__file__).parent
generator = CombinatorialPromptGenerator(WildcardManager(folder / "wildcards"))
def prompts(template):
    return [str(prompt) for prompt in generator.generate(template, 1000)]


cases = [
    {"template": template, "prompts": prompts(template)}
    for template in TEMPLATES
]
lines = ",\n".join("  " + json.dumps(case, ensure_ascii=False) for case in cases)
(folder / "alternatives.json").write_text(f"[\n{lines}\n]\n")
