"""Baidu's later client, unmodified; address and keys come from the environment."""

import qianfan

from checks import PROMPT, REFUSED, labelled, picture, refused

client = qianfan.Text2Image()
answer = client.do(prompt=PROMPT, model="Stable-Diffusion-XL", size="768x768", n=2, steps=2, sampler_index="DPM++ 2M Karras", seed=7)
assert len(answer["data"]) == 2, answer
for image in answer["data"]:
    picture(image["b64_image"], (768, 768))
    assert labelled(image["b64_image"])
error = refused(qianfan.errors.APIError, lambda: client.do(prompt=REFUSED, model="Stable-Diffusion-XL"))
assert error.error_code == 336104, error
print("qianfan")
