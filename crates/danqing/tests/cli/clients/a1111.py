"""The client of the A1111 web UI that most programs use, unmodified, as two people at once."""

import base64
import io
import json
import sys
import threading

import PIL.Image
import webuiapi

from checks import PROMPT, REFUSED, picture, refused

host, port, name, key, other, other_key = sys.argv[1:7]


def client(name, key):
    api = webuiapi.WebUIApi(host=host, port=int(port), sampler="Euler a", steps=3)
    if key:
        api.set_auth(name, key)
    return api


api, neighbour = client(name, key), client(other, other_key)

# Pictures, with what the answer says of them.
result = api.txt2img(prompt=PROMPT, negative_prompt="文字", seed=7, width=128, height=128, batch_size=2, n_iter=2)
assert len(result.images) == 4 and all(image.size == (128, 128) for image in result.images)
assert result.info["all_seeds"] == [7, 8, 9, 10], result.info
assert result.info["sampler_name"] == "Euler a" and result.info["steps"] == 3
assert result.info["infotexts"][1].startswith(f"{PROMPT}\nNegative prompt: 文字\nSteps: 3, "), result.info
assert result.parameters["prompt"] == PROMPT
same = api.txt2img(prompt=PROMPT, negative_prompt="文字", seed=8, width=128, height=128)
assert same.image.tobytes() == result.images[1].tobytes(), "the second seed alone gives the second picture"

# Names of samplers and schedules; sizes; styles.
result = api.txt2img(prompt="a cat", sampler_name="DPM++ 2M Karras", seed=1, width=128, height=128, styles=["flat"])
assert result.info["sampler_name"] == "DPM++ 2M", result.info
result = api.txt2img(prompt="a cat", enable_hr=True, hr_scale=2, seed=1, width=128, height=64)
assert result.image.size == (256, 128), result.image.size
for wrong in [{"sampler_name": "Sorcery"}, {"prompt": REFUSED}, {"width": 5}, {"script_name": "Sorcery"}]:
    error = refused(RuntimeError, lambda: api.txt2img(**{"prompt": PROMPT, **wrong}))
    assert "40" in str(error) or "42" in str(error), error

# A picture's parameters, in and out.
result = api.txt2img(prompt=PROMPT, seed=7, width=128, height=128)
whole = PIL.Image.open(io.BytesIO(base64.b64decode(result.json["images"][0])))
assert whole.info["parameters"].startswith(PROMPT)
found = api.session.post(f"{api.baseurl}/png-info", json={"image": result.json["images"][0]}).json()
assert found["parameters"]["Seed"] == "7" and found["info"].startswith(PROMPT), found
found = api.session.post(f"{api.baseurl}/interrogate", json={"image": result.json["images"][0]}).json()
assert found["caption"] == PROMPT, found

# Settings from a picture's parameters, as far as nothing else is said.
told = f"{PROMPT}\nNegative prompt: 文字\nSteps: 4, Sampler: Euler a, CFG scale: 5.5, Seed: 7, Size: 128x192"
found = api.session.post(f"{api.baseurl}/txt2img", json={"infotext": told, "steps": 3}).json()
info = json.loads(found["info"])
assert (info["prompt"], info["negative_prompt"], info["seed"]) == (PROMPT, "文字", 7), info
assert (info["steps"], info["cfg_scale"], info["sampler_name"]) == (3, 5.5, "Euler a"), info
assert (info["width"], info["height"]) == (128, 192) and picture(found["images"][0]).size == (128, 192)

# Noise between two seeds: one seed, and each picture on its way to another.
plain = api.txt2img(prompt=PROMPT, seed=7, width=128, height=128)
result = api.txt2img(prompt=PROMPT, seed=7, subseed=99, subseed_strength=0.4, batch_size=2, width=128, height=128)
assert (result.info["all_seeds"], result.info["all_subseeds"]) == ([7, 7], [99, 100]), result.info
assert abs(result.info["subseed_strength"] - 0.4) < 1e-6, result.info
assert "Variation seed: 99, Variation seed strength: 0.4" in result.info["infotexts"][0], result.info
shown = [image.tobytes() for image in [plain.image, *result.images]]
assert len(set(shown)) == 3, "each picture is another"

# Extensions are not there, as in an original without them.
for path in ["controlnet/version", "controlnet/model_list", "tagger/v1/interrogate"]:
    answer = api.session.get(f"http://{host}:{port}/{path}")
    assert answer.status_code == 404 and answer.json() == {"detail": "Not Found"}, (path, answer.text)
error = refused(RuntimeError, lambda: api.txt2img(prompt=PROMPT, alwayson_scripts={"ADetailer": {"args": [True]}}))
assert "422" in str(error) and "ADetailer" in str(error), error

# A picture painted over: nothing changes outside the mask.
start = PIL.Image.new("RGB", (256, 128), "orange")
hole = PIL.Image.new("L", (256, 128), 0)
hole.paste(255, (160, 32, 224, 96))
result = api.img2img(images=[start], mask_image=hole, prompt="一只猫", seed=7, width=256, height=128, denoising_strength=0.8)
assert result.image.size == (256, 128) and abs(result.info["denoising_strength"] - 0.8) < 1e-6
left, whole = result.image.convert("RGB").crop((0, 0, 64, 64)), start.crop((0, 0, 64, 64))
worst = max(abs(one - other) for a, b in zip(left.getdata(), whole.getdata()) for one, other in zip(a, b))
assert worst <= 12, ("only the watermark is outside the mask", worst)
result = api.img2img(images=[start], prompt="一只猫", seed=7, width=128, height=128, denoising_strength=0.3)
assert result.image.size == (128, 128)
error = refused(RuntimeError, lambda: api.img2img(images=[start], mask_image=PIL.Image.new("L", (256, 128), 0), prompt="一只猫"))
assert "400" in str(error), error

# Larger copies.
larger = api.extra_single_image(result.image, upscaler_1="Lanczos", upscaling_resize=2)
assert larger.image.size == (256, 256)
assert b"TC260:AIGC" in base64.b64decode(larger.json["image"])
tiny = PIL.Image.new("RGB", (8, 8))
error = refused(RuntimeError, lambda: api.extra_single_image(tiny, upscaler_1="Lanczos", upscaling_resize=2))
assert "400" in str(error), error
both = api.extra_batch_images([result.image, result.image], upscaler_1="Lanczos", upscaling_resize=3)
assert [image.size for image in both.images] == [(384, 384)] * 2

# Lists.
assert "Euler a" in api.util_get_sampler_names()
assert "Karras" in [one["label"] for one in api.get_schedulers()]
assert api.util_get_model_names() == ["tiny"] or "tiny" in api.util_get_model_names()[0]
assert "None" in [one["name"] for one in api.get_upscalers()]
assert "扁平" in [one["name"] for one in api.get_prompt_styles()]
assert api.get_scripts() == {"txt2img": [], "img2img": []}
for empty in [api.get_sd_vae(), api.get_loras(), api.get_hypernetworks(), api.get_face_restorers(), api.get_realesrgan_models()]:
    assert empty == []
assert api.get_embeddings() == {"loaded": {}, "skipped": {}} and "ram" in api.get_memory()
api.refresh_checkpoints()

# Options are a person's own.
api.set_options({"samples_format": "jpg", "CLIP_stop_at_last_layers": 2})
assert api.get_options()["CLIP_stop_at_last_layers"] == 2
assert neighbour.get_options()["CLIP_stop_at_last_layers"] == 1
result = api.txt2img(prompt=PROMPT, seed=7, width=128, height=128)
assert picture(result.json["images"][0]).format == "JPEG"
assert "tiny" in api.util_get_current_model()
api.util_set_model(api.util_get_model_names()[0])

# Progress and interruption are a person's own.
idle = api.get_progress()
assert idle["progress"] == 0 and idle["state"]["job_count"] == 0, idle
results = []
long = threading.Thread(target=lambda: results.append(api.txt2img(prompt=PROMPT, steps=200, width=512, height=512, batch_size=8)))
long.start()
while (seen := api.get_progress())["progress"] == 0:
    assert long.is_alive(), "it ends before progress is seen"
assert seen["state"]["job_count"] == 8 and seen["state"]["sampling_steps"] == 200, seen["state"]
while (shown := api.get_progress()["current_image"]) is None:
    assert long.is_alive(), "it ends before a picture is seen"
picture(shown)
assert neighbour.get_progress()["state"]["job_count"] == 0, "somebody else's work is not seen"
neighbour.interrupt()
neighbour.skip()
assert api.get_progress()["state"]["interrupted"] is False, "nor stopped"
api.interrupt()
long.join(60)
assert not long.is_alive() and len(results[0].images) < 8, "what was finished is handed out"
api.util_wait_for_ready(check_interval=0.05)
print("webuiapi")
