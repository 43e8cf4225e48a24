"""Alibaba's client, unmodified; address and key come from the environment."""

import urllib.request

import dashscope
from dashscope import ImageSynthesis, MultiModalConversation

from checks import PROMPT, REFUSED, labelled, picture


def opened(address):
    with urllib.request.urlopen(address) as file:
        return file.read()


answer = ImageSynthesis.call(model="wanx-v1", prompt=PROMPT, n=2, size="256*128", style="<flat illustration>", seed=7)
assert answer.status_code == 200 and answer.output.task_status == "SUCCEEDED", answer
assert len(answer.output.results) == 2 and answer.usage.image_count == 2, answer
for result in answer.output.results:
    file = opened(result.url)
    picture(file, (256, 128))
    assert labelled(file)

task = ImageSynthesis.async_call(model="wanx-v1", prompt="一只猫", n=1, size="128*128")
assert task.output.task_status in ["PENDING", "RUNNING"], task
answer = ImageSynthesis.wait(task)
assert answer.output.task_status == "SUCCEEDED", answer

messages = [{"role": "user", "content": [{"text": PROMPT}]}]
answer = MultiModalConversation.call(model="qwen-image", messages=messages, size="128*128", watermark=False)
assert answer.status_code == 200, answer
picture(opened(answer.output.choices[0].message.content[0]["image"]), (128, 128))

answer = ImageSynthesis.async_call(model="wanx-v1", prompt=REFUSED)
assert answer.status_code == 400 and answer.code == "DataInspectionFailed", answer
dashscope.api_key = "dq_nobody"
answer = ImageSynthesis.async_call(model="wanx-v1", prompt=PROMPT)
assert answer.status_code == 401 and answer.code == "InvalidApiKey", answer
print("dashscope")
