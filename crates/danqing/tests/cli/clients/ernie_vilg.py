"""Baidu's client for ERNIE-ViLG, unmodified; only the addresses are ours."""

import sys
import tempfile
import urllib.request

import wenxin_api
import wenxin_api.variable
from wenxin_api.tasks.text_to_image import TextToImage, TextToImageConsole, TextToImageRef

from PIL import Image

from checks import REFUSED, labelled, picture, refused

url, key = sys.argv[1:3]
portal = f"{url}/moduleApi/portal/api"
wenxin_api.variable.ACCESS_TOKEN_URL = f"{portal}/oauth/token"
wenxin_api.variable.VILG_CREATE_URL = f"{portal}/rest/1.0/ernievilg/v1/txt2img"
wenxin_api.variable.VILG_RETRIEVE_URL = f"{portal}/rest/1.0/ernievilg/v1/getImg"
wenxin_api.variable.ACCESS_TOKEN_URL_CONSOLE = f"{url}/oauth/2.0/token"
wenxin_api.variable.VILG_CREATE_URL_CONSOLE = f"{url}/rpc/2.0/ernievilg/v1/txt2img"
wenxin_api.variable.VILG_RETRIEVE_URL_CONSOLE = f"{url}/rpc/2.0/ernievilg/v1/getImg"
wenxin_api.variable.REQUEST_SLEEP_TIME = 0.1
wenxin_api.ak, wenxin_api.sk = "any", key


def opened(address):
    with urllib.request.urlopen(address) as file:
        return file.read()


def painted(answer, count, size):
    assert len(answer["imgUrls"]) == count, answer
    for address in answer["imgUrls"]:
        file = opened(address)
        picture(file, size)
        assert labelled(file)


painted(TextToImage.create(text="睡莲", style="油画", num=2, resolution="1024*1024"), 2, (1024, 1024))
painted(TextToImage.create(text="一只猫", style="探索无限", num=1, resolution="1024*1536"), 1, (1024, 1536))
painted(TextToImageConsole.create(text="一只猫", style="low poly", num=1, resolution="1536*1024"), 1, (1536, 1024))

# A reference picture, of another size.
with tempfile.TemporaryDirectory() as folder:
    file = f"{folder}/reference.png"
    Image.new("RGB", (300, 200), "orange").save(file)
    painted(TextToImageRef.create(text="一只猫", style="卡通", num=1, resolution="1024*1024", ref_img=file), 1, (1024, 1024))

for wrong in [{"style": "素描风格"}, {"resolution": "5*5"}, {"num": 7}, {"text": REFUSED}]:
    wish = {"text": "睡莲", "style": "油画", "num": 1, "resolution": "1024*1024", **wrong}
    error = refused(wenxin_api.APIError, lambda: TextToImage.create(**wish))
    assert '"code": 400' in str(error), error
print("wenxin-api", wenxin_api.version)
