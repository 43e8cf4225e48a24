"""The official client of OpenAI, unmodified: generate, stream, models, moderations, errors."""

import base64
import io
import sys
import urllib.request

import openai
import PIL.Image

from checks import PROMPT, REFUSED, labelled, picture, refused

url, key = sys.argv[1:3]
client = openai.OpenAI(base_url=f"{url}/v1", api_key=key, max_retries=0)

# As a program for the original would ask.
answer = client.images.generate(model="gpt-image-1", prompt=PROMPT, n=2, size="256x128", quality="low")
assert len(answer.data) == 2 and answer.size == "256x128" and answer.output_format == "png", answer
for image in answer.data:
    picture(image.b64_json, (256, 128))
    assert labelled(image.b64_json)
assert answer.data[0].b64_json != answer.data[1].b64_json
assert answer.usage.total_tokens == answer.usage.input_tokens + answer.usage.output_tokens

# An address opens without a key.
answer = client.images.generate(model="dall-e-3", prompt="a cat", size="auto", response_format="url")
assert answer.data[0].revised_prompt == "a cat"
with urllib.request.urlopen(answer.data[0].url) as file:
    assert labelled(file.read())

# Formats and backgrounds.
answer = client.images.generate(prompt=PROMPT, size="128x128", output_format="webp", background="transparent")
assert picture(answer.data[0].b64_json).format == "WEBP" and answer.background == "transparent"
answer = client.images.generate(prompt=PROMPT, size="128x128", output_format="jpeg", background="opaque")
assert picture(answer.data[0].b64_json).format == "JPEG"

# Step by step.
stream = client.images.generate(prompt="一只猫", size="512x512", quality="high", stream=True, partial_images=2)
events = list(stream)
kinds = [event.type for event in events]
assert kinds[-1] == "image_generation.completed", kinds
assert kinds[:-1] == ["image_generation.partial_image"] * (len(kinds) - 1) and 1 <= len(kinds) - 1 <= 2, kinds
assert [event.partial_image_index for event in events[:-1]] == list(range(len(kinds) - 1))
for event in events[:-1]:
    picture(event.b64_json, tuple(int(side) for side in event.size.split("x")))
picture(events[-1].b64_json, (512, 512))
assert labelled(events[-1].b64_json) and events[-1].usage.total_tokens > 0

# Pictures that start from others.
def png(picture):
    file = io.BytesIO()
    picture.save(file, "PNG")
    return ("image.png", file.getvalue(), "image/png")


start = PIL.Image.new("RGBA", (256, 192), (255, 160, 0, 255))
hole = start.copy()
hole.paste((0, 0, 0, 0), (96, 64, 160, 128))
answer = client.images.edit(image=png(start), mask=png(hole), prompt="一只猫", n=2, size="auto")
assert len(answer.data) == 2 and answer.size == "256x192", answer
for image in answer.data:
    edited = picture(image.b64_json, (256, 192)).convert("RGB").crop((0, 0, 64, 48))
    assert max(abs(one - other) for pixel in edited.getdata() for one, other in zip(pixel, (255, 160, 0))) <= 12
    assert labelled(image.b64_json)
answer = client.images.edit(image=[png(start), png(hole)], prompt="一只猫", size="128x128")
picture(answer.data[0].b64_json, (128, 128))
kinds = [event.type for event in client.images.edit(image=png(start), prompt="一只猫", stream=True, partial_images=1)]
assert kinds == ["image_edit.partial_image", "image_edit.completed"], kinds
answer = client.images.create_variation(image=png(start), n=1)
picture(answer.data[0].b64_json, (256, 192))
refused(openai.BadRequestError, lambda: client.images.edit(image=("a.png", b"x", "image/png"), prompt="一只猫"))

# Models.
names = [model.id for model in client.models.list()]
assert "tiny" in names and "gpt-image-1" in names, names
assert client.models.retrieve("gpt-image-1").owned_by == "danqing"
assert refused(openai.NotFoundError, lambda: client.models.retrieve("sorcery")).status_code == 404

# Moderations.
results = client.moderations.create(input=[PROMPT, REFUSED]).results
assert not results[0].flagged and not any(results[0].categories.model_dump().values()), results[0]
assert results[1].flagged and results[1].categories.illicit and results[1].category_scores.illicit == 1, results[1]

# Errors, as the client sorts them.
error = refused(openai.BadRequestError, lambda: client.images.generate(prompt=REFUSED))
assert error.code == "moderation_blocked" and error.type == "image_generation_user_error", error
assert error.request_id.startswith("req_"), error.request_id
error = refused(openai.BadRequestError, lambda: list(client.images.generate(prompt=REFUSED, stream=True)))
assert error.code == "moderation_blocked", error
error = refused(openai.BadRequestError, lambda: client.images.generate(prompt=PROMPT, size="5x5"))
assert error.param == "size", error
error = refused(openai.BadRequestError, lambda: client.images.generate(prompt="?!"))
assert error.param == "prompt", error
refused(openai.BadRequestError, lambda: client.images.generate(prompt=PROMPT, n=11))
stranger = openai.OpenAI(base_url=f"{url}/v1", api_key="dq_nobody", max_retries=0)
error = refused(openai.AuthenticationError, lambda: stranger.images.generate(prompt=PROMPT))
assert error.code == "invalid_api_key", error

# Whoever leaves calls the order off: the next one is not kept waiting.
impatient = client.with_options(timeout=1.0)
refused(openai.APITimeoutError, lambda: impatient.images.generate(prompt=PROMPT, n=10, size="4096x4096", quality="high"))
answer = client.images.generate(prompt=PROMPT, size="128x128")
assert base64.b64decode(answer.data[0].b64_json)[:4] == b"\x89PNG"
print("openai", openai.__version__)
