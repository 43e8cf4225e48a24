"""What two programs of other people read in pictures: one JSON object a picture, keyed by the program."""

import json
import sys

from sd_parsers import ParserManager
from sd_prompt_reader.image_data_reader import ImageDataReader


def sd_parsers(path):
    found = ParserManager().parse(path)
    sampler = found.samplers[0]
    return {
        "tool": found.generator.value,
        "prompt": found.prompts[0].value,
        "negative": found.negative_prompts[0].value if found.negative_prompts else "",
        "seed": str(sampler.parameters["seed"]),
        "steps": str(sampler.parameters["steps"]),
        "sampler": sampler.name,
        "size": found.metadata["Size"],
        "model": sampler.model.name,
    }


def sd_prompt_reader(path):
    found = ImageDataReader(path)
    value = found.parameter
    return {
        "tool": found.tool,
        "prompt": found.positive,
        "negative": found.negative,
        "seed": value["seed"],
        "steps": value["steps"],
        "sampler": value["sampler"],
        "size": value["size"],
        "model": value["model"],
    }


for picture in sys.argv[1:]:
    print(json.dumps({"sd-parsers": sd_parsers(picture), "sd-prompt-reader": sd_prompt_reader(picture)}, ensure_ascii=False))
